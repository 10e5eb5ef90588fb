// Command peers compares overlap's primitives and kernels with the libraries
// and languages that do the same work. It measures in rounds, each sample in a
// process of its own, and prints a table of ratios with their 95 % intervals,
// and for five tasks a table of what workers and cores buy in each of seven
// systems; it writes the samples in the Go benchmark format and draws a chart
// of the ratios.
//
// It is a module of its own, so that users of overlap never download peers.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"strings"
	"time"

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
	rounds     int
	taskRounds int
	cases      *regexp.Regexp
	list       bool
	out        string
	sample     time.Duration
}

func parse(args []string, stderr io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("peers", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.IntVar(&o.rounds, "rounds", 12, "`samples` of every side; 10 and more make a verdict")
	flags.IntVar(&o.taskRounds, "task-rounds", 4, "`samples` of every system with every task")
	cases := flags.String("cases", "", "measure the cases whose name matches this `regexp`")
	flags.BoolVar(&o.list, "list", false, "list the cases, their references and targets, and the tasks, and end")
	flags.StringVar(&o.out, "out", "results", "`folder` for the samples and the chart")
	flags.DurationVar(&o.sample, "sample", 150*time.Millisecond, "`time` that a sample should take; of the tasks, two thirds for each number of workers")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("%q is no flag; --cases chooses cases", flags.Arg(0))
	}
	if o.rounds < 1 || o.taskRounds < 1 || o.sample <= 0 {
		return o, errors.New("--rounds, --task-rounds and --sample must be positive")
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
	if len(args) > 0 && args[0] == "task" {
		return serveTask(args[1:], stdout)
	}
	o, err := parse(args, stderr)
	if err != nil {
		return err
	}
	a := choose(o.cases)
	if len(a.contests)+len(a.chores) == 0 {
		return fmt.Errorf("no case matches %q; --list shows their names", o.cases)
	}
	if o.list {
		return list(stdout, a)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	return compete(ctx, o, a, stdout, stderr)
}

// agenda is what is to be measured.
type agenda struct {
	contests []*contest
	chores   []*chore
}

// choose finds the cases and the tasks whose names match.
func choose(names *regexp.Regexp) (a agenda) {
	for _, c := range contests() {
		if names.MatchString(c.name) {
			a.contests = append(a.contests, c)
		}
	}
	for _, c := range chores() {
		if names.MatchString(c.name) {
			a.chores = append(a.chores, c)
		}
	}
	return a
}

// list prints the cases and the tasks as they would be measured.
func list(w io.Writer, a agenda) error {
	if len(a.contests) > 0 {
		if err := listContests(w, a.contests); err != nil {
			return err
		}
	}
	if len(a.contests) > 0 && len(a.chores) > 0 {
		fmt.Fprintln(w)
	}
	if len(a.chores) == 0 {
		return nil
	}
	cells := [][]string{{"task", "cores", "what it does, in each system"}}
	for _, c := range a.chores {
		cells = append(cells, []string{c.name, "1,2", c.doc})
	}
	return writeCells(w, cells)
}

func listContests(w io.Writer, chosen []*contest) error {
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
