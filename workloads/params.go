package workloads

import (
	"errors"
	"fmt"
	"math/bits"
	"os"
	"slices"
)

// Size names how much work a job is.
type Size string

// The sizes. Small is for tests. A medium job takes about 1–20 ms of CPU on a
// 3 GHz core, or its tasks wait 1 ms each; where overhead is the subject
// (skynet, ring, ipc) it is its tasks that take that long, not the serial
// program. Large is where the published results are. Arrays are larger than
// most last-level caches at medium, and than nearly all at large.
const (
	Small  Size = "small"
	Medium Size = "medium"
	Large  Size = "large"
)

// Sizes lists the sizes, smallest first.
func Sizes() []Size { return []Size{Small, Medium, Large} }

// Params says which job New makes.
type Params struct {
	Size Size

	// Workers is how many tasks will be in progress at once, for set-up that
	// depends on it (connections, per-worker buffers). It does not change the
	// work unless Weak is set. It is at least 1.
	Workers int

	// Variant is the form of the workload; empty means its first.
	Variant string

	// Weak makes the job Workers times as large (weak scaling: Gustafson,
	// 1988): with ideal scaling its time is the same for all workers.
	Weak bool

	// Slices above 1 makes the job one of that many equal shares of the whole:
	// what a processor that shares nothing would have to do. Zero means 1.
	Slices int

	// Dir is the folder for the files of workloads that use the disk. Empty
	// means the system's folder for temporary files.
	Dir string
}

// complete checks the parameters for w and fills in defaults.
func (p Params) complete(w Workload) (Params, error) {
	if p.Workers < 1 || p.Slices < 0 {
		return p, fmt.Errorf("set-up with %d workers and %d slices", p.Workers, p.Slices)
	}
	if !slices.Contains(Sizes(), p.Size) {
		return p, fmt.Errorf("unknown size %q: it is one of %s, %s, %s", p.Size, Small, Medium, Large)
	}
	v, err := w.Variant(p.Variant)
	if err != nil {
		return p, err
	}
	if p.Weak && w.Fixed != "" {
		return p, errors.New("no weak scaling: " + w.Fixed)
	}
	p.Variant = v.Name
	p.Slices = max(p.Slices, 1)
	if p.Dir == "" {
		p.Dir = os.TempDir()
	}
	return p, nil
}

// share returns the part of a whole that the job is, rounded up: all of it, or
// one slice; with weak scaling that many times as much as there are workers.
func (p Params) share(whole int) int {
	return (p.copies()*whole + p.Slices - 1) / p.Slices
}

// copies returns how many times weak scaling repeats the whole; otherwise 1.
func (p Params) copies() int {
	if p.Weak {
		return p.Workers
	}
	return 1
}

// amount is the share of the whole that the job's size names.
func (p Params) amount(small, medium, large int) int {
	return p.share(p.pick(small, medium, large))
}

// pick returns the value for the job's size.
func (p Params) pick(small, medium, large int) int {
	switch p.Size {
	case Small:
		return small
	case Medium:
		return medium
	}
	return large
}

// word is the size of an int, a pointer or a func in bytes. Padding is computed
// from it, so that systems of 32 bits keep tasks as far apart as those of 64.
const word = bits.UintSize / 8
