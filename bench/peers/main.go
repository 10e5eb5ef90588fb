// Command peers compares the primitives and kernels of overlap with libraries and
// languages that do the same work. It measures in rounds, each sample in a process of its
// own. It prints a table of ratios with their 95 % intervals, and for five tasks a table
// of the gains from workers and cores in systems of five languages. It writes the samples in
// the Go benchmark format and draws charts of the ratios and of the gains.
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
	layouts    bool
	list       bool
	out        string
	sample     time.Duration
}

func parse(args []string, stderr io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("peers", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.IntVar(&o.rounds, "rounds", 12, "`samples` of every side; a verdict takes at least 10")
	flags.IntVar(&o.taskRounds, "task-rounds", 4, "`samples` of every system with every task")
	cases := flags.String("cases", "", "measure the cases whose name matches this `regexp`")
	flags.BoolVar(&o.layouts, "layouts", false, "link this program anew for every round, its functions in a random order; run it in the directory of its source")
	flags.BoolVar(&o.list, "list", false, "list the cases, their references and targets, and the tasks, and exit")
	flags.StringVar(&o.out, "out", "results", "`directory` for the samples and the chart")
	flags.DurationVar(&o.sample, "sample", 150*time.Millisecond, "`time` that a sample should take; for tasks, each number of workers takes two thirds of it")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("%q is not a flag; --cases chooses cases", flags.Arg(0))
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

// agenda is what a session measures.
type agenda struct {
	contests []*contest
	chores   []*chore
}

// choose returns the cases and the tasks with matching names.
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
