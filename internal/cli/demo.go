package cli

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"time"

	"overlap/bench"
	"overlap/bench/host"
	"overlap/bench/record"
	"overlap/bench/sweep"
	"overlap/internal/sampling"
	"overlap/internal/scratch"
	"overlap/internal/table"
	"overlap/report"
	"overlap/report/analyse"
	"overlap/report/trace"
	"overlap/workloads"
)

// demoCmd has no flags: who wants to choose uses run.
type demoCmd struct{}

// Help is printed below the first line of --help.
func (c *demoCmd) Help() string {
	return "Records two queues of customers with one cashier, which is a core, and with two, and plays the recordings slowly. Then measures four workloads. It does all that in about ten seconds, and keeps nothing. Exit codes: 1 for an error or failed samples, 2 for a wrong command line, 130 if interrupted."
}

// lessons are workloads that differ in what helps them, what they do in simple words, and
// the number of workers that shows it.
var lessons = []struct {
	workload workloads.Workload
	does     string
	workers  int
}{
	{workloads.Ep, "each task computes; none waits or shares anything", 2},
	{workloads.Sleepers, "each task waits for 1 ms and computes nothing", 16},
	{workloads.Counter, "all tasks add to one counter, one at a time", 2},
	{workloads.Cashiers, "each task computes for a fifth of its time and waits for the rest", 16},
}

// demoBudget is how long the lessons are measured.
const demoBudget = 5 * time.Second

func (c *demoCmd) Run(ctx context.Context, s *streams) (err error) {
	h, err := host.Read()
	if err != nil {
		return err
	}
	settings := sweep.Settings{Placement: host.OnePerCore}
	cpus, cores, err := settings.Place(h)
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program to start recordings and samples with: %w", err)
	}
	d := demo{streams: s, host: h, cpus: cpus, cores: min(cores, 2), self: self, terminal: demoTerminal(terminalOf(s.out))}
	if err := d.recordings(ctx); err != nil {
		return err
	}
	tidy(ctx, s, os.TempDir())
	dir, err := scratch.Make("", "demo")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dir.Remove()) }()
	return d.lessons(ctx, dir.Path)
}

// demo is a demonstration on this machine.
type demo struct {
	*streams
	host     host.Host
	cpus     []int // in the order in which they are taken
	cores    int   // 1 or 2
	self     string
	terminal table.Terminal
}

// demoTerminal is a terminal that the drawing fits.
func demoTerminal(t table.Terminal) table.Terminal {
	if t.Width == 0 {
		t.Width = 80
	}
	t.Width = min(t.Width, 200)
	return t
}

// print prints a text for people.
func (d demo) print(text, first, more string) {
	t := d.terminal
	t.Width = min(t.Width, 100) // long lines are hard to read
	for _, line := range t.Wrap(text, first, more) {
		fmt.Fprintln(d.out, line)
	}
}

// recordings records cashiers and plays or prints the recordings.
func (d demo) recordings(ctx context.Context) error {
	if d.cores == 1 {
		notef(d.err, "this process may use only one core: there is one cashier, and no parallelism to show")
	}
	fmt.Fprintf(d.err, "recording two queues for %s\n", table.Count(d.cores, "second"))
	var shops []trace.Timeline
	parent := record.Parent{Command: []string{d.self, recordVerb}, Placement: d.cpus}
	for cores := 1; cores <= d.cores; cores++ {
		data, err := parent.Trace(ctx, cores)
		if err != nil {
			return err
		}
		t, err := trace.ReadTimeline(strings.NewReader(string(data)))
		if err != nil {
			return fmt.Errorf("recording: %w", err)
		}
		shops = append(shops, t)
	}
	d.print("A core is a cashier, and A1 is the first customer of queue A. ━ is a scan; · is time without one. Whoever is in progress and not scanned pays, or waits for a core.", "", "")
	draw := func(share float64) []string { return drawShops(d.terminal, shops, share) }
	if whole := draw(1); !canRedraw(d.out, len(whole)) {
		_, err := fmt.Fprintln(d.out, strings.Join(whole, "\n"))
		return err
	}
	return play(ctx, d.out, draw)
}

