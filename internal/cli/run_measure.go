package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"time"

	"overlap/bench/host"
	"overlap/bench/meter"
	"overlap/bench/overlay"
	"overlap/bench/sweep"
	"overlap/internal/sampling"
	"overlap/internal/table"
)

// begin measures into a new result file.
func (r *run) begin(ctx context.Context, what target) error {
	if r.Seed == 0 {
		r.Seed = rand.Uint64()
	}
	id, err := build()
	if err != nil {
		return err
	}
	header := sweep.Header{Build: id, Tests: what.tests, Placement: what.cpus, Settings: r.Settings}
	if plan, ok := what.plan.(sweep.ForeignPlan); ok {
		header.Benchmarks = plan.Benchmarks
	}
	file, err := sweep.Create(r.Results, cmp.Or(r.Name, r.host.Name), header, time.Now())
	if err != nil {
		return fmt.Errorf("--results: %w", err)
	}
	for _, note := range append(slices.Clone(r.host.Notes), what.limit, r.long(what.plan), r.tooShort(r.estimate(what), what.chosen)) {
		if note != "" {
			notef(r.err, "%s", note)
		}
	}
	if logged, err := logAll(file.Path(), what.omitted, omissionOutput); err != nil {
		return errors.Join(err, file.Close())
	} else if logged {
		notef(r.err, "their whole output is in %s", failureLog(file.Path()))
	}
	return r.measure(ctx, what, file, r.about(), nil)
}

// about describes the machine, for the samples of a run.
func (r *run) about() []host.Pair {
	h := r.host
	h.Name = cmp.Or(r.Name, h.Name)
	about := append(h.Fingerprint(), host.Pair{Key: "placement", Value: cmp.Or(r.CPUs, r.Placement)})
	if load, ok := host.Load(); ok {
		about = append(about, host.Pair{Key: "load", Value: load})
	}
	return about
}

// measure sweeps into file, which it closes. about describes the machine in every
// sample, and past is what the file already has.
func (r *run) measure(ctx context.Context, what target, file *sweep.File, about []host.Pair, past []sweep.Entry) (err error) {
	defer func() { err = errors.Join(err, file.Close()) }()
	few := func(p sweep.Point) bool { return p.Workers <= 1 || p.Package != "" && r.Workers == nil } // or as few as a benchmark can have
	if !slices.ContainsFunc(what.plan.FixedPoints(), func(p sweep.Point) bool { return few(p) && min(p.Cores, p.Procs) == 1 && p.Slices == 1 }) {
		notef(r.err, "without 1 worker on 1 core the report has no gains; benchstat can still compare the points")
	}
	if r.limited != nil {
		if err := r.limited.Join(); err != nil {
			return fmt.Errorf("--quota: join the control group: %w", err)
		}
	}
	bar := newProgress(r.err)
	early := &rows{path: file.Path(), bar: bar, said: map[string]bool{}}
	guard := newGuard(what.cpus, sampling.MaxPressure*float64(len(what.cpus)), r.Wait, bar)
	summary, err := sweep.Run(ctx, sweep.Config{
		Plan:    what.plan,
		Sampler: what.sampler,
		Past:    past,
		Append: func(entries ...sweep.Entry) error {
			describeAll(entries, about)
			err := file.Append(entries...)
			for _, e := range entries {
				err = errors.Join(err, logFailure(file.Path(), e))
			}
			early.look(entries)
			return err
		},
		Rounds:    r.Rounds,
		Budget:    r.Budget,
		Precision: float64(r.Precision),
		Sample:    r.Sample,
		Alike:     r.host.Alike(what.cpus),
		Seed:      r.Seed,
		Quiet:     guard.Wait,
		Quota:     host.Quota,
		Progress:  bar.show,
	})
	early.finish()
	bar.finish()
	if err == nil {
		r.record(ctx, what, file.Path(), about)
	}
	return printSummary(r.err, file, summary, err)
}

