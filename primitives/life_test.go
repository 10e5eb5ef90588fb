package primitives

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestLifeIsAsDrawn compares the steps in the package's documentation with those that the
// code takes: the arguments of claim, unclaim and complete.
func TestLifeIsAsDrawn(t *testing.T) {
	text, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "// # The life of a future\n")
	section, _, _ = strings.Cut(section, "// # ")
	drawn := map[string]string{} // by step
	for _, m := range regexp.MustCompile(`(?m)^//\t(\d+) +(\w+) → (\w+) `).FindAllStringSubmatch(section, -1) {
		drawn[m[2]+" → "+m[3]] = m[1]
	}
	for step, number := range drawn {
		if n := len(regexp.MustCompile(`[^\d]`+number+`[^\d]`).FindAllString(section, -1)); n != 2 {
			t.Errorf("step %s (%s) is %d times in the drawing and the list, want once in each", number, step, n)
		}
	}
	taken := stepsInCode(t)
	for _, step := range slices.Sorted(maps.Keys(taken)) {
		if drawn[step] == "" {
			t.Errorf("%s takes the step %s, which is not drawn", taken[step], step)
		}
	}
	for step := range drawn {
		if taken[step] == "" {
			t.Errorf("the step %s is drawn, but no code takes it", step)
		}
	}
}

// stepsInCode returns the steps and where each is taken. A function that claims and then
// completes has both in its own body.
func stepsInCode(t *testing.T) map[string]string {
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	steps := map[string]string{}
	files := token.NewFileSet()
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(files, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Name.Name == "claim" || f.Name.Name == "unclaim" {
				continue
			}
			last := "running" // execute gets a future that was claimed to run
			ast.Inspect(f, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok {
					return true
				}
				method, ok := call.Fun.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				step := func(from, to string) {
					steps[from+" → "+to] = files.Position(call.Pos()).String()
					last = to
				}
				switch method.Sel.Name {
				case "claim":
					step(stateName(call.Args[0]), stateName(call.Args[1]))
				case "unclaim":
					step("taken", "pending")
					last = "taken"
				case "complete":
					step(last, stateName(call.Args[len(call.Args)-1]))
					last = "running"
				}
				return true
			})
		}
	}
	return steps
}

// stateName returns the name of a status constant without its prefix.
func stateName(e ast.Expr) string {
	name, _ := e.(*ast.Ident)
	return strings.ToLower(strings.TrimPrefix(name.Name, "status"))
}
