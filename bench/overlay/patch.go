package overlay

import (
	"cmp"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
)

// calls are the hooks in methods of testing.B. The hooks of the clocks are just outside
// of what testing times, but inside of the pauses of the whole program in which it
// counts allocations.
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
	"RunParallel":  {end: " b.overlapJoin(); "},
}

// fields are what structs of testing have in addition.
var fields = map[string]string{
	"B":  " overlap overlapTimer; overlapPace overlapPace; ",
	"PB": " overlapTaken *atomic.Uint64; ",
}

// unsliced are calls that are skipped while slices are timed, by the methods that make
// them.
var unsliced = map[string]string{"StartTimer": "ReadMemStats", "StopTimer": "ReadMemStats", "ResetTimer": "ReadMemStats", "runN": "GC"}

// patch puts the hooks into the source of testing/benchmark.go. It finds the places in
// the syntax tree, so that it fits other versions of the file; a patch file would fit
// one. It adds no line, so that stacks keep their line numbers.
func patch(source []byte) ([]byte, error) {
	p := patcher{files: token.NewFileSet()}
	tree, err := parser.ParseFile(p.files, "benchmark.go", source, parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnfit, err)
	}
	places := 0
	for _, decl := range tree.Decls {
		for name, more := range fields {
			if list := structOf(decl, name); list != nil {
				p.insert(list.Opening+1, more)
				places++
			}
		}
		if f, ok := decl.(*ast.FuncDecl); ok && f.Body != nil && f.Name.Name == "Next" && of(f, "pb", "PB") {
			places++
			p.hookNext(f.Body)
		}
		if f, ok := decl.(*ast.FuncDecl); ok && f.Body != nil && f.Name.Name == "processBench" {
			places++
			// What the benchmark printed may be on the line that began with its name.
			p.around(defined(f.Body, "results"), "", `; results = "\n" + benchName + "\t" + results`, "processBench has no results")
		}
		if f, ok := decl.(*ast.FuncDecl); ok && f.Body != nil && of(f, "b", "B") {
			if _, ok := calls[f.Name.Name]; ok {
				places++
				p.hook(f.Name.Name, f.Body)
			}
		}
	}
	if all := len(fields) + 2 + len(calls); p.err == nil && places != all {
		p.err = fmt.Errorf("%d of %d places found", places, all)
	}
	if p.err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnfit, p.err)
	}
	return p.apply(source), nil
}

// patcher collects what to insert into a file.
type patcher struct {
	files *token.FileSet
	all   []insertion
	err   error // the first place that was not found
}

// insertion is text that goes into a file at a place.
type insertion struct {
	offset int
	text   string
}

func (p *patcher) insert(at token.Pos, text string) {
	if text != "" {
		p.all = append(p.all, insertion{p.files.Position(at).Offset, text})
	}
}

// around inserts text before and after a node, which is nil if it was not found.
func (p *patcher) around(n ast.Stmt, before, after, missing string) {
	if n == nil {
		p.err = cmp.Or(p.err, errors.New(missing))
		return
	}
	p.insert(n.Pos(), before)
	p.insert(n.End(), after)
}

// hook puts the hooks into a method of testing.B.
func (p *patcher) hook(method string, body *ast.BlockStmt) {
	hook := calls[method]
	p.insert(body.Lbrace+1, hook.begin)
	p.insert(body.Rbrace, hook.end)
	if hook.field != "" {
		p.around(assignment(body, hook.field), hook.before, hook.after, method+" does not set b."+hook.field)
	}
	if name := unsliced[method]; name != "" {
		p.around(callOf(body, "runtime", name), "if !b.overlap.slicing { ", " }", method+" does not call runtime."+name)
	}
	switch method {
	case "launch":
		loop, goal := goalLoop(body)
		if loop == nil {
			p.err = cmp.Or(p.err, errors.New("launch has no loop until b.duration"))
			return
		}
		p.around(callOf(body, "b", "runN"), "b.overlapWarm(); ", "", "launch runs nothing")
		p.insert(loop.Pos(), goal+" = b.overlapGoal(); ")
		p.insert(loop.Body.Rbrace, " "+goal+" = b.overlapGoal(); ")
	case "RunParallel":
		number, goroutines := fromParallelism(body)
		grain := valueOf(body, "grain")
		if number == nil || grain == "" {
			p.err = cmp.Or(p.err, errors.New("RunParallel has no number of goroutines or no grain"))
			return
		}
		p.insert(number.End(), fmt.Sprintf("; %s, %s = b.overlapShareOut(%[1]s, %[2]s)", goroutines, grain))
	case "runN":
		p.around(callOf(body, "b", "ResetTimer"), "b.overlapBegin(); ", "", "runN resets no timer")
	}
}

