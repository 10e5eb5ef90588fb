package overlay

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
)

// insertion is text that goes into a file at a place.
type insertion struct {
	offset int
	text   string
}

// calls are the hooks in methods of testing.B. Those of the clocks stand outside
// of what testing times, and as near to it as they can: beyond it are pauses of
// the whole program, in which it counts allocations.
var calls = map[string]struct {
	begin, end    string // of the method
	before, after string // the assignment to
	field         string
}{
	"StartTimer": {field: "start", before: "b.overlapStart(); "},
	"StopTimer":  {field: "duration", after: "; b.overlapStop()"},
	"ResetTimer": {field: "start", before: "b.overlapStart(); ", begin: " b.overlapArrive(); b.overlapReset(); "},
	"runN":       {end: " b.overlapEnd(); "},
	// Slices come behind all runs, before their result is put together.
	"launch":       {field: "result", before: "b.overlapSlice(); "},
	"loopSlowPath": {begin: " if b.overlapLoop() { return true }; "},
}

// unsliced are calls that slices do without, and the methods that make them.
var unsliced = map[string]string{"StartTimer": "ReadMemStats", "StopTimer": "ReadMemStats", "ResetTimer": "ReadMemStats", "runN": "GC"}

// patch puts the hooks into the source of testing/benchmark.go. Places are
// found in the syntax tree, so that other versions of the file will do; a patch
// file would fit one version. No line is added: stacks keep their line numbers.
func patch(source []byte) ([]byte, error) {
	files := token.NewFileSet()
	tree, err := parser.ParseFile(files, "benchmark.go", source, parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnfit, err)
	}
	var all []insertion
	insert := func(at token.Pos, text string) {
		if text != "" {
			all = append(all, insertion{files.Position(at).Offset, text})
		}
	}
	places := 0
	for _, decl := range tree.Decls {
		if fields := structB(decl); fields != nil {
			insert(fields.Opening+1, " overlap overlapTimer; overlapPace overlapPace; ")
			places++
		}
		f, ok := decl.(*ast.FuncDecl)
		if !ok || f.Body == nil || !ofB(f) {
			continue
		}
		hook, ok := calls[f.Name.Name]
		if !ok {
			continue
		}
		places++
		insert(f.Body.Lbrace+1, hook.begin)
		insert(f.Body.Rbrace, hook.end)
		if hook.field != "" {
			at := assignment(f.Body, hook.field)
			if at == nil {
				return nil, fmt.Errorf("%w: %s does not set b.%s", ErrUnfit, f.Name.Name, hook.field)
			}
			insert(at.Pos(), hook.before)
			insert(at.End(), hook.after)
		}
		if name := unsliced[f.Name.Name]; name != "" {
			call := callOf(f.Body, "runtime", name)
			if call == nil {
				return nil, fmt.Errorf("%w: %s does not call runtime.%s", ErrUnfit, f.Name.Name, name)
			}
			insert(call.Pos(), "if !b.overlap.slicing { ")
			insert(call.End(), " }")
		}
		if f.Name.Name == "launch" {
			loop, goal := goalLoop(f.Body)
			if loop == nil {
				return nil, fmt.Errorf("%w: launch has no loop until b.duration", ErrUnfit)
			}
			insert(loop.Pos(), goal+" = b.overlapGoal(); ")
			insert(loop.Body.Rbrace, " "+goal+" = b.overlapGoal(); ")
		}
		if f.Name.Name == "runN" {
			reset := callOf(f.Body, "b", "ResetTimer")
			if reset == nil {
				return nil, fmt.Errorf("%w: runN resets no timer", ErrUnfit)
			}
			insert(reset.Pos(), "b.overlapBegin(); ")
		}
	}
	if places != 1+len(calls) {
		return nil, fmt.Errorf("%w: %d of %d places found", ErrUnfit, places, 1+len(calls))
	}
	slices.SortStableFunc(all, func(x, y insertion) int { return cmp.Compare(x.offset, y.offset) })
	var out []byte
	from := 0
	for _, i := range all {
		out = append(append(out, source[from:i.offset]...), i.text...)
		from = i.offset
	}
	return append(out, source[from:]...), nil
}

// structB returns the fields of the struct B if decl declares it.
func structB(decl ast.Decl) *ast.FieldList {
	d, ok := decl.(*ast.GenDecl)
	if !ok || d.Tok != token.TYPE {
		return nil
	}
	for _, spec := range d.Specs {
		if s, ok := spec.(*ast.TypeSpec); ok && s.Name.Name == "B" {
			if body, ok := s.Type.(*ast.StructType); ok {
				return body.Fields
			}
		}
	}
	return nil
}

// ofB reports whether f is a method of *B whose receiver is called b.
func ofB(f *ast.FuncDecl) bool {
	if f.Recv == nil || len(f.Recv.List) != 1 || len(f.Recv.List[0].Names) != 1 || f.Recv.List[0].Names[0].Name != "b" {
		return false
	}
	star, ok := f.Recv.List[0].Type.(*ast.StarExpr)
	if !ok {
		return false
	}
	name, ok := star.X.(*ast.Ident)
	return ok && name.Name == "B"
}

// selected is the name of what e selects from the variable or package x, or
// empty.
func selected(e ast.Expr, x string) string {
	s, ok := e.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	if from, ok := s.X.(*ast.Ident); !ok || from.Name != x {
		return ""
	}
	return s.Sel.Name
}

// assignment returns the first statement in body that assigns to a field of b.
func assignment(body *ast.BlockStmt, field string) (found ast.Stmt) {
	ast.Inspect(body, func(n ast.Node) bool {
		if a, ok := n.(*ast.AssignStmt); ok && found == nil && selected(a.Lhs[0], "b") == field {
			found = a
		}
		return found == nil
	})
	return found
}

// goalLoop returns the loop in body that goes on as long as b.duration is less than
// a variable, and the name of that.
func goalLoop(body *ast.BlockStmt) (loop *ast.ForStmt, goal string) {
	ast.Inspect(body, func(n ast.Node) bool {
		f, ok := n.(*ast.ForStmt)
		if !ok || f.Cond == nil || loop != nil {
			return loop == nil
		}
		ast.Inspect(f.Cond, func(n ast.Node) bool {
			less, ok := n.(*ast.BinaryExpr)
			if !ok || less.Op != token.LSS || selected(less.X, "b") != "duration" {
				return true
			}
			if name, ok := less.Y.(*ast.Ident); ok {
				loop, goal = f, name.Name
			}
			return false
		})
		return true
	})
	return loop, goal
}

// callOf returns the first statement in body that calls the function or method
// of x.
func callOf(body *ast.BlockStmt, x, function string) (found ast.Stmt) {
	ast.Inspect(body, func(n ast.Node) bool {
		if e, ok := n.(*ast.ExprStmt); ok && found == nil {
			if call, ok := e.X.(*ast.CallExpr); ok && selected(call.Fun, x) == function {
				found = e
			}
		}
		return found == nil
	})
	return found
}
