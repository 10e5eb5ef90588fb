package workloads

import (
	"errors"
	"fmt"
	"os"
)

// Disk uses files in Params.Dir; every result depends on the disk there.
//
// A task of append empties a file of its own and appends blocks, and makes each
// durable (fsync) before the next. A task of read opens the one file, of 16 MiB at
// medium and 256 MiB at large, and reads blocks anywhere in it. It bypasses the
// page cache, which would leave the disk idle; cachedread reads from the page
// cache. Read and append refuse a directory that is in memory.
//
// A slice is fewer tasks, and for reads a smaller file. Items are blocks.
var Disk = Workload{
	Name:    "disk",
	Kind:    IO,
	Doc:     "4 KiB blocks appended to files with fsync, or read at random",
	Models:  "a database's log, and its reads from the disk",
	Source:  "the random-read and fsync jobs of fio (Axboe, 2005)",
	Limit:   "the disk's latency; how much of it overlaps depends on the disk's queue and the file system's journal",
	Checked: "number and checksum of every block read; for append, the size of every file, and after the last run every block",
	Expect:  Any,
	Why:     "disks differ in how many requests they serve at once, which is what this measures",
	Variants: []Variant{
		{"append", "blocks are appended, each with an fsync", Any},
		{"read", "blocks are read at random, bypassing the page cache (O_DIRECT)", Any},
		{"cachedread", "blocks are read at random from the page cache: no disk, only the kernel's work", Linear},
	},
	Needs: diskNeeds,
	SetUp: newDisk,
}

// diskNeeds returns a file for each task in progress, and the thread that it
// blocks.
func diskNeeds(p Params, executor string) Needs {
	if executor == "processes" || executor == "loop" || executor == "inline" {
		return Needs{} // one at a time in each process
	}
	n := min(p.Workers, p.amount(8, 64, 1024))
	return Needs{Files: n, Threads: n}
}

// DiskReceipt is the result of a piece: how many blocks its file has, or were
// right when read, and the sum of their numbers.
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

// newDisk makes a directory and a job in it. If this process is killed, the name
// of the directory says where it is from.
func newDisk(p Params) (_ Job, err error) {
	if p.Variant != "cachedread" && inMemory(p.Dir) {
		return nil, diskUnfit(p.Dir, "is in memory, not on a disk")
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

// diskUnfit returns the error for a directory that a variant cannot use.
func diskUnfit(dir, why string) error {
	return fmt.Errorf("%s %s: name a directory on a disk with --disk, or -disk under go test (%w)", dir, why, errors.ErrUnsupported)
}
