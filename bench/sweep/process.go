package sweep

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/perf/benchfmt"

	"overlap/bench"
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
	Disk       string        // folder for the files of workloads, or empty
	Timeout    time.Duration // after which a sample is ended as hanging
}

// Sample implements Sampler. Of several copies it returns the slowest.
func (s Processes) Sample(ctx context.Context, p Point, iterations, turn int) (*benchfmt.Result, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, s.Timeout+10*time.Second,
		fmt.Errorf("ended after %v: it hangs", s.Timeout+10*time.Second))
	defer cancel()
	if p.Copies > 1 {
		return s.copies(ctx, p, iterations)
	}
	cpus := s.Placement[:p.Cores]
	if p.Slices > 1 && host.CanBind {
		// The ceiling is a quotient: its one copy must not know only the best,
		// or the worst, of the CPUs that its many copies run on.
		cpus = s.Placement[(turn-1)%p.Slices:][:1]
	}
	c := s.process(ctx, p, iterations)
	c.among = cpus
	if err := c.start(cpus); err != nil {
		return nil, err
	}
	return c.result(ctx, p, cpus)
}

// copies starts p.Copies processes, each on a CPU of its own, and lets them
// begin every timing together.
func (s Processes) copies(ctx context.Context, p Point, iterations int) (*benchfmt.Result, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // one that fails must not leave the others waiting
	all, cpus := make([]*process, p.Copies), make([][]int, p.Copies)
	for i := range all {
		all[i] = s.process(ctx, p, iterations, "-barrier")
		all[i].among = s.Placement[:p.Copies]
		cpus[i] = s.Placement[i : i+1]
		if !host.CanBind {
			cpus[i] = s.Placement
		}
		if err := all[i].start(cpus[i]); err != nil {
			cancel()
			for _, c := range all[:i] {
				c.wait()
			}
			return nil, err
		}
	}
	release(all)

	var slowest *benchfmt.Result
	var errs []error
	for i, c := range all {
		r, err := c.result(ctx, p, cpus[i])
		if err != nil {
			cancel()
			errs = append(errs, err)
			continue
		}
		if slowest == nil || nsPerOp(r) > nsPerOp(slowest) {
			slowest = r
		}
	}
	if len(errs) > 0 {
		return nil, errs[0]
	}
	return slowest, nil
}

// release sends the word to start whenever every process that still runs is
// ready. All make the same number of timings, so they stay in step.
func release(all []*process) {
	for {
		waiting := 0
		for _, c := range all {
			if _, ok := <-c.ready; ok {
				waiting++
			}
		}
		if waiting == 0 {
			return
		}
		for _, c := range all {
			// A process that has ended meanwhile reports its own error.
			_, _ = c.stdin.Write([]byte{'\n'})
		}
	}
}

// process is a running sample.
type process struct {
	cmd    *exec.Cmd
	among  []int // the CPUs of all copies
	stdin  io.WriteCloser
	stdout *tail
	stderr *tail
	ready  chan struct{} // one for every "ready" on standard error, closed at its end
	pipes  sync.WaitGroup
}

func (s Processes) process(ctx context.Context, p Point, iterations int, more ...string) *process {
	benchtime := s.SampleTime.String()
	if iterations > 0 {
		benchtime = strconv.Itoa(iterations) + "x"
	}
	args := slices.Concat(s.Command[1:], []string{
		"-test.run=^$",
		"-test.bench=^Benchmark" + p.Workload + "$",
		"-test.benchtime=" + benchtime,
		"-test.cpu=" + strconv.Itoa(p.Procs),
		"-test.timeout=" + s.Timeout.String(), // prints the goroutines of one that hangs
		"-executors=" + p.Executor,
		"-workers=" + strconv.Itoa(p.Workers),
		"-size=" + string(p.Size),
		"-slices=" + strconv.Itoa(p.Slices),
		"-cores=" + strconv.Itoa(p.Cores),
		"-weak=" + strconv.FormatBool(p.Weak),
		"-disk=" + s.Disk,
	}, more)
	if p.Variant != "" {
		args = append(args, "-variants="+p.Variant)
	}
	c := &process{
		cmd:    exec.CommandContext(ctx, s.Command[0], args...),
		stdout: &tail{limit: 1 << 20},
		stderr: &tail{limit: 64 << 10},
		ready:  make(chan struct{}, 1),
	}
	c.cmd.Stdout = c.stdout
	c.cmd.Env = append(os.Environ(), "GOMAXPROCS="+strconv.Itoa(p.Procs))
	c.cmd.SysProcAttr = detached()
	c.cmd.WaitDelay = 5 * time.Second
	return c
}

