package workloads

import (
	"errors"
	"fmt"
	"math/bits"
	"os"
	"slices"
	"strconv"
	"strings"
)

// Size names how much work a job is: one of Sizes, or a multiple of it such as medium4x,
// which has four times as many tasks of the same size. Sort and boundedbuf have no use for
// more tasks, which there are larger.
type Size string

// The sizes. Small is for tests. A medium job takes about 1–20 ms of CPU on a
// 3 GHz core, or its tasks wait 1 ms each; for workloads about overhead (skynet,
// ring, ipc), that is the time of the tasks, not of the serial program. Large has
// the published results. Arrays are larger than most last-level caches at medium,
// and than nearly all at large.
const (
	Small  Size = "small"
	Medium Size = "medium"
	Large  Size = "large"
)

// Sizes returns all sizes, smallest first.
func Sizes() []Size { return []Size{Small, Medium, Large} }

// maxTimes keeps the sizes of arrays far from overflow.
const maxTimes = 1024

// Times returns the size that is n times as large, from 1 to 1024; s is one of Sizes.
func (s Size) Times(n int) Size {
	if n <= 1 {
		return s
	}
	return Size(fmt.Sprintf("%s%dx", s, min(n, maxTimes)))
}

// Check returns an error if there is no such size.
func (s Size) Check() error {
	if base, times := s.split(); !slices.Contains(Sizes(), base) || base.Times(times) != s {
		return fmt.Errorf("unknown size %q: there are %s, %s, %s and multiples from %s to %s", s, Small, Medium, Large, Medium.Times(2), Medium.Times(maxTimes))
	}
	return nil
}

// Multiple returns how many times as large it is as one of Sizes.
func (s Size) Multiple() int {
	_, times := s.split()
	return times
}

// split returns the size of which s is a multiple.
func (s Size) split() (base Size, times int) {
	for _, base := range Sizes() {
		if digits, ok := strings.CutPrefix(strings.TrimSuffix(string(s), "x"), string(base)); ok {
			if n, err := strconv.Atoi(digits); err == nil {
				return base, n
			}
		}
	}
	return s, 1
}

// Params says which job New makes.
type Params struct {
	Size Size

	// Workers is how many tasks will be in progress at once, at least 1, for
	// set-up that depends on it (connections, per-worker buffers). It does not
	// change the work unless Weak is set.
	Workers int

	// Variant is the form of the workload; empty means the first.
	Variant string

	// Weak makes the job Workers times as large (weak scaling: Gustafson,
	// 1988): with ideal scaling its time is the same for all workers.
	Weak bool

	// Slices above 1 makes the job one of that many equal shares of the whole:
	// the part of one processor that shares nothing with others. Zero means 1.
	Slices int

	// Dir is the directory for the files of workloads that use the disk. Empty
	// means the system's directory for temporary files.
	Dir string
}

// complete checks the parameters for w and fills in defaults.
func (p Params) complete(w Workload) (Params, error) {
	if p.Workers < 1 || p.Slices < 0 {
		return p, fmt.Errorf("cannot set up a job with %d workers and %d slices", p.Workers, p.Slices)
	}
	if err := p.Size.Check(); err != nil {
		return p, err
	}
	v, err := w.Variant(p.Variant)
	if err != nil {
		return p, err
	}
	if p.Weak && w.NoWeak != "" {
		return p, errors.New("no weak scaling: " + w.NoWeak)
	}
	p.Variant = v.Name
	p.Slices = max(p.Slices, 1)
	if p.Dir == "" {
		p.Dir = os.TempDir()
	}
	return p, nil
}

// share returns the job's part of a whole, rounded up: all of it, or one slice, as many
// times as there are copies.
func (p Params) share(whole int) int {
	return (p.copies()*whole + p.Slices - 1) / p.Slices
}

// copies returns how many times the size and weak scaling repeat the whole.
func (p Params) copies() int {
	return p.Size.Multiple() * p.users()
}

// users returns how many times as many users as without weak scaling ask at once.
func (p Params) users() int {
	if p.Weak {
		return p.Workers
	}
	return 1
}

// amount returns the job's share of the whole that its size names.
func (p Params) amount(small, medium, large int) int {
	return p.share(p.pick(small, medium, large))
}

// pick returns the value for the job's size, or for that of which it is a multiple.
func (p Params) pick(small, medium, large int) int {
	switch base, _ := p.Size.split(); base {
	case Small:
		return small
	case Medium:
		return medium
	}
	return large
}

// word is the size of an int, a pointer or a func in bytes. Padding depends on
// it, so that the data of tasks is as far apart on 32-bit systems.
const word = bits.UintSize / 8
