package sweep

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"sync"
	"time"

	"golang.org/x/perf/benchfmt"

	"overlap/bench"
	"overlap/bench/host"
	"overlap/internal/proc"
)

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
	prints string         // the name that its result must have
	cpus   []int          // that it is bound to
	word   string         // with which it says that it waits for the others
	stdin  io.WriteCloser // nil unless it waits for others
	stdout *headTail
	stderr *headTail
	ready  chan struct{} // one for every word, closed at the end of standard error
	ended  chan struct{} // closed when err is known and all its output is read
	err    error
}

// How long a process may take to print its goroutines, and a process that it left
// behind to close its output.
const (
	graceDump   = 5 * time.Second
	graceOutput = time.Second
)

// launch starts a process bound to the given CPUs, perhaps with hardware counters. It makes
// the pipes itself: with those of os/exec, Wait would wait for the processes that a sample
// leaves behind.
func launch(ctx context.Context, cmd *exec.Cmd, cpus []int, barrier, counted bool, prints, word string) (*process, error) {
	c := &process{
		cmd:    cmd,
		prints: prints,
		cpus:   cpus,
		word:   word,
		stdout: &headTail{limit: 512 << 10},
		stderr: &headTail{limit: 512 << 10},
		ready:  make(chan struct{}, 1),
		ended:  make(chan struct{}),
	}
	proc.Lead(cmd)
	cmd.WaitDelay = graceDump
	cmd.Cancel = func() error {
		if late := (errLate{}); errors.As(context.Cause(ctx), &late) {
			return proc.Quit(cmd.Process) // -test.timeout is for tests only, not for benchmarks
		}
		return proc.Kill(cmd.Process)
	}
	out, outWriter, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("start sample: %w", err)
	}
	errs, errWriter, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start sample: %w", err), out.Close(), outWriter.Close())
	}
	cmd.Stdout, cmd.Stderr = outWriter, errWriter
	if barrier {
		c.stdin, err = cmd.StdinPipe()
	}
	if err == nil {
		start := cmd.Start
		if counted {
			start = func() error { return startCounted(cmd, cpus) }
		}
		err = host.Start(cpus, start)
	}
	outWriter.Close()
	errWriter.Close()
	if err != nil {
		out.Close()
		errs.Close()
		return nil, fmt.Errorf("start sample: %w", err)
	}
	go c.attend(out, errs)
	return c, nil
}

// attend reads the output of the process until it and its children have ended.
func (c *process) attend(out, errs *os.File) {
	defer close(c.ended)
	var pipes sync.WaitGroup
	pipes.Go(func() { _, _ = io.Copy(c.stdout, out) }) // its end is all that can go wrong
	pipes.Go(func() { c.listen(errs) })
	c.err = c.cmd.Wait()
	_ = proc.Kill(c.cmd.Process) // mostly nothing is left
	// A process that has left the group may hold the pipes forever.
	force := time.AfterFunc(graceOutput, func() { out.Close(); errs.Close() })
	pipes.Wait()
	force.Stop()
	out.Close()
	errs.Close()
	if c.stdin != nil {
		c.stdin.Close()
	}
}

// listen keeps what is written to standard error, except the words.
func (c *process) listen(errs io.Reader) {
	defer close(c.ready)
	for lines := bufio.NewReaderSize(errs, 64<<10); ; {
		line, _, err := lines.ReadLine()
		if err != nil {
			return
		}
		if c.stdin != nil && string(line) == c.word {
			c.ready <- struct{}{}
			continue
		}
		c.stderr.Write(append(line, '\n'))
	}
}

// hasEnded reports whether the process has ended and been waited for.
func (c *process) hasEnded() bool {
	select {
	case <-c.ended:
		return true
	default:
		return false
	}
}

func (c *process) wait() error {
	go func() {
		for range c.ready { // release no longer does
		}
	}()
	<-c.ended
	return c.err
}

// result waits for the process and returns its only result line, which must
// bear the name of the point.
func (c *process) result(ctx context.Context, p Point) (*benchfmt.Result, error) {
	if err := c.wait(); err != nil {
		return nil, c.failed(cmp.Or(context.Cause(ctx), err))
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
	if got := string(found.Name.Full()); got != c.prints {
		return nil, c.failed(fmt.Errorf("it measured %s", got))
	}
	if len(found.Values) == 0 || !(nsPerOp(found) > 0) {
		return nil, c.failed(errors.New("its result has no time"))
	}
	cpus := host.FormatList(c.cpus)
	if got := found.GetConfig("cpus"); got != "" && got != cpus {
		return nil, c.failed(fmt.Errorf("it ran on CPUs %s, not on %s", got, cpus))
	}
	setConfig(found, "cpus", cpus)
	setConfig(found, "gomaxprocs", strconv.Itoa(p.Procs))
	setConfig(found, "slices", strconv.Itoa(p.Slices))
	setConfig(found, "copies", strconv.Itoa(p.Copies))
	// Without this key, benchstat would mix the serial program with one worker.
	program := "tasks"
	if p.Executor == bench.SerialExecutor {
		program = "serial"
	}
	setConfig(found, "program", program)
	return found, nil
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

// headTail keeps the beginning and the end of what is written to it: a process can
// print more than anybody wants to keep. The cause of death is at the beginning of a
// long dump, and the result at the end of a long output.
type headTail struct {
	limit int // of each, in bytes
	mu    sync.Mutex
	head  []byte
	tail  []byte
	cut   bool
}

func (e *headTail) Write(b []byte) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	first := min(len(b), e.limit-len(e.head))
	e.head = append(e.head, b[:first]...)
	e.tail = append(e.tail, b[first:]...)
	if over := len(e.tail) - e.limit; over > 0 {
		e.cut = true
		e.tail = slices.Delete(e.tail, 0, over)
	}
	return len(b), nil
}

func (e *headTail) bytes() []byte {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.cut {
		return slices.Concat(e.head, []byte("\n…\n"), e.tail)
	}
	return slices.Concat(e.head, e.tail)
}

func (e *headTail) String() string { return string(e.bytes()) }
