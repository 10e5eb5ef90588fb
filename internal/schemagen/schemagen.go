// Package schemagen generates the JSON Schema of what encoding/json writes for a type.
// The descriptions are the comments of the fields, the values of an enumeration are the
// constants of its type. Tests compare the schema files with it, and write them.
package schemagen

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"reflect"
	"strconv"
	"strings"
)

// Schema is a JSON Schema of the draft 2020-12, as far as it is needed here.
type Schema struct {
	Draft       string             `json:"$schema,omitempty"`
	Title       string             `json:"title,omitempty"`
	Ref         string             `json:"$ref,omitempty"`
	Type        any                `json:"type,omitempty"` // a string, or a list of them
	Description string             `json:"description,omitempty"`
	Enum        []string           `json:"enum,omitempty"`
	Minimum     *int               `json:"minimum,omitempty"`
	Items       *Schema            `json:"items,omitempty"`
	Properties  map[string]*Schema `json:"properties,omitempty"`
	Required    []string           `json:"required,omitempty"`
	Additional  any                `json:"additionalProperties,omitempty"` // false, or a *Schema
	Defs        map[string]*Schema `json:"$defs,omitempty"`

	// As, if not nil, is the type that MarshalJSON writes instead; nothing else is set then.
	As reflect.Type `json:"-"`
}

// Of returns the schema of a struct. special has the schemas of types with a
// MarshalJSON of their own. It runs the go command to find the sources, whose
// comments it reads; a field without a comment is an error.
func Of(root reflect.Type, title string, special map[reflect.Type]Schema) ([]byte, error) {
	g := generator{special: special, defs: map[string]*Schema{}, words: map[string]string{}, bases: map[string]string{}, values: map[string][]string{}, read: map[string]bool{}}
	s := *g.object(root)
	s.Draft, s.Title, s.Defs = "https://json-schema.org/draft/2020-12/schema", title, g.defs
	if g.err != nil {
		return nil, g.err
	}
	text, err := json.MarshalIndent(s, "", "  ")
	return append(text, '\n'), err
}

type generator struct {
	special map[reflect.Type]Schema
	defs    map[string]*Schema
	words   map[string]string   // package, type and field → comment
	bases   map[string]string   // package and type → the type that it is defined as
	values  map[string][]string // package and type → its constants
	read    map[string]bool     // packages
	err     error
}

// of returns the schema of a type: a reference if it is a struct.
func (g *generator) of(t reflect.Type) *Schema {
	if s, ok := g.special[t]; ok {
		if s.As != nil {
			return g.of(s.As)
		}
		if s.Properties == nil {
			return &s
		}
		g.defs[nameOf(t)] = &s
		return &Schema{Ref: "#/$defs/" + nameOf(t)}
	}
	switch t.Kind() {
	case reflect.Pointer:
		s := g.of(t.Elem())
		if s.Ref != "" {
			g.defs[strings.TrimPrefix(s.Ref, "#/$defs/")].Type = []string{"object", "null"}
		}
		return s
	case reflect.Slice:
		return &Schema{Type: "array", Items: g.of(t.Elem())}
	case reflect.Map:
		return &Schema{Type: "object", Additional: g.of(t.Elem())}
	case reflect.Struct:
		if name := nameOf(t); g.defs[name] == nil {
			g.defs[name] = &Schema{} // it may hold itself
			*g.defs[name] = *g.object(t)
		}
		return &Schema{Ref: "#/$defs/" + nameOf(t)}
	case reflect.String:
		g.load(t.PkgPath())
		return &Schema{Type: "string", Enum: g.values[t.PkgPath()+"."+t.Name()]}
	case reflect.Bool:
		return &Schema{Type: "boolean"}
	case reflect.Float64:
		return &Schema{Type: "number"}
	}
	return &Schema{Type: "integer"}
}

// object returns the schema of a struct, in place.
func (g *generator) object(t reflect.Type) *Schema {
	g.load(t.PkgPath())
	s := &Schema{Type: "object", Properties: map[string]*Schema{}, Additional: false, Description: g.words[t.PkgPath()+"."+t.Name()]}
	for _, f := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "-" || name == "" || !f.IsExported() {
			continue
		}
		p := g.of(f.Type)
		p.Description = g.comment(t, f.Name)
		if p.Description == "" && g.err == nil {
			g.err = fmt.Errorf("%v.%s has no comment", t, f.Name)
		}
		s.Properties[name] = p
		if !strings.HasPrefix(options, "omit") {
			s.Required = append(s.Required, name)
		}
	}
	return s
}

// comment returns the comment of a field of a struct. That of a field without one is at
// the type that the struct is defined as, or at the field that it is promoted from or
// shadows.
func (g *generator) comment(t reflect.Type, field string) string {
	g.load(t.PkgPath())
	for name := t.PkgPath() + "." + t.Name(); name != ""; name = g.bases[name] {
		if text := g.words[name+"."+field]; text != "" {
			return text
		}
	}
	for f := range t.Fields() {
		if f.Anonymous && f.Type.Kind() == reflect.Struct {
			if text := g.comment(f.Type, field); text != "" {
				return text
			}
		}
	}
	return ""
}

// nameOf returns the name of a type in the schema.
func nameOf(t reflect.Type) string {
	name := strings.TrimSuffix(t.Name(), "JSON")
	return strings.ToLower(name[:1]) + name[1:]
}

// load reads the comments and constants of a package of this module.
func (g *generator) load(pkg string) {
	if pkg == "" || g.read[pkg] || g.err != nil {
		return
	}
	g.read[pkg] = true
	out, err := exec.Command("go", "list", "-f", "{{range .GoFiles}}{{$.Dir}}/{{.}}\n{{end}}", pkg).Output()
	if err != nil {
		g.err = fmt.Errorf("go list %s: %w", pkg, err)
		return
	}
	for path := range strings.FieldsSeq(string(out)) {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
		if err != nil {
			g.err = err
			return
		}
		for _, d := range file.Decls {
			if d, ok := d.(*ast.GenDecl); ok {
				g.declared(pkg, d)
			}
		}
	}
}

// declared notes the comments of types and the values of constants.
func (g *generator) declared(pkg string, d *ast.GenDecl) {
	for _, spec := range d.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			text := strings.TrimPrefix(words(spec.Doc, d.Doc), spec.Name.Name)
			g.words[pkg+"."+spec.Name.Name] = strings.TrimPrefix(strings.TrimPrefix(text, " is "), ": ")
			switch of := spec.Type.(type) {
			case *ast.Ident:
				g.bases[pkg+"."+spec.Name.Name] = pkg + "." + of.Name
			case *ast.StructType:
				for _, f := range of.Fields.List {
					for _, name := range f.Names {
						g.words[pkg+"."+spec.Name.Name+"."+name.Name] = words(f.Doc, f.Comment)
					}
				}
			}
		case *ast.ValueSpec:
			of, ok := spec.Type.(*ast.Ident)
			if !ok || d.Tok != token.CONST || len(spec.Values) != 1 {
				continue
			}
			if lit, ok := spec.Values[0].(*ast.BasicLit); ok && lit.Kind == token.STRING {
				value, _ := strconv.Unquote(lit.Value) // the parser has checked it
				g.values[pkg+"."+of.Name] = append(g.values[pkg+"."+of.Name], value)
			}
		}
	}
}

// words returns the first comment that is not empty, in one line.
func words(groups ...*ast.CommentGroup) string {
	for _, c := range groups {
		if text := strings.Join(strings.Fields(c.Text()), " "); text != "" {
			return text
		}
	}
	return ""
}
