// Package testcode finds the benchmarks of a package that differ between two revisions
// in their own code: their function, and what it needs of the package's test files.
// Times of two different benchmarks say nothing about the code that both measure.
package testcode

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"slices"
	"strings"
)

// File is a test file of a package or of its external test package.
type File struct {
	Name string // without directory
	Text []byte
}

// Changed compares the test files of a package in two revisions. It returns a
// function that reports whether a benchmark, BenchmarkX, differs in the code that
// it runs from these files: its function and, directly or not, all functions,
// types with their methods, variables, constants and imports that it mentions.
//
// Comments, layout, the order of declarations and the names of files do not matter.
// What runs before every benchmark counts for all of them: init, TestMain, blank
// variables with calls, and imports for their side effects. So do files that cannot be
// parsed, and methods that test files add to types of the package, which may be called
// without being mentioned.
//
// Names are compared without types or scopes. A local variable with the name of a
// declaration is taken for that: this may exclude a benchmark from the comparison, but
// never makes two different ones look the same.
func Changed(base, head []File) func(benchmark string) bool {
	b, h := read(base), read(head)
	all := !slices.Equal(b.code(b.always), h.code(h.always))
	return func(benchmark string) bool {
		return all || !slices.Equal(b.code(b.named(benchmark)), h.code(h.named(benchmark)))
	}
}

// unit is a piece of code that is compared as a whole.
type unit struct {
	external bool     // in the external test package
	text     string   // see canonical
	names    []string // that it mentions
	selected []string // that it mentions behind a dot
}

// key is a name in one of the two test packages.
type key struct {
	external bool
	name     string
}

// code is the test files of a package.
type code struct {
	units  map[key][]*unit // by what they declare; a type has its methods, too
	always []*unit         // that count for all benchmarks
}

func read(files []File) code {
	c := code{units: map[key][]*unit{}}
	types, methods, effects := map[key]bool{}, map[key][]*unit{}, map[string]bool{}
	for _, f := range files {
		s := source{text: f.Text, set: token.NewFileSet()}
		tree, err := parser.ParseFile(s.set, f.Name, f.Text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			c.always = append(c.always, &unit{text: string(f.Text)})
			continue
		}
		s.external = strings.HasSuffix(tree.Name.Name, "_test")
		s.imports = tree.Imports
		s.effects(effects)
		for _, decl := range tree.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				u := s.unit(d, d.Doc)
				if d.Recv != nil {
					k := key{s.external, receiver(d)}
					methods[k] = append(methods[k], u)
					continue
				}
				c.declare(u, d.Name.Name)
			case *ast.GenDecl:
				for _, g := range s.group(d) {
					c.declare(g.unit, g.names...)
					for _, name := range g.names {
						types[key{s.external, name}] = types[key{s.external, name}] || d.Tok == token.TYPE
					}
				}
			}
		}
	}
	for text := range effects {
		c.always = append(c.always, &unit{text: text})
	}
	for k, list := range methods {
		if types[k] {
			c.units[k] = append(c.units[k], list...)
		} else {
			c.always = append(c.always, list...)
		}
	}
	return c
}

// declare notes what a unit declares. What has no name, or is called by testing or the
// runtime, counts for all.
func (c *code) declare(u *unit, names ...string) {
	for _, name := range names {
		switch name {
		case "_", "init", "TestMain":
			c.always = append(c.always, u)
		default:
			k := key{u.external, name}
			c.units[k] = append(c.units[k], u)
		}
	}
}

// named returns the units of a name in both test packages.
func (c code) named(name string) []*unit {
	return slices.Concat(c.units[key{false, name}], c.units[key{true, name}])
}

// code returns the texts of the units and of all that they need, sorted.
func (c code) code(units []*unit) []string {
	seen := map[*unit]bool{}
	for todo := slices.Clone(units); len(todo) > 0; {
		u := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen[u] {
			continue
		}
		seen[u] = true
		for _, name := range u.names {
			todo = append(todo, c.units[key{u.external, name}]...)
			if u.external && ast.IsExported(name) { // of a dot import
				todo = append(todo, c.units[key{false, name}]...)
			}
		}
		for _, name := range u.selected {
			if u.external && ast.IsExported(name) { // export_test.go
				todo = append(todo, c.units[key{false, name}]...)
			}
		}
	}
	var texts []string
	for u := range maps.Keys(seen) {
		texts = append(texts, u.text)
	}
	slices.Sort(texts)
	return texts
}