// names lists points.
func names(points []sweep.Point) string {
	var all []string
	for _, p := range points {
		all = append(all, p.String())
	}
	return strings.Join(all, ", ")
}

// benchmarks are those of points, each once.
func benchmarks(points []sweep.Point) string {
	var all []string
	for _, p := range points {
		if name := p.Package + "." + p.Workload; !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	return strings.Join(all, ", ")
}

// printDisturbed says why intervals are wide, if much of the run was disturbed.
func printDisturbed(w io.Writer, d sweep.Disturbed) {
	const much = 0.2
	percent := func(n int) int { return int(math.Round(100 * float64(n) / float64(d.Turns))) }
	if float64(d.Slow) > much*float64(d.Turns) {
		notef(w, "in %d %% of the turns a CPU was slower than its best, as when another machine of the host has the other thread of its core: intervals are wide", percent(d.Slow))
	}
	if float64(d.Others) > much*float64(d.Turns) {
		notef(w, "in %d %% of the turns other programs had part of the CPUs: stop them, or raise --budget", percent(d.Others))
	}
}

// describeAll adds to entries what is known about the machine.
func describeAll(entries []sweep.Entry, about []host.Pair) {
	for _, e := range entries {
		for _, p := range about {
			e.Describe(p.Key, p.Value)
		}
	}
}

// newGuard makes a guard that waits until others use no more of the CPUs than allowed,
// and prints its messages beside the bar.
func newGuard(cpus []int, allowed float64, patience time.Duration, bar *progress) *sweep.Guard {
	return &sweep.Guard{
		Others: func(ctx context.Context) (float64, bool) {
			return meter.TakenByOthers(ctx, cpus, 200*time.Millisecond)
		},
		CPUs:     len(cpus),
		Allowed:  allowed,
		Patience: patience,
		Option:   "--wait",
		Say:      bar.say,
	}
}

// printSummary prints what a sweep did. err is why it ended early, if it did.
func printSummary(w io.Writer, file *sweep.File, summary sweep.Summary, err error) error {
	fmt.Fprintf(w, "%s of %s in %s",
		table.Count(summary.Samples, "sample"), table.Count(summary.Points, "point"), table.Count(summary.Rounds, "whole round"))
	if summary.Precise > 0 {
		fmt.Fprintf(w, ", %d of the points known to within the precision", summary.Precise)
	}
	if summary.Samples > 0 { // else the file is removed
		fmt.Fprintf(w, ": %s", file.Path())
	}
	fmt.Fprintln(w)
	failed := printFailures(w, summary.Failures)
	if len(summary.Failures) > 0 {
		notef(w, "their whole output is in %s", failureLog(file.Path()))
	}
	if summary.Samples == 0 && len(summary.Failures) == 0 {
		// The log is about benchmarks left out of a run without samples.
		err = errors.Join(err, ignoreMissing(os.Remove(failureLog(file.Path()))))
	}
	printDisturbed(w, summary.Disturbed)
	if few := names(summary.Few); few != "" {
		notef(w, "%s: a timing has fewer than %d operations for each goroutine, because they take long: while the last ones end, other goroutines have none", few, overlay.LeastEach)
	}
	if list := benchmarks(summary.SetUps); list != "" {
		notef(w, "%s: set-up on the timer is more than 2 %% of a timing, so that it takes part in the gains: call b.ResetTimer after it, or loop with b.Loop", list)
	}
	if err == nil && summary.Missing > 0 {
		notef(w, "%d of %s did not fit into the budget", summary.Missing, table.Count(summary.Points, "point"))
	}
	if err != nil {
		if summary.Samples > 0 && !errors.Is(err, sweep.ErrPast) {
			notef(w, "the samples are kept: overlap report %[1]s reads them, overlap run --resume %[1]s continues", file.Path())
		}
		return err
	}
	switch {
	case failed > 0:
		return fmt.Errorf("%s failed", table.Count(failed, "sample"))
	case summary.Samples == 0:
		return errors.New("the budget ended before the first sample: raise --budget")
	}
	return nil
}
