package workloads

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"overlap/primitives"
)

// DiskReads is the argument of a piece: which of the job's random numbers, and the
// file and its number of blocks.
type DiskReads struct {
	Path                 string
	First, Count, Blocks int64
	Direct               bool // bypasses the page cache
}

// diskReadJob is the variants read and cachedread of Disk.
type diskReadJob struct {
	diskJob[DiskReads]
	all DiskReads
}

var diskReadPiece = primitives.Define("workloads.disk.read", func(_ context.Context, d DiskReads) (DiskReceipt, error) {
	return readBlocks(d)
})

func newDiskRead(p Params, dir string) (Job, error) {
	direct, reads := p.Variant == "read", 4
	if !direct {
		reads = p.pick(4, 64, 64) // the page cache is much faster
	}
	tasks := p.amount(8, 64, 1024)
	blocks := (p.pick(1<<6, 1<<12, 1<<16) + p.Slices - 1) / p.Slices
	j := &diskReadJob{all: DiskReads{filepath.Join(dir, "blocks"), 0, int64(tasks * reads), int64(blocks), direct}}
	j.dir, j.piece = dir, diskReadPiece
	for i := range tasks {
		part := j.all
		part.First, part.Count = int64(i*reads), int64(reads)
		j.args = append(j.args, part)
	}
	var want DiskReceipt
	for i := range j.all.Count {
		want = want.plus(DiskReceipt{1, diskTarget(i, j.all.Blocks)})
	}
	j.expect(want)
	return j, j.create()
}

// Serial opens the file once and reads everything in one loop.
func (j *diskReadJob) Serial() error {
	got, err := readBlocks(j.all)
	if err != nil {
		return err
	}
	j.compare(got)
	return nil
}

// readBlocks reads blocks and counts those that are right.
func readBlocks(d DiskReads) (r DiskReceipt, err error) {
	open := os.Open
	if d.Direct {
		open = openDirect
	}
	f, err := open(d.Path)
	if err != nil {
		return r, err
	}
	defer f.Close()
	b := diskBlocks.Get().(*block)
	defer diskBlocks.Put(b)
	for i := d.First; i < d.First+d.Count; i++ {
		target := diskTarget(i, d.Blocks)
		if _, err := f.ReadAt(b[:], target*diskBlock); err != nil {
			return r, err
		}
		if b.valid(target, 0) {
			r = r.plus(DiskReceipt{1, target})
		}
	}
	return r, nil
}

// diskTarget returns the block of read i: the i-th number of splitmix64 from
// seed 0, modulo the number of blocks.
func diskTarget(i, blocks int64) int64 {
	return int64(splitmixAt(uint64(i)) % uint64(blocks))
}

// create writes the file and reads a block as the job will, so that set-up fails
// if the file system refuses.
func (j *diskReadJob) create() error {
	if err := createBlocks(j.all); err != nil {
		return err
	}
	trial := j.all
	trial.Count = 1
	_, err := readBlocks(trial)
	if errors.Is(err, errNotDirect) {
		return diskUnfit(filepath.Dir(j.dir), fmt.Sprintf("does not allow reads that bypass the page cache (%v)", err))
	}
	return err
}

func createBlocks(d DiskReads) error {
	create := os.Create
	if d.Direct {
		create = createDirect
	}
	f, err := create(d.Path)
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	b := newBlock()
	for number := range d.Blocks {
		b.seal(number, 0)
		if _, err := w.Write(b[:]); err != nil {
			return err
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Sync()
}
