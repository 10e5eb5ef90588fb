package cli

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"overlap/bench/gate"
	"overlap/bench/gate/pair"
	"overlap/bench/sweep"
	"overlap/bench/why"
	"overlap/internal/git"
	"overlap/internal/scratch"
	"overlap/internal/table"
	"overlap/report/cause"
)

// The limits of looking for where benchmarks take more.
const (
	whereTime  = 4 * time.Second // for each, about
	maxLocated = 3               // benchmarks
	maxPlaces  = 3               // lines of each
)

// located is a benchmark that became worse, and the point at which it is recorded.
type located struct {
	worst gate.Change // of the point
	point sweep.Point
	time  gate.Change // of the point; NaN if it is not known
	kinds []why.Turns
}

// locate records where benchmarks became worse, and adds to the report which lines take more.
// What cannot be told is a note: verdicts do not depend on it.
func (c *checkCmd) locate(ctx context.Context, s *streams, p *pair.Pair, r *gate.Report) {
	list := toLocate(r, p.Points)
	if len(list) == 0 || c.Where == "never" {
		return
	}
	var left []string
	for _, l := range list[min(len(list), maxLocated):] {
		left = append(left, l.worst.Benchmark)
	}
	if list = list[:min(len(list), maxLocated)]; len(left) > 0 {
		r.Notes = append(r.Notes, fmt.Sprintf("where %s became worse was not looked for: only where the first %d regressions come from", strings.Join(left, ", "), maxLocated))
	}
	fmt.Fprintf(s.err, "recording where %s became worse, in about %v; --where=never leaves this out\n", table.Count(len(list), "benchmark"), time.Duration(len(list))*whereTime)
	if err := c.locateAll(ctx, p, r, list); err != nil && ctx.Err() == nil {
		r.Notes = append(r.Notes, fmt.Sprintf("cannot tell where: %v", err))
	}
}

// toLocate returns the benchmarks that became worse, in the order of the report.
func toLocate(r *gate.Report, points []sweep.Point) (list []located) {
	for _, f := range r.Findings() {
		all := slices.DeleteFunc(slices.Clone(f.Evidence), func(c gate.Change) bool { return !gate.Regression(c) })
		if len(all) == 0 {
			continue
		}
		worst := slices.MinFunc(all, compareForWhere)
		point, ok := worst.FindPoint(points)
		if !ok {
			continue
		}
		l := located{worst: worst, point: point, time: gate.Change{Base: math.NaN(), Head: math.NaN(), Ratio: math.NaN(), Low: math.NaN(), High: math.NaN()}}
		l.point.Copies = 1
		timed := slices.ContainsFunc(all, func(c gate.Change) bool { return c.Quantity != gate.Allocs && c.Quantity != gate.Bytes })
		more := false
		for _, c := range r.Changes {
			if c.Name() != f.Name() || c.Point != worst.Point {
				continue
			}
			switch c.Quantity {
			case gate.Time:
				l.time = c
			case gate.Allocs, gate.Bytes:
				more = more || c.Head > c.Base
			}
		}
		if more {
			l.kinds = append(l.kinds, why.AllocTurns)
		}
		if timed && min(point.Cores, point.Procs) > 1 {
			l.kinds = append(l.kinds, why.LockTurns)
		}
		if timed {
			l.kinds = append(l.kinds, why.CPUTurns)
		}
		list = append(list, l)
	}
	return list
}

// sizeOf is how far a change is from none.
func sizeOf(c gate.Change) float64 { return math.Abs(math.Log(c.Ratio)) }

// compareForWhere orders the changes of a benchmark by how well their point shows what takes
// more: a time on few cores, then what is a ratio of times, then what is counted.
func compareForWhere(a, b gate.Change) int {
	rank := func(c gate.Change) int {
		switch c.Quantity {
		case gate.Time, gate.MeanTime:
			return c.Cores
		case gate.Allocs, gate.Bytes:
			return math.MaxInt
		}
		return math.MaxInt - 1
	}
	return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(sizeOf(b), sizeOf(a)))
}

