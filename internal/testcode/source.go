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

// source is a file that was parsed.
type source struct {
	text     []byte
	set      *token.FileSet
	imports  []*ast.ImportSpec
	external bool
}

// unit is a declaration or a part of one, with the directives above it.
func (s source) unit(n ast.Node, docs ...*ast.CommentGroup) *unit {
	u := &unit{external: s.external}
	var packages []string
	var visit func(n ast.Node) bool
	visit = func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			u.selected = append(u.selected, n.Sel.Name)
			if x, ok := n.X.(*ast.Ident); ok {
				packages = append(packages, x.Name)
			}
			ast.Inspect(n.X, visit)
			return false
		case *ast.Ident:
			u.names = append(u.names, n.Name)
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

// named is a part of a declaration and the names that it declares.
type named struct {
	*unit
	names []string
}

// group splits a declaration of types, variables or constants into parts. Constants with
// iota are one part: the value of each depends on its place.
func (s source) group(d *ast.GenDecl) (parts []named) {
	if d.Tok == token.CONST && counts(d) {
		whole := named{unit: s.unit(d, d.Doc)}
		for _, spec := range d.Specs {
			for _, id := range spec.(*ast.ValueSpec).Names {
				whole.names = append(whole.names, id.Name)
			}
		}
		whole.names = slices.DeleteFunc(whole.names, blank)
		return []named{whole}
	}
	for _, spec := range d.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			parts = append(parts, named{s.unit(spec, d.Doc, spec.Doc), []string{spec.Name.Name}})
		case *ast.ValueSpec:
			part := named{unit: s.unit(spec, d.Doc, spec.Doc)}
			for _, id := range spec.Names {
				part.names = append(part.names, id.Name)
			}
			if !slices.ContainsFunc(spec.Values, calls) {
				part.names = slices.DeleteFunc(part.names, blank) // var _ Interface = (*T)(nil)
			}
			parts = append(parts, part)
		}
	}
	return parts
}

func blank(name string) bool { return name == "_" }

// counts reports whether constants depend on their place in the declaration.
func counts(d *ast.GenDecl) (found bool) {
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

// calls reports whether an expression calls a function, as far as that differs from a
// conversion.
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

// receiver is the name of the type that a method belongs to.
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

// effects notes the imports of a file for their side effects.
func (s source) effects(all map[string]bool) {
	for _, spec := range s.imports {
		directive := spec.Path.Value == `"embed"` || spec.Path.Value == `"unsafe"` // only allow one
		if spec.Name != nil && spec.Name.Name == "_" && !directive {
			all["import _ "+spec.Path.Value] = true
		}
	}
}

// version is the last element of the path of a module's second major version.
var version = regexp.MustCompile(`^v[0-9]+$`)

// provides reports whether a name may stand for an import. It guesses by the path:
// gopkg.in/yaml.v3 is yaml, and go-isatty is isatty.
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

// directives are the lines of a comment that the compiler obeys.
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

// canonical is source text without comments and layout: its tokens, each in a
// line. Commas and semicolons before a closing bracket depend on line breaks
// only. Printing the syntax tree instead would keep the line breaks.
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
