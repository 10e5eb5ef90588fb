package cli

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Pictures of an earlier report that the new one lacks are gone; what is
// somebody else's stays.
func TestReportRemovesItsOldPictures(t *testing.T) {
	f := newGrowing(t, firstPoint)
	dir := t.TempDir()
	put := func(text string, names ...string) {
		for _, name := range names {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
	run := func() {
		if code := Main(t.Context(), []string{"report", "-o", dir, f.path}, io.Discard, io.Discard); code != 0 {
			t.Fatalf("exit %d", code)
		}
	}
	put("mine", "heat.png", "timeline.svg", "timeline.png", "mine.png", "latency.txt", "row.svg")
	run()
	ours, err := os.ReadFile(filepath.Join(dir, "gains.svg"))
	if err != nil {
		t.Fatal(err)
	}
	put(string(ours), "latency.svg", "latency.png")
	run()
	for name, want := range map[string]bool{
		"latency.png": false, "latency.svg": false, "heat.png": true, "timeline.svg": true, "timeline.png": true, "mine.png": true, "latency.txt": true, "row.svg": true,
		"gains.svg": true, "gains.png": true, "index.html": true, "report.json": true,
	} {
		if exists(filepath.Join(dir, name)) != want {
			t.Errorf("%s is there: %v, want %v", name, !want, want)
		}
	}
}

// A chart that is new must be in the list, or its old picture stays; one that is
// gone must not, or a file of that name is looked at for nothing.
func TestPictureNamesAreThoseOfTheCharts(t *testing.T) {
	ofRows := []string{"curves"} // they are on the page only
	drawn := slices.Clone(ofRows)
	paths, err := filepath.Glob("../../report/chart/*.go")
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
		drawn = append(drawn, chartsNamed(source)...)
	}
	slices.Sort(drawn)
	want := append(slices.Clone(pictureNames), ofRows...)
	slices.Sort(want)
	if got := slices.Compact(drawn); !slices.Equal(got, want) {
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
