package pair

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"overlap/bench/gate"
	"overlap/bench/sweep"
	"overlap/internal/table"
)

// A rule is a comment above a benchmark function:
//
//	//overlap:min-efficiency 0.8@4
//	//overlap:threshold 10%
//	func BenchmarkX(b *testing.B) {
//
// It moves with the code, and who reviews a change sees it. In a file of names and numbers,
// a name would go on to match nothing after its benchmark is renamed.
const (
	ruleStart     = "//overlap:"
	demandRule    = "min-efficiency"
	thresholdRule = "threshold"
)

// almostRule matches comments that a reader would take for a rule.
var almostRule = regexp.MustCompile(`(?i)^/[/*]\s*overlap\s*:\s*(` + demandRule + `|` + thresholdRule + `)\b`)

// ruled are the benchmark functions of the tests of a package, each with its rule, which
// may be empty.
type ruled struct {
	side     string                 // base or head
	pkg      string                 // import path
	rules    map[string]*gate.Rule  // by function, without the word Benchmark
	lines    map[string]demandLines // of the demands of these rules
	declared map[string]gate.Place  // by function
	wrong    []error                // comments that are no rules; an error names the file and line
	torn     []error                // files that have rules and cannot be parsed
}

func newRuled(side, pkg string) *ruled {
	return &ruled{side: side, pkg: pkg, rules: map[string]*gate.Rule{}, lines: map[string]demandLines{}, declared: map[string]gate.Place{}}
}

// demandLines are the places of demands: a file and line for each number of cores.
type demandLines map[int]string

// read adds the benchmark functions of a file, by its path in the tree.
func (r *ruled) read(path string, text []byte) {
	set, name := token.NewFileSet(), r.side+": "+path
	tree, err := parser.ParseFile(set, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		if bytes.Contains(text, []byte(ruleStart)) {
			r.torn = append(r.torn, err)
		}
		return
	}
	above := map[*ast.Comment]string{}
	for _, decl := range tree.Decls {
		f, _ := decl.(*ast.FuncDecl)
		function, ok := benchmarkName(f)
		if !ok {
			continue
		}
		if r.rules[function] == nil {
			r.rules[function], r.lines[function] = &gate.Rule{Package: r.pkg, Benchmark: function}, demandLines{}
			r.declared[function] = gate.Place{Function: r.pkg + "." + f.Name.Name, File: path, Line: set.PositionFor(f.Pos(), false).Line}
		}
		if f.Doc != nil {
			for _, c := range f.Doc.List {
				above[c] = function
			}
		}
	}
	for _, group := range tree.Comments {
		for _, c := range group.List {
			function, ok := above[c]
			// A line directive could name any file.
			place := fmt.Sprintf("%s:%d", name, set.PositionFor(c.Pos(), false).Line)
			if err := r.add(function, ok, c.Text, place); err != nil {
				r.wrong = append(r.wrong, fmt.Errorf("%s: %w", place, err))
			}
		}
	}
}

// add takes a comment, which may be above a benchmark function.
func (r *ruled) add(function string, above bool, comment, place string) error {
	text, ok := strings.CutPrefix(comment, ruleStart)
	if !ok {
		if almostRule.MatchString(comment) {
			return fmt.Errorf("%.80q is not a rule: a rule begins with %s, with no blanks and in lower case", comment, ruleStart)
		}
		return nil
	}
	name, value := text, ""
	if i := strings.IndexFunc(text, unicode.IsSpace); i >= 0 {
		name, value = text[:i], table.Cut(strings.TrimSpace(text[i:]), 80)
	}
	if name != demandRule && name != thresholdRule {
		return fmt.Errorf("there is no rule %.80q; there are %s 0.8@4 and %s 10%%", ruleStart+name, demandRule, thresholdRule)
	}
	if !above {
		return fmt.Errorf("%s%s is not directly above a benchmark function, func BenchmarkX(b *testing.B)", ruleStart, name)
	}
	rule := r.rules[function]
	if name == thresholdRule {
		var share sweep.Percent
		if err := share.UnmarshalText([]byte(value)); err != nil {
			return fmt.Errorf("%s%s: %w", ruleStart, name, err)
		}
		if share == 0 {
			return fmt.Errorf("%s%s is 0%%: it must be larger, since no change is that small", ruleStart, name)
		}
		if rule.Threshold > 0 {
			return fmt.Errorf("a second %s%s of Benchmark%s: remove one", ruleStart, name, function)
		}
		rule.Threshold = float64(share)
		return nil
	}
	cores, least, err := gate.ParseDemand(value)
	if err != nil {
		return fmt.Errorf("%s%s: %w", ruleStart, name, err)
	}
	if _, twice := rule.Demands[cores]; twice {
		return fmt.Errorf("a second %s%s of Benchmark%s on %d cores: remove one", ruleStart, name, function, cores)
	}
	if rule.Demands == nil {
		rule.Demands = map[int]float64{}
	}
	rule.Demands[cores], r.lines[function][cores] = least, place
	return nil
}

// benchmarkName returns the name of a function that go test runs as a benchmark, without
// the word Benchmark. Like go test, it does not know types.
func benchmarkName(f *ast.FuncDecl) (name string, ok bool) {
	if f == nil || f.Recv != nil || f.Type.TypeParams != nil || f.Type.Results.NumFields() > 0 || f.Type.Params.NumFields() != 1 {
		return "", false
	}
	name, ok = strings.CutPrefix(f.Name.Name, "Benchmark")
	first, _ := utf8.DecodeRuneInString(name)
	pointer, isPointer := f.Type.Params.List[0].Type.(*ast.StarExpr)
	if !ok || name == "" || unicode.IsLower(first) || !isPointer {
		return "", false
	}
	switch t := pointer.X.(type) {
	case *ast.Ident:
		return name, t.Name == "B"
	case *ast.SelectorExpr:
		return name, t.Sel.Name == "B"
	}
	return "", false
}
