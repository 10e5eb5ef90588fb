package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// match is a chore in one system. Its numbers of cores are measured right after each
// other in every round: their ratio is a gain.
type match struct {
	chore  *chore
	system *system
	rounds map[int][]rates // by cores
	err    error           // the first failure; the match is not measured again
}

func (m *match) title() string { return m.chore.name + ", " + m.system.name }

// tournament measures matches in rounds.
type tournament struct {
	matches  []*match
	cores    []int // 1, and 2 where there are two CPUs
	sampler  rateSampler
	rounds   int
	record   func(*match, int, rates) error // writes a sample to disk
	progress *progress
	random   *rand.Rand
}

// rateSampler measures all numbers of workers once.
type rateSampler interface {
	rates(ctx context.Context, c *chore, s *system, cores int) (rates, error)
}

// newMatches leaves out the systems of missing languages; notes say which, and which
// numbers of workers are left out.
func newMatches(chosen []*chore, missing map[string]string) (all []*match, notes []string) {
	for _, c := range chosen {
		for _, s := range systems() {
			note := missing[s.language()]
			if note == "" {
				all = append(all, &match{chore: c, system: s, rounds: map[int][]rates{}})
				note = s.limit()
			}
			if note != "" && !slices.Contains(notes, note) {
				notes = append(notes, note)
			}
		}
	}
	return all, notes
}

// taskFiles returns the files of the systems.
func taskFiles(chosen []*chore) (files []string) {
	if len(chosen) == 0 {
		return nil
	}
	for _, s := range systems() {
		if s.file != "" {
			files = append(files, s.file)
		}
	}
	return files
}

// run measures the rounds, each in random order. If a match fails, only its own row is
// lost. An error means that measuring ended early; the samples so far are valid.
func (t *tournament) run(ctx context.Context) error {
	for round := range t.rounds {
		for _, i := range t.random.Perm(len(t.matches)) {
			if err := t.play(ctx, t.matches[i], round); err != nil {
				return fmt.Errorf("in round %d of %d of the tasks: %w", round+1, t.rounds, err)
			}
		}
	}
	return nil
}

// play measures a match at every number of cores.
func (t *tournament) play(ctx context.Context, m *match, round int) error {
	for _, i := range t.random.Perm(len(t.cores)) {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		if m.err != nil {
			t.progress.step("")
			continue
		}
		t.progress.step(m.title())
		cores := t.cores[i]
		got, err := t.sampler.rates(ctx, m.chore, m.system, cores)
		if cause := context.Cause(ctx); err != nil && cause != nil {
			return cause
		}
		if err != nil {
			m.err = fmt.Errorf("%d core%s: %w", cores, plural(cores), err)
			t.progress.say(fmt.Sprintf("%s failed: %v", m.title(), m.err))
			continue
		}
		for len(m.rounds[cores]) <= round {
			m.rounds[cores] = append(m.rounds[cores], nil)
		}
		m.rounds[cores][round] = got
		if err := t.record(m, cores, got); err != nil {
			return err
		}
	}
	return nil
}

// taskProcesses is the rateSampler that starts a process for each sample.
type taskProcesses struct {
	*processes
	box time.Duration // for each number of workers
}

func (p taskProcesses) rates(ctx context.Context, c *chore, s *system, cores int) (rates, error) {
	cpus := p.placement[:cores]
	argv := []string{p.executable, "task", "-system", s.name, "-task", c.name, "-box", p.box.String(),
		"-cores", fmt.Sprint(cores), "-cpus", idList(cpus)}
	if s.file != "" {
		argv = slices.Concat(p.tools.commands[s.file], s.arguments(c, p.box))
	}
	out, said, err := p.output(ctx, argv, cpus)
	if err != nil {
		return nil, err
	}
	got, err := parseRates(out, s.levels())
	if err != nil {
		return nil, explained(err, said)
	}
	return got, nil
}
