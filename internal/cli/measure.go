package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"time"

	"overlap/bench/host"
	"overlap/bench/meter"
	"overlap/bench/sweep"
	"overlap/internal/sampling"
	"overlap/internal/table"
)

// begin measures into a new result file.
func (c *runCmd) begin(ctx context.Context, s *streams, h host.Host, what subject) error {
	if c.Seed == 0 {
		c.Seed = rand.Uint64()
	}
	plan, err := c.save(what)
	if err != nil {
		return err
	}
	file, err := sweep.Create(c.Results, cmp.Or(c.Name, h.Name), plan, time.Now())
	if err != nil {
		return fmt.Errorf("--results: %w", err)
	}
	for _, note := range append(slices.Clone(h.Notes), what.limit, c.tooShort(c.outlook(h, what), what.chosen)) {
		if note != "" {
			fmt.Fprintln(s.err, "note:", note)
		}
	}
	if logged, err := logAll(file.Path(), what.omitted, saidOnce); err != nil {
		return errors.Join(err, file.Close())
	} else if logged {
		fmt.Fprintf(s.err, "all that they said: %s\n", failures(file.Path()))
	}
	return c.measure(ctx, s, what, file, c.about(h), nil)
}

// about is what the samples of a run say of the machine.
func (c *runCmd) about(h host.Host) []host.Pair {
	h.Name = cmp.Or(c.Name, h.Name)
	about := append(h.Fingerprint(), host.Pair{Key: "placement", Value: cmp.Or(c.CPUs, c.Placement)})
	if load, ok := host.Load(); ok {
		about = append(about, host.Pair{Key: "load", Value: load})
	}
	return about
}

// measure sweeps into file, which it closes. about is what every sample of the
// file says of the machine, and past what the file holds already.
func (c *runCmd) measure(ctx context.Context, s *streams, what subject, file *sweep.File, about []host.Pair, past []sweep.Entry) (err error) {
	defer func() { err = errors.Join(err, file.Close()) }()
	if !slices.ContainsFunc(what.plan.Lines(), func(p sweep.Point) bool { return p.Workers <= 1 && min(p.Cores, p.Procs) == 1 && p.Slices == 1 }) {
		fmt.Fprintln(s.err, "note: without 1 worker on 1 core there are no gains to report; benchstat can still compare the points")
	}
	bar := newProgress(s.err)
	guard := newGuard(what.cpus, sampling.MaxPressure*float64(len(what.cpus)), c.Wait, bar)
	summary, err := sweep.Run(ctx, sweep.Config{
		Plan:    what.plan,
		Sampler: what.sampler,
		Past:    past,
		Append: func(e sweep.Entry) error {
			for _, p := range about {
				e.Describe(p.Key, p.Value)
			}
			return errors.Join(file.Append(e), logFailure(file.Path(), e))
		},
		Rounds:    c.Rounds,
		Budget:    c.Budget,
		Precision: float64(c.Precision),
		Seed:      c.Seed,
		Quiet:     guard.Wait,
		Progress:  bar.show,
	})
	bar.finish()
	if err == nil {
		c.record(ctx, s, what, file.Path(), about)
	}
	return conclude(s, file, summary, err)
}

// newGuard makes a guard that waits until others use no more than so many of the
// CPUs, and says so beside the bar.
func newGuard(cpus []int, most float64, patience time.Duration, bar *progress) *sweep.Guard {
	return &sweep.Guard{
		Others: func(ctx context.Context) (float64, bool) {
			return meter.Others(ctx, cpus, 200*time.Millisecond)
		},
		CPUs:     len(cpus),
		Most:     most,
		Patience: patience,
		Say:      bar.say,
	}
}

// conclude says what a sweep did. err is why it ended early, if it did.
func conclude(s *streams, file *sweep.File, summary sweep.Summary, err error) error {
	fmt.Fprintf(s.err, "%s of %s in %s",
		table.Count(summary.Samples, "sample"), table.Count(summary.Points, "point"), table.Count(summary.Rounds, "whole round"))
	if summary.Precise > 0 {
		fmt.Fprintf(s.err, ", %d of the points known to within the precision", summary.Precise)
	}
	if summary.Samples > 0 { // else the file is removed
		fmt.Fprintf(s.err, ": %s", file.Path())
	}
	fmt.Fprintln(s.err)
	tellFailures(s.err, summary.Failures)
	if len(summary.Failures) > 0 {
		fmt.Fprintf(s.err, "all that they said: %s\n", failures(file.Path()))
	}
	if summary.Samples == 0 && len(summary.Failures) == 0 {
		// Of the benchmarks that were left out; there is no run that it belongs to.
		err = errors.Join(err, ignoreMissing(os.Remove(failures(file.Path()))))
	}
	if err == nil && summary.Missing > 0 {
		fmt.Fprintf(s.err, "the budget had no room for %d of %s\n", summary.Missing, table.Count(summary.Points, "point"))
	}
	if err != nil {
		if summary.Samples > 0 && !errors.Is(err, sweep.ErrPast) {
			fmt.Fprintf(s.err, "what was measured is kept; overlap report %[1]s reads it, overlap run --resume %[1]s goes on\n", file.Path())
		}
		return err
	}
	switch n := len(summary.Failures); {
	case n > 0:
		return fmt.Errorf("%s failed", table.Count(n, "sample"))
	case summary.Samples == 0:
		return errors.New("the budget ended before the first sample did: raise --budget")
	}
	return nil
}
