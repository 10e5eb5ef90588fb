// Package testcode reports which benchmarks of a package differ between two revisions in
// their own code: the function, and whatever it needs from the test files of the package.
//
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

// Changed compares the test files of a package in two revisions. It returns a function
// that reports whether a benchmark, BenchmarkX, differs in the code that it runs from
// these files: its function and, directly or not, all functions, types with their
// methods, variables, constants and imports that it mentions.
//
// Comments, layout, the order of declarations and the names of files make no difference.
// Code that runs before every benchmark counts for all of them: init, TestMain, blank
// variables with calls, and imports for their side effects. So do methods that test files
// add to types of the package, because they can be called without a mention, and files
// that cannot be parsed.
//
// Names are compared without types or scopes, so that a local variable counts as whatever
// in the files has its name. That may keep a benchmark from being compared, and never
// makes two different ones pass for the same.
func Changed(base, head []File) func(benchmark string) bool {
	b, h := read(base), read(head)
	all := !slices.Equal(b.texts(b.always), h.texts(h.always))
	return func(benchmark string) bool {
		return all || !slices.Equal(b.texts(b.declared(benchmark)), h.texts(h.declared(benchmark)))
	}
}

// unit is a piece of code that is compared as a whole.
type unit struct {
	external bool     // in the external test package
	text     string   // see canonical
	declares []string // names
	mentions []string // names
	selects  []string // names that it mentions after a dot
}

// key is a name in one of the two test packages.
type key struct {
	external bool
	name     string
}

// code is the test files of a package.
type code struct {
	units  map[key][]*unit // by the name that they declare; those of a type include its methods
	always []*unit         // that count for all benchmarks
}

func read(files []File) code {
	c := code{units: map[key][]*unit{}}
	types, methods, imports := map[key]bool{}, map[key][]*unit{}, map[string]bool{}
	for _, f := range files {
		s := source{text: f.Text, set: token.NewFileSet()}
		tree, err := parser.ParseFile(s.set, f.Name, f.Text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			c.always = append(c.always, &unit{text: string(f.Text)})
			continue
		}
		s.external = strings.HasSuffix(tree.Name.Name, "_test")
		s.imports = tree.Imports
		s.addSideEffects(imports)
		for _, decl := range tree.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				u := s.unit(d, d.Doc)
				if d.Recv != nil {
					k := key{s.external, receiver(d)}
					methods[k] = append(methods[k], u)
					continue
				}
				u.declares = []string{d.Name.Name}
				c.add(u)
			case *ast.GenDecl:
				for _, u := range s.units(d) {
					c.add(u)
					if d.Tok == token.TYPE {
						types[key{s.external, u.declares[0]}] = true
					}
				}
			}
		}
	}
	for text := range imports {
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

// add adds a unit under the names that it declares. A unit without a name, or which
// testing or the runtime runs, counts for all benchmarks.
func (c *code) add(u *unit) {
	for _, name := range u.declares {
		switch name {
		case "_", "init", "TestMain":
			c.always = append(c.always, u)
		default:
			k := key{u.external, name}
			c.units[k] = append(c.units[k], u)
		}
	}
}

// declared returns the units that declare a name in either test package.
func (c code) declared(name string) []*unit {
	return slices.Concat(c.units[key{false, name}], c.units[key{true, name}])
}

// texts returns the sorted texts of the units and of all that they need.
func (c code) texts(units []*unit) []string {
	seen := map[*unit]bool{}
	for todo := slices.Clone(units); len(todo) > 0; {
		u := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen[u] {
			continue
		}
		seen[u] = true
		for _, name := range u.mentions {
			todo = append(todo, c.units[key{u.external, name}]...)
			if u.external && ast.IsExported(name) { // by a dot import
				todo = append(todo, c.units[key{false, name}]...)
			}
		}
		for _, name := range u.selects {
			if u.external && ast.IsExported(name) { // of export_test.go
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
