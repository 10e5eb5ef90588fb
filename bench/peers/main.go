// Command peers compares overlap's primitives with the libraries and languages
// that do the same work. It measures in rounds, each sample in a process of
// its own, and prints a table of ratios with their 95 % intervals; it writes
// the samples in the Go benchmark format and draws a chart.
//
// It is a module of its own, so that users of overlap never download peers.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"regexp"
	"strings"
	"time"

	"overlap/bench/host"
	"overlap/primitives"
)

func main() {
	primitives.ServeIfChild()
	if err := run(os.Args[1:], os.Stdout, os.Stderr); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return
		}
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}

// options are the flags.
type options struct {
	rounds int
	cases  *regexp.Regexp
	list   bool
	out    string
	sample time.Duration
}

func parse(args []string, stderr io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("peers", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.IntVar(&o.rounds, "rounds", 12, "`samples` of every side; 10 and more make a verdict")
	cases := flags.String("cases", "", "measure the cases whose name matches this `regexp`")
	flags.BoolVar(&o.list, "list", false, "list the cases, their references and targets, and end")
	flags.StringVar(&o.out, "out", "results", "`folder` for the samples and the chart")
	flags.DurationVar(&o.sample, "sample", 150*time.Millisecond, "`time` that a sample should take")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("%q is no flag; --cases chooses cases", flags.Arg(0))
	}
	if o.rounds < 1 || o.sample <= 0 {
		return o, errors.New("--rounds and --sample must be positive")
	}
	var err error
	if o.cases, err = regexp.Compile(*cases); err != nil {
		return o, fmt.Errorf("--cases: %w", err)
	}
	return o, nil
}

func run(args []string, stdout, stderr io.Writer) error {
	if len(args) > 0 && args[0] == "sample" {
		return serveSample(args[1:], stdout)
	}
	o, err := parse(args, stderr)
	if err != nil {
		return err
	}
	var chosen []*contest
	for _, c := range contests() {
		if o.cases.MatchString(c.name) {
			chosen = append(chosen, c)
		}
	}
	if len(chosen) == 0 {
		return fmt.Errorf("no case matches %q; --list shows their names", o.cases)
	}
	if o.list {
		return list(stdout, chosen)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	return compete(ctx, o, chosen, stdout, stderr)
}

// compete measures the chosen contests and shows what came of it.
func compete(ctx context.Context, o options, chosen []*contest, stdout, stderr io.Writer) (err error) {
	h, err := host.Read()
	if err != nil {
		return err
	}
	tools, err := newToolchain(ctx, chosen)
	if err != nil {
		return err
	}
	defer tools.close()
	executable, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program, which is started for every sample: %w", err)
	}
	file, err := createResults(o.out, h, time.Now())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.close()) }()

	blocks, notes := newBlocks(chosen, tools.missing, len(h.CPUs))
	s := &session{
		blocks:     blocks,
		sampler:    &processes{executable, h.Placement(), tools, calibrateSpin(), time.Minute},
		rounds:     o.rounds,
		sampleTime: o.sample,
		record:     file.append,
		progress:   newProgress(stderr, steps(blocks)*(o.rounds+1)),
		random:     rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())),
	}
	early := s.run(ctx)
	s.progress.clear()
	return errors.Join(early, show(stdout, blocks, append(h.Notes, notes...), file))
}

func steps(blocks []*block) (n int) {
	for _, b := range blocks {
		n += len(b.sides)
	}
	return n
}

// show prints the table and draws the chart. It returns an error if a side
// failed, after it has shown the rest.
func show(w io.Writer, blocks []*block, notes []string, file *results) error {
	rows := compare(blocks)
	if err := writeTable(w, rows); err != nil {
		return err
	}
	for _, note := range notes {
		fmt.Fprintln(w, note)
	}
	fmt.Fprintf(w, "samples: %s\n", file.f.Name())
	for ending, draw := range map[string]func([]comparison) ([]byte, error){".svg": drawSVG, ".png": drawPNG} {
		picture, err := draw(rows)
		if errors.Is(err, errNothingToDraw) {
			continue // the table says why
		}
		if err == nil {
			err = os.WriteFile(file.beside(ending), picture, 0o666)
		}
		if err != nil {
			return fmt.Errorf("chart: %w", err)
		}
		fmt.Fprintf(w, "chart: %s\n", file.beside(ending))
	}
	if failed := failures(blocks); len(failed) > 0 {
		return fmt.Errorf("%d of the sides failed:\n  %s", len(failed), strings.Join(failed, "\n  "))
	}
	return nil
}

// list prints the cases as they would be measured.
func list(w io.Writer, chosen []*contest) error {
	cells := [][]string{{"case", "cores", "overlap over", "target"}}
	for _, c := range chosen {
		cores := strings.Trim(strings.Join(strings.Fields(fmt.Sprint(c.coreCounts())), ","), "[]")
		for _, r := range c.rows {
			ref := r.ref.name
			if r.itself {
				ref = "itself (A/A)"
			}
			cells = append(cells, []string{c.name, cores, ref, comparison{target: r.target, itself: r.itself, budget: c.budget}.goal()})
		}
	}
	return writeCells(w, cells)
}
