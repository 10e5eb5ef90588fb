package workloads

import (
	"errors"
	"fmt"
	"os"
)

// Disk appends blocks of 4 KiB to files, or reads them at random, below
// Params.Dir; which disk that is decides about every result.
//
// A task of append empties a file of its own and appends blocks, each of which
// it makes durable (fsync) before the next. A task of read opens the one file,
// of 16 MiB at medium and 256 MiB at large, and reads blocks anywhere in it, past
// the page cache, which would keep the disk out of it; cachedread is the same
// from the page cache. Read and append refuse a folder that is kept in memory.
//
// A slice is fewer tasks, and for reads a file as much smaller. Items are
// blocks.
var Disk = Workload{
	Name:    "disk",
	Kind:    IO,
	Doc:     "4 KiB blocks appended to files with fsync, or read at random",
	Models:  "a database's log, and its reads of what is not in memory",
	Source:  "the random-read and fsync jobs of fio (Axboe, 2005)",
	Limit:   "the disk's latency; its queue and the file system's journal decide how much of that overlaps",
	Checked: "number and checksum of every block read; for append, size of every file, and after the last run every block in it",
	Expect:  Any,
	Why:     "one disk answers a queue as fast as a single request, another is a device in memory: that is what this measures",
	Variants: []Variant{
		{"append", "blocks are appended, each with an fsync", Any},
		{"read", "blocks are read at random past the page cache (O_DIRECT)", Any},
		{"cachedread", "blocks are read at random from the page cache: no disk, only the kernel's work", Linear},
	},
	Needs: diskNeeds,
	SetUp: newDisk,
}

// diskNeeds are a file for each task in progress, and the thread that it blocks.
func diskNeeds(p Params, executor string) Needs {
	if executor == "processes" || executor == "loop" || executor == "inline" {
		return Needs{} // one at a time in each process
	}
	n := min(p.Workers, p.amount(8, 64, 1024))
	return Needs{Files: n, Threads: n}
}

// DiskReceipt says what a piece did: how many blocks its file has, or it has
// found right, and the sum of their numbers.
type DiskReceipt struct{ Blocks, Numbers int64 }

func (r DiskReceipt) plus(o DiskReceipt) DiskReceipt {
	return DiskReceipt{r.Blocks + o.Blocks, r.Numbers + o.Numbers}
}

// diskJob is what the variants have in common.
type diskJob[A any] struct {
	exact[DiskReceipt]
	divided[A, DiskReceipt]
	dir string
}

// newDisk makes a folder, whose name says whose it is should this process be
// killed, and a job in it.
func newDisk(p Params) (_ Job, err error) {
	if p.Variant != "cachedread" && inMemory(p.Dir) {
		return nil, diskUnfit(p.Dir, "is kept in memory, not on a disk")
	}
	dir, err := os.MkdirTemp(p.Dir, "overlap-disk-*")
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			os.RemoveAll(dir)
		}
	}()
	if p.Variant == "append" {
		return newDiskAppend(p, dir)
	}
	return newDiskRead(p, dir)
}

// expect sets the result that all runs must have.
func (j *diskJob[A]) expect(want DiskReceipt) {
	j.want, j.items, j.merge = want, int(want.Blocks), j.compareSum(DiskReceipt.plus)
}

func (j *diskJob[A]) Close() error { return os.RemoveAll(j.dir) }

// diskUnfit is the error of a folder that a variant cannot use.
func diskUnfit(dir, why string) error {
	return fmt.Errorf("%s %s: name a folder on a disk with --disk, or -disk under go test (%w)", dir, why, errors.ErrUnsupported)
}
