package main

import (
	"context"
	"errors"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

// Every task in Go returns the right result under both systems, and a wrong
// one has no speed.
func TestGoSystems(t *testing.T) {
	for _, c := range chores() {
		for _, s := range systems() {
			if s.file != "" {
				continue
			}
			t.Run(c.name+"/"+s.name, func(t *testing.T) {
				t.Parallel()
				for _, workers := range []int{1, 8} {
					got, err := s.measure(c, workers, time.Millisecond)
					if err != nil || got.tasks < 2*workers || got.took <= 0 {
						t.Errorf("%d workers: %+v, %v", workers, got, err)
					}
				}
				spoiled := *c
				spoiled.want = func(amount int) int { return c.want(amount) + 1 }
				if _, err := s.measure(&spoiled, 2, time.Millisecond); !errors.Is(err, errWrong) {
					t.Errorf("a wrong result gives %v", err)
				}
			})
		}
	}
}

// The same in the other languages that are installed.
func TestForeignSystems(t *testing.T) {
	tools, err := newToolchain(context.Background(), taskFiles(chores()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tools.close)
	for _, c := range chores() {
		for _, s := range systems() {
			if s.file == "" {
				continue
			}
			t.Run(c.name+"/"+s.name, func(t *testing.T) {
				t.Parallel()
				if why := tools.missing[s.language()]; why != "" {
					t.Skip(why)
				}
				runForeign(t, tools, c, s)
			})
		}
	}
}

func runForeign(t *testing.T, tools *toolchain, c *chore, s *system) {
	few := *s
	few.maxWorkers = 2
	argv := slices.Concat(tools.commands[s.file], few.arguments(c, time.Millisecond))
	out, err := exec.Command(argv[0], argv[1:]...).Output()
	if err != nil {
		t.Fatal(withStderr(err))
	}
	if _, err := parseRates(out, []int{1, 2}); err != nil {
		t.Error(err)
	}
	spoiled := *c
	spoiled.want = func(amount int) int { return c.want(amount) + 1 }
	argv = slices.Concat(tools.commands[s.file], few.arguments(&spoiled, time.Millisecond))
	_, err = exec.Command(argv[0], argv[1:]...).Output()
	if err == nil || !strings.Contains(withStderr(err).Error(), "wrong result") {
		t.Errorf("a wrong result gives %v", err)
	}
}

func TestTasksAreKnown(t *testing.T) {
	// 6542 primes are below 2^16 (OEIS A007053); the hash is the published
	// FNV-1a of the byte 0.
	if n := sieve(make([]bool, 1<<16)); n != 6542 {
		t.Errorf("%d primes", n)
	}
	if h := fnv(1); h != 0x050c5d1f {
		t.Errorf("hash of one zero byte is %#x", h)
	}
	for args, want := range map[string]string{
		"task -system x -task task-hash":          "no system",
		"task -system node-async -task task-hash": "no system",
		"task -system overlap -task x":            "no task",
	} {
		if err := run(strings.Fields(args), &strings.Builder{}, &strings.Builder{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want an error about %q", args, err, want)
		}
	}
}
