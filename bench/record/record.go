// Package record makes recordings that illustrate the numbers of a run: execution traces
// of the workload cashiers, which show concurrency and parallelism, and the latencies
// between pairs of CPUs. It gets the CPUs to use, and returns the bytes of a recording,
// which is not a sample: it is made once, in a process of its own, and nothing is compared
// with it.
package record

import (
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
	"time"

	"overlap/bench/host"
	"overlap/internal/proc"
)

// The first argument of a child.
const (
	traceChild = "trace"
	pairsChild = "pairs"
)

// Parent starts the processes that record.
type Parent struct {
	Command   []string // a program and arguments that call Child with the arguments that follow them
	Placement []int    // CPUs in the order in which they are used
}

// timeout ends a recording that takes too long.
const timeout = time.Minute

// Trace records cashiers on the first cores CPUs of the placement, and returns an
// execution trace of package runtime/trace. Where a process cannot be bound, only
// GOMAXPROCS limits it to cores. It blocks until the process or ctx ends.
func (p Parent) Trace(ctx context.Context, cores int) ([]byte, error) {
	cpus := p.Placement
	if host.CanBind {
		cpus = cpus[:cores]
	}
	return p.run(ctx, cpus, cores, traceChild)
}

// Pairs measures the latency between every two CPUs of the placement. The
// result is in Go benchmark format, one line per sample:
//
//	BenchmarkCoreToCore/from=0/to=1 1050 110 ns/op
//
// It fails where a thread cannot be bound to a CPU. It blocks until the process or ctx
// ends.
func (p Parent) Pairs(ctx context.Context) ([]byte, error) {
	// Two threads wait for each other in busy loops, and a third has to run as well.
	return p.run(ctx, p.Placement, max(3, len(p.Placement)), pairsChild, host.FormatList(p.Placement))
}

func (p Parent) run(ctx context.Context, cpus []int, procs int, args ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, p.Command[0], slices.Concat(p.Command[1:], args)...)
	cmd.Env = append(os.Environ(), "GOMAXPROCS="+strconv.Itoa(procs))
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	proc.Lead(cmd)
	err := host.Start(cpus, cmd.Start)
	if err == nil {
		err = cmd.Wait()
	}
	if err != nil {
		return nil, fmt.Errorf("recording: %w: %s", cmp.Or(context.Cause(ctx), err), bytes.TrimSpace(stderr.Bytes()))
	}
	return stdout.Bytes(), nil
}

// Child is the main function of a process that records. It writes the recording to w and
// returns the exit code.
func Child(args []string, w, stderr io.Writer) int {
	if err := child(args, w); err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	return 0
}

func child(args []string, w io.Writer) error {
	switch {
	case len(args) == 1 && args[0] == traceChild:
		return trace(w)
	case len(args) == 2 && args[0] == pairsChild:
		cpus, err := host.ParseList(args[1])
		if err != nil {
			return err
		}
		return pairs(w, cpus)
	}
	return errors.New("overlap run starts recordings; they cannot be started by hand")
}