func (c *process) start(cpus []int) error {
	stderr, err := c.cmd.StderrPipe()
	if err != nil {
		return fmt.Errorf("start sample: %w", err)
	}
	if c.stdin, err = c.cmd.StdinPipe(); err != nil {
		return fmt.Errorf("start sample: %w", err)
	}
	if err := host.Start(cpus, c.cmd.Start); err != nil {
		return fmt.Errorf("start sample: %w", err)
	}
	c.pipes.Go(func() {
		defer close(c.ready)
		for lines := bufio.NewReaderSize(stderr, 64<<10); ; {
			line, _, err := lines.ReadLine()
			if err != nil {
				return
			}
			if string(line) == "ready" {
				c.ready <- struct{}{}
				continue
			}
			c.stderr.Write(append(line, '\n'))
		}
	})
	return nil
}

func (c *process) wait() error {
	go func() {
		for range c.ready { // nobody else listens any more
		}
	}()
	c.pipes.Wait()
	c.stdin.Close()
	return c.cmd.Wait()
}

// result waits for the process and returns its only result line, which must
// bear the name of the point.
func (c *process) result(ctx context.Context, p Point, cpus []int) (*benchfmt.Result, error) {
	if err := c.wait(); err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		return nil, c.failed(err)
	}
	var found *benchfmt.Result
	for r := benchfmt.NewReader(bytes.NewReader(c.stdout.bytes()), "sample"); r.Scan(); {
		if rec, ok := r.Result().(*benchfmt.Result); ok {
			if found != nil {
				return nil, c.failed(errors.New("it printed more than one result"))
			}
			found = rec.Clone()
		}
	}
	if found == nil {
		return nil, c.failed(errors.New("it printed no result"))
	}
	if got := string(found.Name.Full()); got != p.Name() {
		return nil, c.failed(fmt.Errorf("it measured %s", got))
	}
	if len(found.Values) == 0 || !(nsPerOp(found) > 0) {
		return nil, c.failed(errors.New("its result has no time"))
	}
	if got := found.GetConfig("cpus"); got != "" && got != host.FormatList(cpus) {
		return nil, c.failed(fmt.Errorf("it ran on CPUs %s, not %s", got, host.FormatList(cpus)))
	}
	setConfig(found, "cpus", host.FormatList(c.among))
	setConfig(found, "gomaxprocs", strconv.Itoa(p.Procs))
	setConfig(found, "slices", strconv.Itoa(p.Slices))
	setConfig(found, "copies", strconv.Itoa(p.Copies))
	// A table of its own in benchstat, which would else mix it with one worker.
	program := "tasks"
	if p.Executor == bench.SerialExecutor {
		program = "serial"
	}
	setConfig(found, "program", program)
	return found, nil
}

// failed adds what the process said to err.
func (c *process) failed(err error) error {
	said := strings.TrimSpace(c.stderr.String())
	for line := range strings.Lines(c.stdout.String()) {
		// testing prints the reason of a failure indented below its FAIL line.
		if strings.HasPrefix(line, "    ") || strings.HasPrefix(line, "panic:") {
			said += "\n" + strings.TrimSpace(line)
		}
	}
	if said = strings.TrimSpace(said); said == "" {
		return err
	}
	// The dump of a process that hung is long, and its beginning says why.
	if len(said) > 4<<10 {
		said = said[:4<<10] + " …"
	}
	return fmt.Errorf("%w: %s", err, said)
}

func nsPerOp(r *benchfmt.Result) float64 {
	sec, _ := r.Value("sec/op")
	return sec
}

// setConfig sets a file configuration key; Result.SetConfig would make it an
// internal one, which is not written.
func setConfig(r *benchfmt.Result, key, value string) {
	r.SetConfig(key, value)
	if i, ok := r.ConfigIndex(key); ok {
		r.Config[i].File = true
	}
}

// tail keeps the end of what is written to it: a process can say more than
// anybody wants to keep.
type tail struct {
	limit int
	mu    sync.Mutex
	buf   []byte
}

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf = append(t.buf, b...)
	if over := len(t.buf) - t.limit; over > 0 {
		t.buf = slices.Delete(t.buf, 0, over)
	}
	return len(b), nil
}

func (t *tail) bytes() []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.buf)
}

func (t *tail) String() string { return string(t.bytes()) }