// lessons measures workloads into a directory and prints what helps them.
func (d demo) lessons(ctx context.Context, dir string) error {
	fmt.Fprintln(d.out)
	d.print("Now four workloads. G_c is what more workers gain on one core (concurrency), G_p what a second core adds (parallelism). Their product is the speedup S.", "", "")
	file, err := sweep.CreateIn(dir, "", time.Now())
	if err != nil {
		return err
	}
	failed, err := d.measure(ctx, file)
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	printFailures(d.err, failed)
	a, err := await(ctx, func() (*report.Analysis, error) {
		data, err := report.Read(report.Input{Paths: []string{file.Path()}})
		if err != nil {
			return nil, err
		}
		return report.Analyze(data), nil
	})
	if err != nil {
		return err
	}
	for _, l := range lessons {
		fmt.Fprintln(d.out)
		d.print(l.workload.Name+": "+l.does, "", "  ")
		i := slices.IndexFunc(a.Rows, func(r analyse.Row) bool { return r.Workload == bench.Title(l.workload) })
		if i < 0 {
			d.print("cannot tell: there are too few samples", "  ", "    ")
			continue
		}
		d.print(gainsText(a.Rows[i]), "  ", "    ")
		d.print(lessonText(a.Rows[i]), "  ", "    ")
	}
	fmt.Fprintln(d.out)
	d.print("overlap run measures more, and for longer. overlap help demo explains the words.", "", "")
	if len(failed) > 0 {
		return fmt.Errorf("%s failed", table.Count(len(failed), "sample"))
	}
	return nil
}

// gainsText is the gains of a row as a product.
func gainsText(r analyse.Row) string {
	on := table.Count(r.Workers, "worker") + ", " + r.CoresText(r.P)
	if r.P == 1 {
		return fmt.Sprintf("%s: G_c %s", on, r.Concurrency)
	}
	return fmt.Sprintf("%s: G_c %s × G_p %s = S %s", on, r.Concurrency, r.Parallelism, r.Speedup)
}

// lessonText is the verdict of a row, its class in the words of the demonstration.
func lessonText(r analyse.Row) string {
	what := map[analyse.Class]string{
		analyse.Scales: "parallelism helps", analyse.Stalls: "parallelism helps", analyse.Shares: "parallelism helps",
		analyse.Waits: "concurrency helps", analyse.Overlaps: "concurrency helps",
		analyse.Mixes: "both help", analyse.Contends: "more workers hurt", analyse.Serial: "one worker is enough",
	}[r.Class]
	reason, ok := strings.CutPrefix(r.Verdict, string(r.Class)+": ")
	if what == "" || !ok {
		return r.Verdict
	}
	return what + ": " + reason
}

// measure sweeps the lessons into a file.
func (d demo) measure(ctx context.Context, file *sweep.File) ([]sweep.Failure, error) {
	plan, err := newDemoPlan(d.cpus, d.cores)
	if err != nil {
		return nil, err
	}
	r := run{Settings: sweep.Settings{Placement: host.OnePerCore}, streams: d.streams, host: d.host}
	about, bar := r.about(), newProgress(d.err)
	samples := sweep.Processes{Command: []string{d.self, sampleVerb}, Placement: d.cpus, SampleTime: 10 * time.Millisecond, Timeout: time.Minute}
	summary, err := sweep.Run(ctx, sweep.Config{
		Plan: plan,
		// One after the other: turns need longer than there is.
		Sampler: struct{ sweep.Sampler }{samples},
		Append: func(entries ...sweep.Entry) error {
			describeAll(entries, about)
			return file.Append(entries...)
		},
		Rounds:   sampling.MinSamples,
		Budget:   demoBudget,
		Seed:     rand.Uint64(),
		Progress: bar.show,
	})
	bar.finish()
	return summary.Failures, err
}

// demoPlan is a grid for each lesson, without the points on which no gain rests: there is
// no time for them.
type demoPlan []sweep.Grid

// newDemoPlan plans the lessons on one core and, if there are more, on two.
func newDemoPlan(cpus []int, cores int) (plan demoPlan, err error) {
	numbers, procs := []int{1, 2}[:cores], []int(nil)
	if !host.CanBind {
		numbers, procs = nil, numbers
	}
	levels, err := sweep.Levels(cpus, cores, numbers, procs)
	if err != nil {
		return nil, err
	}
	for _, l := range lessons {
		g, err := sweep.Settings{Workloads: []string{l.workload.Name}, Executors: []string{"pool"}, Workers: []int{1, l.workers}, Size: string(workloads.Medium), Scaling: "strong"}.Grid(levels)
		if err != nil {
			return nil, err
		}
		plan = append(plan, g)
	}
	return plan, nil
}

// FixedPoints implements sweep.Plan.
func (p demoPlan) FixedPoints() (points []sweep.Point) {
	for _, g := range p {
		points = append(points, g.FixedPoints()...)
	}
	return slices.DeleteFunc(points, func(p sweep.Point) bool {
		return p.Executor == bench.SerialExecutor || p.Slices > 1 || p.Workers == 1 && min(p.Cores, p.Procs) > 1
	})
}

// AdaptivePoints implements sweep.Plan: there is no level between the first and the last.
func (p demoPlan) AdaptivePoints(func([]sweep.Point) (sweep.Point, bool)) []sweep.Point { return nil }

// KeyPoints implements sweep.Plan.
func (p demoPlan) KeyPoints(func([]sweep.Point) (sweep.Point, bool), func(p, than sweep.Point) bool) []sweep.Point {
	return p.FixedPoints()
}
