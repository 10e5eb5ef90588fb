package pair

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"overlap/bench/gate"
	"overlap/bench/meter"
	"overlap/bench/sweep"
	"overlap/internal/gocmd"
)

// maxLinks is how many links run at once: a large one takes gigabytes.
const maxLinks = 8

// tryLayouts links both sides in another layout, to find out whether that is possible
// and how long it takes. A package that cannot be linked in another layout on one side
// keeps the linker's own on both: where only one side's layout varies, names cannot be
// exchanged.
func (p *Pair) tryLayouts(ctx context.Context) (relink gate.Relink, took time.Duration, err error) {
	for _, s := range p.sides() {
		if slices.ContainsFunc(s.linkFlags(), func(f string) bool { return strings.Contains(f, "-randlayout") }) {
			p.note("%s: GOFLAGS sets -randlayout, so no other layout was tried", s.name)
			return gate.Relink{}, 0, nil
		}
	}
	var moved []string
	for _, point := range slices.Concat(p.Points, p.HeadOnly) {
		if !slices.Contains(moved, point.Package) {
			moved = append(moved, point.Package)
		}
	}
	watch := startWatch()
	errs := p.link(ctx, moved, [2]int64{1, 2})
	took = watch.time(len(p.sides()) * len(moved))
	var fixed []string
	for i, pkg := range moved {
		if errs[i] != nil {
			fixed = append(fixed, pkg)
			p.note("%s cannot be linked with its functions in another order: %v", pkg, errs[i])
		}
	}
	if ctx.Err() != nil {
		return gate.Relink{}, 0, context.Cause(ctx)
	}
	if err := errors.Join(p.link(ctx, fixed, [2]int64{})...); err != nil {
		return gate.Relink{}, 0, err
	}
	moved = slices.DeleteFunc(moved, func(pkg string) bool { return slices.Contains(fixed, pkg) })
	if len(moved) == 0 {
		return gate.Relink{}, 0, nil
	}
	return gate.Relink{
		Link:  func(ctx context.Context, seeds [2]int64) error { return errors.Join(p.link(ctx, moved, seeds)...) },
		Moves: func(point sweep.Point) bool { return slices.Contains(moved, point.Package) },
	}, took, nil
}

// stopwatch measures how long links take on a machine that does nothing else. Another
// program can make one of them last several times as long, which says little about the
// next one and would leave no time in the budget.
type stopwatch struct {
	began time.Time
	cpu   time.Duration
}

func startWatch() stopwatch {
	cpu, _ := meter.Used()
	return stopwatch{time.Now(), cpu}
}

// time returns how long the links since the start take on an idle machine.
func (w stopwatch) time(links int) time.Duration {
	wall := time.Since(w.began)
	if cpu, ok := meter.Used(); ok && links > 0 {
		// Links that run side by side leave the CPUs idle for a quarter of the time. When
		// we assumed that they use all CPUs, a check of 26 blocks with a budget of 25 s
		// took 26.9 s.
		return min(wall, (cpu-w.cpu)*4/3/time.Duration(min(links, maxLinks, runtime.GOMAXPROCS(0))))
	}
	return wall
}

// link links the packages of both sides, or of head where nothing is compared,
// each side with its functions in the order of its seed, or in the linker's own if
// that is 0. It returns an error or nil for each package.
func (p *Pair) link(ctx context.Context, packages []string, seeds [2]int64) []error {
	errs := make([][2]error, len(packages))
	free := make(chan struct{}, min(maxLinks, runtime.GOMAXPROCS(0)))
	var links sync.WaitGroup
	for i, pkg := range packages {
		compared := slices.ContainsFunc(p.Points, func(point sweep.Point) bool { return point.Package == pkg })
		for j, s := range []*side{&p.base, &p.head} {
			if s == &p.base && !compared {
				continue
			}
			links.Go(func() {
				free <- struct{}{}
				defer func() { <-free }()
				if err := s.relink(ctx, pkg, s.layoutFlags(seeds[j])...); err != nil {
					errs[i][j] = fmt.Errorf("%s: %w", s.name, err)
				}
			})
		}
	}
	links.Wait()
	joined := make([]error, len(packages))
	for i := range errs {
		joined[i] = errors.Join(errs[i][:]...)
	}
	return joined
}

// layoutFlags returns the flags of the go command with which the linker puts functions
// in the order of a seed. A flag on the command line hides the same one in GOFLAGS, so
// the user's are repeated, each with more after it. Like go test without -c, it makes no
// symbol tables, so that linking is a quarter faster.
func (s *side) layoutFlags(seed int64) []string {
	if seed == 0 {
		return nil
	}
	flags := []string{fmt.Sprintf("-ldflags=-s -w -randlayout=%d", seed)}
	for _, value := range s.linkFlags() {
		pattern := ""
		if value = strings.TrimSpace(value); value != "" && !strings.HasPrefix(value, "-") {
			pattern, value, _ = strings.Cut(value, "=")
			pattern += "="
		}
		flags = append(flags, fmt.Sprintf("-ldflags=%s-s -w %s -randlayout=%d", pattern, value, seed))
	}
	return flags
}

// linkFlags returns the values of -ldflags in the side's GOFLAGS.
func (s *side) linkFlags() (values []string) {
	for _, env := range s.env {
		text, ok := strings.CutPrefix(env, "GOFLAGS=")
		if !ok {
			continue
		}
		for _, flag := range gocmd.SplitFlags(text) {
			if _, value, _ := strings.Cut(flag, "="); gocmd.FlagName(flag) == "ldflags" {
				values = append(values, value)
			}
		}
	}
	return values
}
