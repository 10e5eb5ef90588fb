package testcode

import (
	"go/ast"
	"go/scanner"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strings"
)

// source is a parsed file.
type source struct {
	text     []byte
	set      *token.FileSet
	imports  []*ast.ImportSpec
	external bool
}

// unit returns a declaration or a part of one, with the directives above it, but without
// the names that it declares.
func (s source) unit(n ast.Node, docs ...*ast.CommentGroup) *unit {
	u := &unit{external: s.external}
	var packages []string
	var visit func(n ast.Node) bool
	visit = func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			u.selects = append(u.selects, n.Sel.Name)
			if x, ok := n.X.(*ast.Ident); ok {
				packages = append(packages, x.Name)
			}
			ast.Inspect(n.X, visit)
			return false
		case *ast.Ident:
			u.mentions = append(u.mentions, n.Name)
		}
		return true
	}
	ast.Inspect(n, visit)
	var b strings.Builder
	for _, spec := range s.imports {
		dot := spec.Name != nil && spec.Name.Name == "."
		if dot || slices.ContainsFunc(packages, func(name string) bool { return provides(spec, name) }) {
			b.WriteString("import " + spec.Path.Value + "\n")
		}
	}
	for _, doc := range docs {
		b.WriteString(directives(doc))
	}
	from, to := s.set.PositionFor(n.Pos(), false).Offset, s.set.PositionFor(n.End(), false).Offset
	b.WriteString(canonical(s.text[from:to]))
	u.text = b.String()
	return u
}

// units returns the units of a declaration of types, variables or constants. Constants
// with values that depend on their places are one unit.
func (s source) units(d *ast.GenDecl) (units []*unit) {
	if d.Tok == token.CONST && dependOnPlace(d) {
		all := s.unit(d, d.Doc)
		for _, spec := range d.Specs {
			all.declareAll(spec.(*ast.ValueSpec).Names, false)
		}
		return []*unit{all}
	}
	for _, spec := range d.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			u := s.unit(spec, d.Doc, spec.Doc)
			u.declares = []string{spec.Name.Name}
			units = append(units, u)
		case *ast.ValueSpec:
			u := s.unit(spec, d.Doc, spec.Doc)
			u.declareAll(spec.Names, slices.ContainsFunc(spec.Values, calls)) // not var _ Interface = (*T)(nil)
			units = append(units, u)
		}
	}
	return units
}

// declareAll adds names that the unit declares, those that are blank only on demand.
func (u *unit) declareAll(names []*ast.Ident, blank bool) {
	for _, id := range names {
		if blank || id.Name != "_" {
			u.declares = append(u.declares, id.Name)
		}
	}
}

// dependOnPlace reports whether values of constants depend on their places in the
// declaration.
func dependOnPlace(d *ast.GenDecl) (found bool) {
	for _, spec := range d.Specs {
		found = found || len(spec.(*ast.ValueSpec).Values) == 0
	}
	ast.Inspect(d, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		found = found || ok && id.Name == "iota"
		return !found
	})
	return found
}

// calls reports whether an expression calls a function, as far as a call can be
// distinguished from a conversion.
func calls(e ast.Expr) (found bool) {
	ast.Inspect(e, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return !found
		}
		id, _ := call.Fun.(*ast.Ident)
		_, conversion := call.Fun.(*ast.ParenExpr)
		found = found || !conversion && (id == nil || id.Name != "new")
		return !found
	})
	return found
}

// receiver returns the name of the type that a method belongs to.
func receiver(d *ast.FuncDecl) string {
	if len(d.Recv.List) != 1 {
		return ""
	}
	for e := d.Recv.List[0].Type; ; {
		switch t := e.(type) {
		case *ast.StarExpr:
			e = t.X
		case *ast.ParenExpr:
			e = t.X
		case *ast.IndexExpr:
			e = t.X
		case *ast.IndexListExpr:
			e = t.X
		case *ast.Ident:
			return t.Name
		default:
			return ""
		}
	}
}

// addSideEffects adds the imports of a file that have an effect without a mention.
func (s source) addSideEffects(all map[string]bool) {
	for _, spec := range s.imports {
		harmless := spec.Path.Value == `"embed"` || spec.Path.Value == `"unsafe"` // the import only permits a directive
		if spec.Name != nil && spec.Name.Name == "_" && !harmless {
			all["import _ "+spec.Path.Value] = true
		}
	}
}

// version matches the last element of the path of a module from its second major version.
var version = regexp.MustCompile(`^v[0-9]+$`)

// provides reports whether a name may stand for an import. The package is not loaded, so
// that only its path can say: gopkg.in/yaml.v3 is yaml, and go-isatty is isatty.
func provides(spec *ast.ImportSpec, name string) bool {
	if spec.Name != nil {
		return spec.Name.Name == name
	}
	full := strings.Trim(spec.Path.Value, "\"`")
	last := path.Base(full)
	if version.MatchString(last) {
		last = path.Base(path.Dir(full))
	}
	return last == name || slices.Contains(strings.FieldsFunc(last, func(r rune) bool { return r == '.' || r == '-' }), name)
}

// directives returns the lines of a comment that the compiler obeys.
func directives(doc *ast.CommentGroup) string {
	if doc == nil {
		return ""
	}
	var b strings.Builder
	for _, c := range doc.List {
		if strings.HasPrefix(c.Text, "//go:") {
			b.WriteString(c.Text + "\n")
		}
	}
	return b.String()
}

// canonical returns source text without comments and layout: one token per line, and no
// comma or semicolon before a closing bracket, where they depend on line breaks. Printing
// the syntax tree instead would keep the line breaks.
func canonical(text []byte) string {
	var s scanner.Scanner
	s.Init(token.NewFileSet().AddFile("", -1, len(text)), text, nil, 0)
	var b strings.Builder
	pending := ""
	for {
		_, t, literal := s.Scan()
		switch t {
		case token.EOF:
			return b.String()
		case token.COMMA, token.SEMICOLON:
			b.WriteString(pending)
			pending = t.String() + "\n"
			continue
		case token.RPAREN, token.RBRACK, token.RBRACE:
		default:
			b.WriteString(pending)
		}
		pending = ""
		if literal == "" {
			literal = t.String()
		}
		b.WriteString(literal + "\n")
	}
}
