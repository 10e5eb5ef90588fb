package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"overlap/bench/host"
)

// sampler measures one sample of a side.
type sampler interface {
	sample(ctx context.Context, contest string, s side, cores, n int) (sample, error)
}

// processes is the sampler that starts a process for each sample, so that no
// side inherits the heap, the goroutines or the warm threads of another.
type processes struct {
	executable string
	placement  []int // CPUs in the order in which they are used
	tools      *toolchain
	spin       int
	timeout    time.Duration
}

func (p *processes) sample(ctx context.Context, contest string, s side, cores, n int) (sample, error) {
	cpus := p.placement[:cores]
	out, said, err := p.output(ctx, p.arguments(contest, s, cpus, n), cpus)
	if err != nil {
		return sample{}, err
	}
	got, err := parseSample(out, s.foreign != nil, n)
	if err != nil {
		return sample{}, explained(err, said)
	}
	return got, nil
}

// output runs a program on the CPUs and returns what it wrote to standard output and to
// standard error.
func (p *processes) output(ctx context.Context, argv []string, cpus []int) ([]byte, string, error) {
	hangs := fmt.Errorf("stopped after %v: it hangs", p.timeout)
	ctx, cancel := context.WithTimeoutCause(ctx, p.timeout, hangs)
	defer cancel()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	// Some peers read it before main, too early for a call of runtime.GOMAXPROCS.
	cmd.Env = append(os.Environ(), "GOMAXPROCS="+strconv.Itoa(len(cpus)))
	ownGroup(cmd)
	cmd.WaitDelay = 5 * time.Second
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := host.Start(cpus, cmd.Start)
	if err == nil {
		err = cmd.Wait()
	}
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		return nil, "", explained(err, stderr.String())
	}
	return stdout.Bytes(), stderr.String(), nil
}

// relink links this program anew with its functions in a random order, for the samples to
// come. Where functions lie in memory moves a row of nanoseconds by up to a fifth, and all
// samples of one binary alike: then the interval would be of the binary, not of the code.
func (p *processes) relink(ctx context.Context) error {
	linked := filepath.Join(p.tools.dir, "peers.exe")
	layout := fmt.Sprintf("-ldflags=-randlayout=%d", 1+rand.Uint32N(1<<31-1))
	if out, err := exec.CommandContext(ctx, "go", "build", layout, "-o", linked, ".").CombinedOutput(); err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return fmt.Errorf("--layouts links this program, in the directory of its source: %w: %s", err, bytes.TrimSpace(out))
	}
	p.executable = linked
	return nil
}

// arguments returns the command line for n iterations of the side.
func (p *processes) arguments(contest string, s side, cpus []int, n int) []string {
	if s.foreign != nil {
		return slices.Concat(p.tools.commands[s.foreign.file], s.foreign.args(n))
	}
	return []string{p.executable, "sample", "-case", contest, "-side", s.name, "-n", strconv.Itoa(n),
		"-cores", strconv.Itoa(len(cpus)), "-cpus", idList(cpus), "-spin", strconv.Itoa(p.spin)}
}

// idList writes CPUs as the child processes read them.
func idList(cpus []int) string {
	list := make([]string, len(cpus))
	for i, id := range cpus {
		list[i] = strconv.Itoa(id)
	}
	return strings.Join(list, ",")
}

// explained adds the beginning of the output of the process to err: the rest of a crash
// is goroutines.
func explained(err error, said string) error {
	said = strings.TrimSpace(said)
	if len(said) > 600 {
		said = said[:600] + " …"
	}
	if said == "" {
		return err
	}
	return fmt.Errorf("%w: %s", err, said)
}
