package sweep_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"overlap/bench/host"
	"overlap/bench/sweep"
)

func TestRelinkMovesFunctions(t *testing.T) {
	f := foreign(t)
	p := only(t, f, ".", "Serial")
	sum := func() [sha256.Size]byte {
		sums, err := f.Sums()
		if err != nil {
			t.Fatal(err)
		}
		return sums[p.Package]
	}
	relink := func(flag string) [sha256.Size]byte {
		if err := f.Relink(t.Context(), p.Package, flag); err != nil {
			t.Fatal(err)
		}
		return sum()
	}
	built := sum()
	one, two := relink("-ldflags=-randlayout=1"), relink("-ldflags=-randlayout=2")
	if one == built || two == built || one == two {
		t.Error("two orders of functions make the same binary")
	}
	if relink("-ldflags=-randlayout=1") != one {
		t.Error("the same order makes another binary")
	}
	err := f.Relink(t.Context(), p.Package, "-ldflags=-nonsense")
	if err == nil || !strings.Contains(err.Error(), "-nonsense") || sum() != one {
		t.Errorf("a link that fails: %v; the binary must stay", err)
	}
	r, err := f.Sample(t.Context(), p, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := r.Value("cpus-busy"); !ok && host.CanBind {
		t.Error("the new binary has no clocks")
	}
	if relink("-v") != built { // a flag that changes nothing
		t.Error("linked as before, it is another binary than before")
	}
}

// A link takes a second, so a check is often interrupted in one: what the go
// command has made for itself must be gone, too.
func TestInterruptedRelinkLeavesNothing(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	t.Setenv("TMP", temp)
	f := foreign(t)
	p := only(t, f, ".", "Serial")
	for _, wait := range []time.Duration{20, 60, 120, 200, 300} {
		ctx, end := cause(t)
		time.AfterFunc(wait*time.Millisecond, end)
		if err := f.Relink(ctx, p.Package, "-ldflags=-randlayout="+strconv.Itoa(int(wait))); err != nil && !errors.Is(err, sweep.ErrInterrupted) {
			t.Errorf("after %v: %v", wait, err)
		}
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
	if left := entries(t, temp); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

// cause is a context that ends as an interrupted check does.
func cause(t *testing.T) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(t.Context())
	return ctx, func() { cancel(sweep.ErrInterrupted) }
}

func entries(t *testing.T, dir string) (names []string) {
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		names = append(names, e.Name())
	}
	return names
}
