package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math"
	"runtime"
	"strconv"
	"strings"

	"overlap/bench/host"
)

// sample is what one process measured of one side. The zero sample is a missing one.
type sample struct {
	N      int     `json:"n"`      // iterations
	Ops    int     `json:"ops"`    // operations in an iteration
	Value  float64 `json:"value"`  // ns per operation, or what the side gauges
	Allocs float64 `json:"allocs"` // per operation; -1 if they are not counted
	Bytes  float64 `json:"bytes"`
}

// counts reports whether the sample has allocations: other languages and gauges have none.
func (s sample) counts() bool { return s.Allocs >= 0 && s.Bytes >= 0 }

// serveSample is the child process: it measures the side in its arguments and prints the
// sample.
func serveSample(args []string, stdout io.Writer) error {
	flags := flag.NewFlagSet("sample", flag.ContinueOnError)
	contestName := flags.String("case", "", "")
	sideName := flags.String("side", "", "")
	n := flags.Int("n", 1, "")
	spin := flags.Int("spin", 1, "")
	list := flags.String("cpus", "", "")
	cores := flags.Int("cores", 1, "")
	if err := flags.Parse(args); err != nil {
		return err
	}
	s, err := find(contests(), *contestName, *sideName)
	if err != nil {
		return err
	}
	got, err := measure(s, env{cores: *cores, spin: *spin}, *n)
	if err != nil {
		return err
	}
	if err := checkLabel(*cores, *list); err != nil {
		return err
	}
	return json.NewEncoder(stdout).Encode(got)
}

// measure prepares the side, warms it up with a tenth of the iterations and measures n.
func measure(s side, e env, n int) (sample, error) {
	b, err := s.make(e)
	if err != nil {
		return sample{}, err
	}
	if b.stop != nil {
		defer b.stop()
	}
	if b.gauge != nil {
		value, err := b.gauge()
		return sample{N: 1, Ops: 1, Value: value, Allocs: -1, Bytes: -1}, err
	}
	if _, err := b.run(max(1, n/10)); err != nil {
		return sample{}, err
	}
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	elapsed, err := b.run(n)
	runtime.ReadMemStats(&after)
	if err != nil {
		return sample{}, err
	}
	each := max(1, b.ops)
	ops := float64(n) * float64(each)
	return sample{
		N:      n,
		Ops:    each,
		Value:  float64(elapsed) / ops,
		Allocs: float64(after.Mallocs-before.Mallocs) / ops,
		Bytes:  float64(after.TotalAlloc-before.TotalAlloc) / ops,
	}, nil
}

// checkLabel returns an error for a sample that ran elsewhere than its label says.
func checkLabel(cores int, list string) error {
	if procs := runtime.GOMAXPROCS(0); procs != cores {
		return fmt.Errorf("GOMAXPROCS is %d, but the label of the sample says %d", procs, cores)
	}
	var ids []int
	for text := range strings.SplitSeq(list, ",") {
		id, err := strconv.Atoi(text)
		if err != nil {
			return fmt.Errorf("CPU list %q: %w", list, err)
		}
		ids = append(ids, id)
	}
	return host.CheckThreads(ids)
}

// parseSample reads the output of a process: a sample, or the nanoseconds of a program in
// another language.
func parseSample(out []byte, foreign bool, n int) (sample, error) {
	var s sample
	if foreign {
		ns, err := strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
		if err != nil {
			return sample{}, fmt.Errorf("its output is not a time: %w", err)
		}
		s = sample{N: n, Ops: 1, Value: ns, Allocs: -1, Bytes: -1}
	} else if err := json.Unmarshal(out, &s); err != nil {
		return sample{}, fmt.Errorf("its output is not a sample: %w", err)
	}
	if !(s.Value > 0) || math.IsInf(s.Value, 1) {
		return sample{}, fmt.Errorf("it measured %v, which cannot have a ratio", s.Value)
	}
	return s, nil
}
