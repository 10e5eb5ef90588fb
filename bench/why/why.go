// Package why runs a benchmark some more times, apart from all measured samples, to
// record what took the cores. It measures and keeps files, which package report/cause
// explains. Use it for one benchmark at a time: a pass takes a second or two, and nothing
// else should run meanwhile.
package why

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/perf/benchfmt"

	"overlap/bench/sweep"
)

// Config says what to record, and where.
type Config struct {
	Recorder sweep.Recorder
	One, All sweep.Point   // the same benchmark on one core and on several
	Length   time.Duration // that a pass should time, about
	Dir      string        // of the files; it must exist
	Counters bool          // record hardware counters, too, since sweep.CheckCounters returns nil

	// Say is told what is done next, after how many of all passes.
	Say func(done, all int, next string)
}

// The names of the files begin with One or All: see package recording.
const (
	One = "one"
	All = "all"
)

// passes are what is done, in this order. Passes that are compared are neighbours in time.
var passes = []struct {
	all  bool // on all cores
	kind string
	does string // for people
}{
	{false, "", "timing it on one core"},
	{true, "", "timing it on %d cores"},
	{false, "", "timing it on one core again"},
	{true, "", "timing it on %d cores again"},
	{true, "cpu", "recording CPU time on %d cores"},
	{false, "cpu", "recording CPU time on one core"},
	{true, "trace", "recording who waits for whom on %d cores"},
	{true, "locks", "recording locks and allocations on %d cores"},
	{true, sweep.CountersKind, "reading hardware counters on %d cores"},
	{false, sweep.CountersKind, "reading hardware counters on one core"},
}

// Run makes the passes, each in a process of its own, and returns a result of each, in Go
// benchmark format, with the kind of its recording as the configuration "pass", and whose
// code is measured as "modules". It fails
// if one of the passes without a recording does; any other one that fails is missing
// afterwards, and lost says why.
func Run(ctx context.Context, c Config) (results []byte, lost []error, err error) {
	passes := passes
	if !c.Counters {
		passes = passes[:len(passes)-2]
	}
	c.Say(0, len(passes), "finding out how long an operation takes")
	first, err := c.Recorder.Sample(ctx, c.All, 0, 1)
	if err != nil {
		return nil, nil, err
	}
	ops := 1
	if each, ok := first.Value("sec/op"); ok && each > 0 {
		ops = max(1, int(c.Length.Seconds()/each))
	}
	var text bytes.Buffer
	w := benchfmt.NewWriter(&text)
	for i, pass := range passes {
		p, prefix, next := c.One, One, pass.does
		if pass.all {
			p, prefix, next = c.All, All, fmt.Sprintf(pass.does, min(c.All.Cores, c.All.Procs))
		}
		c.Say(i, len(passes), next)
		r, err := c.Recorder.Record(ctx, p, ops, pass.kind, filepath.Join(c.Dir, prefix))
		if ctx.Err() != nil {
			return nil, lost, context.Cause(ctx)
		}
		if err != nil && pass.kind == "" {
			return nil, lost, err
		}
		if err != nil {
			lost = append(lost, fmt.Errorf("%s: %w", pass.kind, err))
			continue
		}
		e := sweep.Entry{Result: r}
		e.Describe("pass", cmp.Or(pass.kind, "plain"))
		e.Describe("modules", strings.Join(c.Recorder.Code(p), " "))
		if err := w.Write(r); err != nil {
			return nil, lost, fmt.Errorf("passes: %w", err)
		}
	}
	return text.Bytes(), lost, nil
}
