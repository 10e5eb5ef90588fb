package chart

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A chart that is missing in overviews would not be drawn, would stay in the directory of
// a report that no longer has it, and would have no table on the page.
func TestNamesAreThoseOfTheCharts(t *testing.T) {
	ofRows := []string{"curves"} // they are on the page only
	named := slices.Clone(ofRows)
	paths, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		source, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		named = append(named, chartsNamed(source)...)
	}
	slices.Sort(named)
	want := append(Names(), ofRows...)
	slices.Sort(want)
	if got := slices.Compact(named); !slices.Equal(got, want) {
		t.Errorf("the charts are %q, the list with those of rows is %q", got, want)
	}
}

// chartsNamed are the names of the charts that a source file makes.
func chartsNamed(source *ast.File) (names []string) {
	ast.Inspect(source, func(n ast.Node) bool {
		made, ok := n.(*ast.CompositeLit)
		if !ok {
			return true
		}
		if kind, ok := made.Type.(*ast.Ident); !ok || kind.Name != "Chart" {
			return true
		}
		for _, field := range made.Elts {
			if pair, ok := field.(*ast.KeyValueExpr); ok && pair.Key.(*ast.Ident).Name == "Name" {
				name, err := strconv.Unquote(pair.Value.(*ast.BasicLit).Value)
				if err != nil {
					panic(err)
				}
				names = append(names, name)
			}
		}
		return true
	})
	return names
}
