package write

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"strings"
	"testing"
)

// The help of --csv refers to the comment of CSV, which names every column in its order.
func TestCommentOfCSVNamesItsColumns(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "csv.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	var text string
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Name.Name == "CSV" {
			text = f.Doc.Text()
		}
	}
	_, list, found := strings.Cut(text, "The columns are ")
	list = regexp.MustCompile(`\([^)]*\)`).ReplaceAllString(list, "")
	columns := strings.Fields(strings.NewReplacer(",", " ", ".", " ").Replace(list))
	if got, want := strings.Join(columns, " "), strings.Join(PointColumns(), " "); !found || got != want {
		t.Errorf("the comment names %s, want %s", got, want)
	}
}
