package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"time"

	"overlap/bench/host"
)

// compete measures the agenda and shows the results.
func compete(ctx context.Context, o options, a agenda, stdout, stderr io.Writer) (err error) {
	h, err := host.Read()
	if err != nil {
		return err
	}
	tools, err := newToolchain(ctx, slices.Concat(foreignFiles(a.contests), taskFiles(a.chores)))
	if err != nil {
		return err
	}
	defer tools.close()
	executable, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program, to start it for every sample: %w", err)
	}
	file, err := createResults(o.out, h, time.Now())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.close()) }()

	p := &processes{executable, h.OnePerCore(), tools, calibrateSpin(), time.Minute}
	s, notes := sessionOf(o, a.contests, p, file, stderr)
	t, more := tournamentOf(o, a.chores, p, file, stderr)
	early := s.run(ctx)
	s.progress.clear()
	if early == nil {
		early = t.run(ctx)
		t.progress.clear()
	}
	return errors.Join(early, show(stdout, s.blocks, t, slices.Concat(h.Notes, notes, more), file))
}

func sessionOf(o options, chosen []*contest, p *processes, file *results, stderr io.Writer) (*session, []string) {
	blocks, notes := newBlocks(chosen, p.tools.missing, len(p.placement))
	s := &session{
		blocks:     blocks,
		sampler:    p,
		rounds:     o.rounds,
		sampleTime: o.sample,
		record:     file.append,
		progress:   newProgress(stderr, steps(blocks)*(o.rounds+1)),
		random:     newRandom(),
	}
	if o.layouts && len(blocks) > 0 {
		s.relink = p.relink
	}
	return s, notes
}

func tournamentOf(o options, chosen []*chore, p *processes, file *results, stderr io.Writer) (*tournament, []string) {
	matches, notes := newMatches(chosen, p.tools.missing)
	cores := []int{1, 2}[:min(2, len(p.placement))]
	return &tournament{
		matches:  matches,
		cores:    cores,
		sampler:  taskProcesses{p, o.sample * 2 / 3},
		rounds:   o.taskRounds,
		record:   file.appendTasks,
		progress: newProgress(stderr, len(matches)*len(cores)*o.taskRounds),
		random:   newRandom(),
	}, notes
}

func newRandom() *rand.Rand { return rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())) }

func steps(blocks []*block) (n int) {
	for _, b := range blocks {
		n += len(b.sides)
	}
	return n
}

// show prints the tables and draws the chart. If a side failed, it shows the rest and
// returns an error.
func show(w io.Writer, blocks []*block, t *tournament, notes []string, file *results) error {
	rows := compare(blocks)
	if len(blocks) > 0 {
		if err := writeTable(w, rows); err != nil {
			return err
		}
	}
	if err := writeTasks(w, t.matches, t.cores); err != nil {
		return err
	}
	slices.Sort(notes)
	for _, note := range slices.Compact(notes) {
		fmt.Fprintln(w, note)
	}
	fmt.Fprintf(w, "samples: %s\n", file.f.Name())
	for name, p := range map[string]picture{"": ratioPicture(rows), "-tasks": gainPicture(t.matches, t.cores)} {
		if err := p.write(w, file, name); err != nil {
			return err
		}
	}
	if failed := slices.Concat(failures(blocks), matchFailures(t.matches)); len(failed) > 0 {
		return fmt.Errorf("%d sides failed:\n  %s", len(failed), strings.Join(failed, "\n  "))
	}
	return nil
}

// write writes the picture in both formats, and prints where. Where nothing is to be drawn,
// the tables show why.
func (p picture) write(w io.Writer, file *results, name string) error {
	if p.height == 0 {
		return nil
	}
	for ending, draw := range map[string]func() ([]byte, error){".svg": p.svg, ".png": p.png} {
		chart, err := draw()
		if err == nil {
			err = os.WriteFile(file.pathWith(name+ending), chart, 0o666)
		}
		if err != nil {
			return fmt.Errorf("chart: %w", err)
		}
		fmt.Fprintf(w, "chart: %s\n", file.pathWith(name+ending))
	}
	return nil
}
