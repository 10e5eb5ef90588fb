package pair

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"overlap/bench"
	"overlap/bench/overlay"
	"overlap/bench/sweep"
	"overlap/internal/proc"
	"overlap/internal/scratch"
	"overlap/internal/table"
	"overlap/workloads"
)

// defaultWorkloads are independent work, memory, a lock, and waiting.
var defaultWorkloads = []workloads.Workload{workloads.Ep, workloads.Nstream, workloads.Counter, workloads.Sleepers}

// buildSuite builds the command of both sides, which measures its own workloads.
func (p *Pair) buildSuite(ctx context.Context) (err error) {
	chosen := p.o.Workloads
	if chosen == nil {
		chosen = defaultWorkloads
	}
	has, sums := map[string][]string{}, map[string][sha256.Size]byte{}
	for _, s := range p.sides() {
		p.o.Say(fmt.Sprintf("building overlap of %s", s.name))
		has[s.name], sums[s.name], err = p.buildCommand(ctx, s)
		if err = p.tolerate(ctx, s, err); err != nil {
			return err
		}
	}
	identical := !p.baseMissing && sums["base"] == sums["head"] && !p.isAA() && p.sameEnv()
	if identical {
		p.Identical = []string{"overlap"}
	}
	var shared, others []workloads.Workload
	for _, w := range chosen {
		base, head := slices.Contains(has["base"], bench.BenchmarkName(w)), slices.Contains(has["head"], bench.BenchmarkName(w))
		switch {
		case base && head && !identical:
			shared = append(shared, w)
		case head:
			others = append(others, w)
			if !base && !p.baseMissing {
				p.Added = append(p.Added, w.Name)
			}
		case base:
			p.Removed = append(p.Removed, w.Name)
		}
	}
	grid := sweep.Grid{Executors: []string{"pool"}, Size: workloads.Small, Levels: p.o.Levels, Workers: workerCounts(p.o.Levels), Workloads: shared}
	p.addPoints(grid.FixedPoints())
	if grid.Workloads = others; len(p.o.Demands) > 0 {
		p.HeadOnly = efficiencyPoints(grid.FixedPoints(), p.o.Demands)
	}
	return nil
}

// buildCommand makes the command of a side, and lists its benchmarks.
func (p *Pair) buildCommand(ctx context.Context, s *side) (benchmarks []string, sum [sha256.Size]byte, err error) {
	if s.work, err = scratch.Make("", "build"); err != nil {
		return nil, sum, fmt.Errorf("binaries: %w", err)
	}
	binary := filepath.Join(s.work.Path, "overlap.exe")
	args := append([]string{"build", "-o", binary}, reproducible...)
	o, err := overlay.Make(ctx, s.command(), s.work.Path)
	switch {
	case errors.Is(err, overlay.ErrUnfit):
		p.note("%s: %v", s.name, err)
	case err != nil:
		return nil, sum, err
	default:
		args = append(args, "-overlay="+o.Path)
	}
	s.relink = func(ctx context.Context, _ string, flags ...string) error {
		_, err := o.Command.Run(ctx, append(slices.Concat(args, flags), ownModule)...)
		return err
	}
	if err := s.relink(ctx, ""); err != nil {
		return nil, sum, fmt.Errorf("%s does not build: %w", s.name, err)
	}
	s.sampler = sweep.Processes{Command: []string{binary, p.o.SampleVerb}, Placement: p.o.CPUs, SampleTime: tryTime, Timeout: hangTime, Env: s.settings.Env}
	if sum, err = sweep.SumProgram(binary); err != nil {
		return nil, sum, err
	}
	list := exec.CommandContext(ctx, binary, p.o.SampleVerb, "-test.list=^Benchmark")
	list.Env = append(list.Environ(), s.settings.Env...)
	var out, said strings.Builder
	list.Stdout, list.Stderr = &out, &said
	if err := proc.Run(list); err != nil {
		if ctx.Err() != nil {
			return nil, sum, context.Cause(ctx)
		}
		return nil, sum, fmt.Errorf("%s does not list its workloads: %w: %s", s.name, err, table.Excerpt(said.String(), 2<<10))
	}
	return strings.Fields(out.String()), sum, nil
}
