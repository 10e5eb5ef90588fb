package calibrate

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/perf/benchfmt"
	"golang.org/x/perf/benchmath"
)

// usual does what people do: the whole suite of base -count=10 times, then that
// of head, at the GOMAXPROCS in force.
func usual(ctx context.Context, binary string, samples time.Duration) ([]Usual, error) {
	base, err := testCount(ctx, binary, samples)
	if err != nil {
		return nil, err
	}
	head, err := testCount(ctx, binary, samples)
	if err != nil {
		return nil, err
	}
	var all []Usual
	for _, name := range append(slices.Clone(serialNames), parallelNames...) {
		u := Usual{Name: name, Base: base[name], Head: head[name]}
		if len(u.Base) != count || len(u.Head) != count {
			return nil, fmt.Errorf("%s printed %d and %d results of %s, want %d each", binary, len(u.Base), len(u.Head), name, count)
		}
		all = append(all, u)
	}
	return all, nil
}

// testCount returns the ns/op of the suite's benchmarks, by name.
func testCount(ctx context.Context, binary string, samples time.Duration) (map[string][]float64, error) {
	names := strings.Join(append(slices.Clone(serialNames), parallelNames...), "|")
	cmd := exec.CommandContext(ctx, binary, "-test.run=^$", "-test.bench=^Benchmark("+names+")$",
		"-test.count="+strconv.Itoa(count), "-test.benchtime="+samples.String())
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("the usual practice: %w: %s", err, bytes.TrimSpace(out))
	}
	times := map[string][]float64{}
	for r := benchfmt.NewReader(bytes.NewReader(out), binary); r.Scan(); {
		if result, ok := r.Result().(*benchfmt.Result); ok {
			if seconds, ok := result.Value("sec/op"); ok {
				name, _, _ := strings.Cut(string(result.Name.Full()), "-")
				times[name] = append(times[name], seconds*1e9)
			}
		}
	}
	return times, nil
}

// mannWhitney is benchstat's p value, and the ratio of the medians that it
// prints.
func mannWhitney(base, head []float64) (p, ratio float64) {
	t := benchmath.DefaultThresholds
	a, b := benchmath.NewSample(slices.Clone(base), &t), benchmath.NewSample(slices.Clone(head), &t)
	p = benchmath.AssumeNothing.Compare(a, b).P
	ratio = benchmath.AssumeNothing.Summary(b, 0.95).Center / benchmath.AssumeNothing.Summary(a, 0.95).Center
	return p, ratio
}
