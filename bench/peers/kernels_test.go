package main

import (
	"context"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// A kernel that is not there costs its own side only.
func TestAMissingWorkloadIsAnErrorOfItsSide(t *testing.T) {
	if _, err := measure(ours(serial("nosuch")), env{cores: 1}, 1); err == nil || !strings.Contains(err.Error(), `unknown workload "nosuch"`) {
		t.Errorf("error %v", err)
	}
}

// The C kernels refuse what is not the golden result.
func TestCKernelsCheckTheirResults(t *testing.T) {
	tools, err := newToolchain(context.Background(), []string{"c/kernels.c"})
	if err != nil {
		t.Fatal(err)
	}
	defer tools.close()
	if why := tools.missing["c"]; why != "" {
		t.Skip(why)
	}
	for _, k := range serialKernels {
		p := program{file: "c/kernels.c", mode: k.workload, size: k.size, want: k.want + "1"}
		argv := slices.Concat(tools.commands[p.file], p.args(1))
		if _, err := exec.Command(argv[0], argv[1:]...).Output(); err == nil || !strings.Contains(withStderr(err).Error(), "wrong result "+k.want) {
			t.Errorf("%s: %v", k.workload, err)
		}
	}
}

// A C program gets its size from the table of kernels; it must be that of the workload.
func TestKernelsAreAsLargeAsTheWorkloads(t *testing.T) {
	items := map[string]func(size int) int{
		"ep":         func(n int) int { return n },
		"nqueens":    func(int) int { return 14200 }, // the solutions for 12 queens
		"mandelbrot": func(n int) int { return n * n },
		"spectral":   func(n int) int { return 4 * 10 * n * n }, // products of ten rounds, both ways, twice
		"sort":       func(n int) int { return n },
		"nstream":    func(n int) int { return n },
	}
	for _, k := range append(slices.Clone(serialKernels), parallelKernel) {
		itemsOf, ok := items[k.workload]
		if !ok {
			t.Errorf("%s has no line in items: how many items does its kernel have?", k.workload)
			continue
		}
		job, err := medium(k.workload, 1)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := job.Items(), itemsOf(k.size); got != want {
			t.Errorf("%s has %d items, its kernel of size %d has %d", k.workload, got, k.size, want)
		}
		if err := job.Close(); err != nil {
			t.Error(err)
		}
	}
}