// locateAll records and explains the benchmarks. A recording that fails is a note.
func (c *checkCmd) locateAll(ctx context.Context, p *pair.Pair, r *gate.Report, list []located) (err error) {
	var points []sweep.Point
	for _, l := range list {
		points = append(points, l.point)
	}
	base, head, err := p.Recorders(ctx, points)
	if err != nil {
		return err
	}
	changed, err := p.Edits(ctx)
	if err != nil {
		return err
	}
	work, err := scratch.Make("", "where")
	if err != nil {
		return fmt.Errorf("recordings: %w", err)
	}
	defer func() { err = cmp.Or(err, work.Remove()) }()
	r.Where = map[string][]gate.Place{}
	for i, l := range list {
		dir := filepath.Join(work.Path, strconv.Itoa(i))
		if err := os.Mkdir(dir, 0o777); err != nil {
			return fmt.Errorf("recordings: %w", err)
		}
		found, err := l.find(ctx, p, base, head, changed, dir)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		switch {
		case err != nil:
			r.Notes = append(r.Notes, fmt.Sprintf("%s: cannot tell where: %v", l.worst.Benchmark, err))
		case len(found.Growth) == 0:
			r.Notes = append(r.Notes, l.worst.Benchmark+": "+found.CannotTell())
		}
		for _, g := range found.Growth[:min(len(found.Growth), maxPlaces)] {
			r.Where[l.worst.Name()] = append(r.Where[l.worst.Name()], l.place(p, g))
		}
	}
	return nil
}

// place is the line that grew, by the path of its file in the tree if the tree has it.
func (l located) place(p *pair.Pair, g cause.Growth) gate.Place {
	place := gate.Place{Function: g.Line.Function, File: g.Line.File, Line: g.Line.Line, Grew: g.Words(), InDiff: g.Mark == cause.LineChanged, Outside: true}
	module, at, inTree := p.Module(l.point)
	if file, ok := pathInTree(g.Line.File, module, at); inTree && ok && p.Source(file) != nil {
		place.File, place.Outside = file, false
	}
	return place
}

// find records a benchmark and returns the lines that take more.
func (l located) find(ctx context.Context, p *pair.Pair, base, head sweep.Recorder, changed []git.FileDiff, dir string) (cause.Where, error) {
	op := time.Millisecond
	if t := max(l.time.Base, l.time.Head); t > 0 {
		op = time.Duration(min(t, 1e15))
	}
	results, err := why.Versus{Base: base, Head: head, Point: l.point, Op: op, Kinds: l.kinds, Time: whereTime, Dir: dir}.Run(ctx)
	if err != nil {
		return cause.Where{}, err
	}
	if err := os.WriteFile(filepath.Join(dir, "passes.txt"), results, 0o666); err != nil {
		return cause.Where{}, fmt.Errorf("recordings: %w", err)
	}
	b, err := cause.ReadBuilds(dir)
	if err != nil {
		return cause.Where{}, err
	}
	b.Time = l.time.Ratio
	b.Low, b.High = l.time.Interval()
	module, at, inTree := p.Module(l.point)
	if !inTree {
		return b.Find() // the diff is of something else
	}
	b.Edits = editsOf(changed, module, at)
	b.Outside = func(name string) bool {
		_, ok := pathInTree(name, module, at)
		return !ok
	}
	b.Source = func(name string) []byte {
		if file, ok := pathInTree(name, module, at); ok {
			return p.Source(file)
		}
		return nil
	}
	return b.Find()
}

// editsOf names files as profiles do: by the module's path, instead of by its directory in the
// tree. What is outside of the module is left out.
func editsOf(changed []git.FileDiff, module, dir string) (list []cause.Edit) {
	name := func(file string) string {
		if inside, ok := git.Below(file, dir); ok {
			return path.Join(module, inside)
		}
		return ""
	}
	for _, f := range changed {
		e := cause.Edit{Base: name(f.Base), Head: name(f.Head)}
		for _, h := range f.Hunks {
			e.Hunks = append(e.Hunks, cause.Hunk(h))
		}
		if e.Base != "" || e.Head != "" {
			list = append(list, e)
		}
	}
	return list
}

// pathInTree is the path in the tree of a file of the module that a profile names. A file of
// another module has its version in the name, behind an @ that no import path may have.
func pathInTree(name, module, dir string) (string, bool) {
	inside, ok := strings.CutPrefix(name, module+"/")
	if !ok || !filepath.IsLocal(filepath.FromSlash(inside)) || strings.Contains(path.Dir(inside), "@") {
		return "", false
	}
	return path.Join(dir, inside), true
}
