package sweep

import (
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"overlap/internal/gocmd"
)

// asksForWorkers reports whether a log of package testing says that the process
// read the variable.
func asksForWorkers(log string) bool {
	text, err := os.ReadFile(log)
	return err == nil && slices.Contains(strings.Split(string(text), "\n"), "getenv "+WorkersVariable)
}

// asksEarly reports whether a test file of the package has the variable's name
// as a string in a variable of the package, in an init function or in TestMain.
// What is read there is read for all benchmarks, and before the log begins.
func (f *Foreign) asksEarly(pkg gocmd.Package) bool {
	for _, name := range slices.Concat(pkg.TestGoFiles, pkg.XTestGoFiles) {
		path := filepath.Join(pkg.Dir, name)
		file, err := parser.ParseFile(token.NewFileSet(), cmp.Or(f.Replace[path], path), nil, parser.SkipObjectResolution)
		if err == nil && slices.ContainsFunc(file.Decls, mentionsEarly) {
			return true
		}
	}
	return false
}

func mentionsEarly(decl ast.Decl) (found bool) {
	switch d := decl.(type) {
	case *ast.GenDecl:
		if d.Tok != token.VAR {
			return false
		}
	case *ast.FuncDecl:
		if d.Recv != nil || d.Name.Name != "init" && d.Name.Name != "TestMain" {
			return false
		}
	}
	ast.Inspect(decl, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING && strings.Trim(lit.Value, "`\"") == WorkersVariable {
			found = true
		}
		return !found
	})
	return found
}