// hookNext puts the hook into testing.PB.Next, where a goroutine takes operations.
func (p *patcher) hookNext(body *ast.BlockStmt) {
	for _, s := range body.List {
		if f, ok := s.(*ast.IfStmt); ok {
			if c, ok := f.Cond.(*ast.BinaryExpr); ok && selected(c.X, "pb") == "cache" {
				p.insert(f.Body.Lbrace+1, " pb.overlapTake(); ")
				return
			}
		}
	}
	p.err = cmp.Or(p.err, errors.New("testing.PB.Next does not look at pb.cache"))
}

// apply makes the insertions.
func (p *patcher) apply(source []byte) (out []byte) {
	slices.SortStableFunc(p.all, func(x, y insertion) int { return cmp.Compare(x.offset, y.offset) })
	from := 0
	for _, i := range p.all {
		out = append(append(out, source[from:i.offset]...), i.text...)
		from = i.offset
	}
	return append(out, source[from:]...)
}

// structOf returns the fields of a struct if decl declares it.
func structOf(decl ast.Decl, name string) *ast.FieldList {
	d, ok := decl.(*ast.GenDecl)
	if !ok || d.Tok != token.TYPE {
		return nil
	}
	for _, spec := range d.Specs {
		if s, ok := spec.(*ast.TypeSpec); ok && s.Name.Name == name {
			if body, ok := s.Type.(*ast.StructType); ok {
				return body.Fields
			}
		}
	}
	return nil
}

// of reports whether f is a method of a pointer to a type, with this name of its receiver.
func of(f *ast.FuncDecl, receiver, typ string) bool {
	if f.Recv == nil || len(f.Recv.List) != 1 || len(f.Recv.List[0].Names) != 1 || f.Recv.List[0].Names[0].Name != receiver {
		return false
	}
	star, ok := f.Recv.List[0].Type.(*ast.StarExpr)
	if !ok {
		return false
	}
	name, ok := star.X.(*ast.Ident)
	return ok && name.Name == typ
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

// defined returns the first statement in body that defines the variable.
func defined(body *ast.BlockStmt, variable string) (found ast.Stmt) {
	ast.Inspect(body, func(n ast.Node) bool {
		if a, ok := n.(*ast.AssignStmt); ok && found == nil && a.Tok == token.DEFINE {
			if name, ok := a.Lhs[0].(*ast.Ident); ok && name.Name == variable {
				found = a
			}
		}
		return found == nil
	})
	return found
}

// goalLoop returns the loop in body that runs while b.duration is less than a variable,
// and the name of the variable.
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

// fromParallelism returns the first statement in body that defines a variable by
// b.parallelism, and the name of the variable.
func fromParallelism(body *ast.BlockStmt) (found ast.Stmt, name string) {
	ast.Inspect(body, func(n ast.Node) bool {
		a, ok := n.(*ast.AssignStmt)
		if !ok || a.Tok != token.DEFINE || len(a.Lhs) != 1 || found != nil {
			return found == nil
		}
		ast.Inspect(a.Rhs[0], func(n ast.Node) bool {
			if e, ok := n.(ast.Expr); ok && selected(e, "b") == "parallelism" {
				found, name = a, a.Lhs[0].(*ast.Ident).Name
			}
			return found == nil
		})
		return found == nil
	})
	return found, name
}

// valueOf returns the name of the variable that a literal in body gives the field.
func valueOf(body *ast.BlockStmt, field string) (name string) {
	ast.Inspect(body, func(n ast.Node) bool {
		if pair, ok := n.(*ast.KeyValueExpr); ok {
			key, isName := pair.Key.(*ast.Ident)
			if value, ok := pair.Value.(*ast.Ident); ok && isName && key.Name == field {
				name = value.Name
			}
		}
		return name == ""
	})
	return name
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
