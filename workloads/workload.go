// Package workloads provides the fixed jobs that overlap measures. Setting a job
// up and checking it are not timed; running it on a primitives.Executor is. A
// wrong result has no time.
//
// A job is the same work under every executor and number of workers (strong
// scaling), so that the times of its runs can be compared. With Params.Weak it
// grows with the workers instead.
//
// Every workload is also a plain program, Job.Serial, without goroutines, futures
// and locks. The job is tested against it.
package workloads

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"overlap/primitives"
)

// Kind names what limits a workload.
type Kind string

// The kinds of workload. They differ in the gains that they predict.
const (
	CPU    Kind = "cpu"    // arithmetic in registers and near caches
	Memory Kind = "memory" // bandwidth or latency of memory, or its garbage collection
	Lock   Kind = "lock"   // locks that many workers need
	Comm   Kind = "comm"   // messages between tasks or processes
	Spawn  Kind = "spawn"  // making and joining tasks
	Wait   Kind = "wait"   // timers, without work
	IO     Kind = "io"     // the network or disk, with the kernel's work
	Mixed  Kind = "mixed"  // waiting and arithmetic
)

// Kinds returns all kinds.
func Kinds() []Kind { return []Kind{CPU, Memory, Lock, Comm, Spawn, Wait, IO, Mixed} }

// Workload is a named family of jobs. overlap run --list prints its texts, which
// do not end in full stops.
type Workload struct {
	Name string // lower-case letters
	Kind Kind
	Doc  string // what a job does, in one clause

	Models  string // the programs that it represents
	Source  string // where it is from
	Limit   string // what limits its speed
	Checked string // which result is compared, and with what

	// Expect is the expected scaling of the workload, or of its first variant;
	// Why is the reason.
	Expect Expectation
	Why    string

	// Variants are forms of the workload that differ in one respect. The first
	// is the default. It is empty if there is one form only.
	Variants []Variant

	// NoProcesses says why the tasks cannot run in child processes. Empty means
	// that the job consists of independent pieces and runs anywhere.
	NoProcesses string

	// NoInline says why the tasks cannot run one after another in their caller
	// (the inline executor), for instance because one waits for a later one.
	// Empty means that they can.
	NoInline string

	// NoWeak says why the work cannot grow with the workers (Params.Weak). Empty
	// means that it can.
	NoWeak string

	// Needs returns the files, processes, threads and memory that the job itself uses
	// with p.Workers workers, without those of the executor. Nil means none.
	Needs func(p Params, executor string) Needs

	// SetUp makes a job. New calls it with checked and completed parameters. It
	// may take longer than the job.
	SetUp func(Params) (Job, error)
}

// Variant is a form of a workload.
type Variant struct {
	Name   string // lower-case letters and digits
	Doc    string // what differs
	Expect Expectation
}

// Job is a fixed amount of work that can be run again and again, one run at a
// time.
type Job interface {
	// Run does the work once, as tasks on ex, and blocks until it is done. When
	// ctx ends it returns early with an error, and the job must not be used
	// again.
	Run(ctx context.Context, ex primitives.Executor) error

	// Serial does the work once as a plain program: in the caller, without
	// goroutines, futures and locks.
	Serial() error

	// Check returns an error if any Run or Serial since the set-up was wrong.
	Check() error

	// Items returns the amount of useful work in one Run, in the unit that the
	// comment of the workload's variable names. It does not depend on the executor, and
	// on the workers only if the job is Weak.
	Items() int

	// Close releases the resources of the job.
	Close() error
}

// New sets up a job.
func (w Workload) New(p Params) (Job, error) {
	p, err := p.complete(w)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", w.Name, err)
	}
	j, err := w.SetUp(p)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", w.Name, err)
	}
	return j, nil
}

