package sweep

import (
	"cmp"
	"context"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"time"

	"golang.org/x/perf/benchfmt"

	"overlap/bench/host"
)

// Sampler measures one sample of a point. iterations is how many jobs to time,
// or 0 to time as many as the sampler's time for a sample needs; the result
// says how many they were. turn counts the rounds: a sample that could be taken
// on any of several CPUs is taken on each in turn.
type Sampler interface {
	Sample(ctx context.Context, p Point, iterations, turn int) (*benchfmt.Result, error)
}

// Processes is the Sampler that starts a process for each sample.
type Processes struct {
	Command    []string      // the program and arguments that call bench.Sample with the arguments behind them
	Placement  []int         // CPUs in the order in which cores are taken
	SampleTime time.Duration // how long a sample should time jobs
	Disk       string        // directory for the files of workloads, or empty
	Timeout    time.Duration // after which a sample is ended
	Alone      bool          // it takes no turns with others
	Env        []string      // added to this process's own
}

// Sample implements Sampler. Of several copies it returns the slowest.
func (s Processes) Sample(ctx context.Context, p Point, iterations, turn int) (*benchfmt.Result, error) {
	l := launcher{placement: s.Placement, limit: s.Timeout, word: "ready", command: s.command, prints: p.Name()}
	return l.sample(ctx, p, iterations, turn)
}

func (s Processes) command(ctx context.Context, p Point, iterations int, _ []int, barrier bool) *exec.Cmd {
	args := slices.Concat(s.Command[1:], testFlags(p.Procs, "^Benchmark"+p.Workload+"$", benchtime(s.SampleTime, iterations)), []string{
		"-executors=" + p.Executor,
		"-workers=" + strconv.Itoa(p.Workers),
		"-size=" + string(p.Size),
		"-slices=" + strconv.Itoa(p.Slices),
		"-cores=" + strconv.Itoa(p.Cores),
		"-weak=" + strconv.FormatBool(p.Weak),
		"-disk=" + s.Disk,
	})
	if p.Variant != "" {
		args = append(args, "-variants="+p.Variant)
	}
	if barrier {
		args = append(args, "-barrier")
	}
	cmd := exec.CommandContext(ctx, s.Command[0], args...)
	cmd.Env = append(slices.Concat(os.Environ(), s.Env), "GOMAXPROCS="+strconv.Itoa(p.Procs))
	return cmd
}

// testFlags returns the flags with which a test binary runs only the benchmarks that match.
func testFlags(procs int, match, benchtime string) []string {
	return []string{"-test.run=^$", "-test.count=1", "-test.bench=" + match, "-test.benchtime=" + benchtime, "-test.cpu=" + strconv.Itoa(procs)}
}

// benchtime is how long or how often to time.
func benchtime(d time.Duration, iterations int) string {
	if iterations > 0 {
		return strconv.Itoa(iterations) + "x"
	}
	return d.String()
}

// launcher takes samples with processes of one command.
type launcher struct {
	placement []int
	limit     time.Duration
	word      string // with which a process says that it waits for the others
	prints    string // name of the result
	counted   bool   // with hardware counters
	fits      bool   // processes need a turn to find out how many jobs make one
	command   func(ctx context.Context, p Point, iterations int, cpus []int, barrier bool) *exec.Cmd
}

// with adds to the environment of the processes.
func (l launcher) with(env ...string) launcher {
	start := l.command
	l.command = func(ctx context.Context, p Point, iterations int, cpus []int, barrier bool) *exec.Cmd {
		cmd := start(ctx, p, iterations, cpus, barrier)
		cmd.Env = append(cmd.Environ(), env...)
		return cmd
	}
	return l
}

func (l launcher) sample(ctx context.Context, p Point, iterations, turn int) (*benchfmt.Result, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, l.limit, errLate{l.limit})
	defer cancel()
	if p.Copies > 1 {
		return l.copies(ctx, p, iterations)
	}
	cpus := l.placement[:p.Cores]
	if p.Slices > 1 && host.CanBind {
		// The ceiling is a quotient: its one copy must not know only the best,
		// or the worst, of the CPUs that its many copies run on.
		cpus = l.placement[(turn-1)%p.Slices:][:1]
	}
	c, err := l.start(ctx, p, iterations, cpus, false)
	if err != nil {
		return nil, err
	}
	return c.result(ctx, p)
}

func (l launcher) start(ctx context.Context, p Point, iterations int, cpus []int, barrier bool) (*process, error) {
	return launch(ctx, l.command(ctx, p, iterations, cpus, barrier), cpus, barrier, l.counted, l.prints, l.word)
}

// copies starts p.Copies processes, each on a CPU of its own, and lets them
// begin every timing together.
func (l launcher) copies(ctx context.Context, p Point, iterations int) (*benchfmt.Result, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // one that fails must not leave the others waiting
	all := make([]*process, p.Copies)
	for i := range all {
		cpus := l.placement[i : i+1]
		if !host.CanBind {
			cpus = l.placement
		}
		var err error
		if all[i], err = l.start(ctx, p, iterations, cpus, true); err != nil {
			cancel()
			for _, c := range all[:i] {
				c.wait()
			}
			return nil, err
		}
	}
	release(all)

	var slowest *benchfmt.Result
	var failed error
	for _, c := range all {
		r, err := c.result(ctx, p)
		switch {
		case err != nil:
			cancel()
			failed = cmp.Or(failed, err)
		case slowest == nil || nsPerOp(r) > nsPerOp(slowest):
			slowest = r
		}
	}
	if failed != nil {
		return nil, failed
	}
	setConfig(slowest, "cpus", host.FormatList(l.placement[:p.Copies]))
	return slowest, nil
}
