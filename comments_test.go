package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"strings"
	"testing"
	"unicode"
)

// go doc shows a comment under the name of what it documents, so an exported name
// begins its comment, with the capital that it has. A comment that begins with a
// lower-case word begins with the name, too: else that is a former name.
func TestCommentsBeginWithTheirName(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", "{{range .GoFiles}}{{$.Dir}}/{{.}}\n{{end}}", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for path := range strings.FieldsSeq(string(out)) {
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		check := func(name *ast.Ident, doc *ast.CommentGroup) {
			if doc == nil {
				return
			}
			seen++
			first, _, _ := strings.Cut(strings.Join(strings.Fields(doc.Text()), " "), " ")
			first = strings.Trim(first, ",.:")
			lower := first != "" && unicode.IsLower(rune(first[0]))
			if first != name.Name && (ast.IsExported(name.Name) || lower || strings.EqualFold(first, name.Name)) {
				t.Errorf("%v: the comment of %s begins with %q", set.Position(doc.Pos()), name.Name, first)
			}
		}
		for _, d := range file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				check(d.Name, d.Doc)
			case *ast.GenDecl:
				if spec, ok := d.Specs[0].(*ast.TypeSpec); ok && !d.Lparen.IsValid() {
					check(spec.Name, d.Doc)
				}
			}
		}
	}
	if seen < 1000 {
		t.Errorf("only %d comments were seen", seen)
	}
}