// Variant returns the variant of that name. The empty name is the first variant,
// or for a workload with one form a Variant without a name.
func (w Workload) Variant(name string) (Variant, error) {
	if name == "" && len(w.Variants) == 0 {
		return Variant{Expect: w.Expect}, nil
	}
	var names []string
	for _, v := range w.Variants {
		if name == "" || v.Name == name {
			return v, nil
		}
		names = append(names, v.Name)
	}
	if len(names) == 0 {
		return Variant{}, fmt.Errorf("unknown variant %q of %s, which has none", name, w.Name)
	}
	return Variant{}, fmt.Errorf("unknown variant %q of %s: there are %s", name, w.Name, strings.Join(names, ", "))
}

// Choose returns those of names that are variants of w: every variant if names
// contains "all", only the first if none matches. The first is returned as the
// empty name.
func (w Workload) Choose(names []string) []string {
	var chosen []string
	for i, v := range w.Variants {
		if slices.Contains(names, v.Name) || slices.Contains(names, "all") {
			if i == 0 {
				v.Name = ""
			}
			chosen = append(chosen, v.Name)
		}
	}
	if chosen == nil {
		return []string{""}
	}
	return chosen
}

// CheckVariants returns an error if one of the names is not a variant of any of
// the workloads.
func CheckVariants(list []Workload, names []string) error {
	known := []string{"all"}
	for _, w := range list {
		for _, v := range w.Variants {
			if !slices.Contains(known, v.Name) {
				known = append(known, v.Name)
			}
		}
	}
	for _, name := range names {
		if !slices.Contains(known, name) {
			return fmt.Errorf("unknown variant %q: these workloads have %s", name, strings.Join(known, ", "))
		}
	}
	return nil
}

// Executors returns the executors that the workload can run under.
func (w Workload) Executors() []string {
	return slices.DeleteFunc(primitives.Names(), func(name string) bool { return w.CanRunUnder(name) != nil })
}

// CanRunUnder returns nil, or an error that says why the workload cannot run
// under that executor.
func (w Workload) CanRunUnder(executor string) error {
	legal := "spawn, pool, threads or loop"
	if w.NoInline == "" {
		legal = "inline, " + legal
	}
	switch {
	case executor == "processes" && w.NoProcesses != "":
		return fmt.Errorf("%s cannot run under processes: %s; use %s", w.Name, w.NoProcesses, legal)
	case executor == "inline" && w.NoInline != "":
		return fmt.Errorf("%s cannot run under inline: %s; use %s", w.Name, w.NoInline, legal)
	}
	return nil
}

// All returns the workloads, those of one kind next to each other. Lists and reports
// show them in this order.
func All() []Workload {
	return []Workload{
		Ep, Nqueens, Mandelbrot, Spectral, Dgemm, Hash, Sieve, Sort, Wavefront, Uts,
		Nstream, Transpose, Gups, Stencil, Bintrees,
		Skynet, Grain,
		Counter, Philosophers,
		Boundedbuf, Ring, Ipc, Pipeline,
		Sleepers, Netecho, Disk,
		Request, Cashiers,
	}
}

// Default returns the workloads that a run measures by default: one or two for each
// combination of the two gains.
func Default() []Workload {
	return []Workload{Ep, Mandelbrot, Nstream, Counter, Sleepers, Netecho, Request, Cashiers}
}

// Lookup returns the workload of that name, ignoring case. The error suggests the
// nearest name.
func Lookup(name string) (Workload, error) {
	all := All()
	for _, w := range all {
		if strings.EqualFold(w.Name, name) {
			return w, nil
		}
	}
	nearest := slices.MinFunc(all, func(a, b Workload) int {
		return cmp.Compare(distance(name, a.Name), distance(name, b.Name))
	})
	names := make([]string, len(all))
	for i, w := range all {
		names[i] = w.Name
	}
	return Workload{}, fmt.Errorf("unknown workload %q: did you mean %q? There are %s",
		name, nearest.Name, strings.Join(names, ", "))
}

// distance returns the edit distance of two strings (Levenshtein, 1966), ignoring
// case.
func distance(a, b string) int {
	a, b = strings.ToLower(a), strings.ToLower(b)
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
