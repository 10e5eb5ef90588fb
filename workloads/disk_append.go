package workloads

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"overlap/primitives"
)

// DiskLog is the argument of a piece: the file that it empties, and the numbers
// of the blocks that it then appends in this round.
type DiskLog struct {
	Path                string
	First, Count, Round int64
}

// diskAppendJob is the variant append of Disk.
type diskAppendJob struct {
	diskJob[DiskLog]
	count int   // blocks in a file
	round int64 // of the last run; its blocks carry the number
}

var diskAppendPiece = primitives.Define("workloads.disk.append", func(_ context.Context, l DiskLog) (DiskReceipt, error) {
	return appendBlocks(l)
})

func newDiskAppend(p Params, dir string) (Job, error) {
	j := &diskAppendJob{count: p.pick(2, 2, 8)}
	j.dir, j.piece = dir, diskAppendPiece
	for i := range p.amount(8, 64, 256) {
		l := j.log(i)
		// The file's name is made durable here, not in the first run.
		if err := writeDurably(l.Path, nil); err != nil {
			return nil, err
		}
		j.args = append(j.args, l)
	}
	n := int64(len(j.args) * j.count)
	j.expect(DiskReceipt{n, n * (n - 1) / 2})
	return j, nil
}

// log returns what file i must hold after the current round.
func (j *diskAppendJob) log(i int) DiskLog {
	path := filepath.Join(j.dir, fmt.Sprintf("log%d", i))
	return DiskLog{path, int64(i * j.count), int64(j.count), j.round}
}

func (j *diskAppendJob) Run(ctx context.Context, ex primitives.Executor) error {
	j.round++
	for i := range j.args {
		j.args[i].Round = j.round
	}
	return j.divided.Run(ctx, ex)
}

func (j *diskAppendJob) Serial() error {
	j.round++
	var got DiskReceipt
	for i := range j.items / j.count {
		r, err := appendBlocks(j.log(i))
		if err != nil {
			return err
		}
		got = got.plus(r)
	}
	j.compare(got)
	return nil
}

// Check also reads what the last run appended.
func (j *diskAppendJob) Check() error {
	if err := j.tally.Check(); err != nil || j.runs == 0 {
		return err
	}
	for i := range j.items / j.count {
		if err := checkLog(j.log(i)); err != nil {
			return err
		}
	}
	return nil
}

// appendBlocks writes a log. The receipt has the size that the file system
// reports.
func appendBlocks(l DiskLog) (r DiskReceipt, err error) {
	f, err := os.OpenFile(l.Path, os.O_WRONLY|os.O_TRUNC|os.O_APPEND, 0)
	if err != nil {
		return r, err
	}
	defer f.Close()
	b := diskBlocks.Get().(*block)
	defer diskBlocks.Put(b)
	for number := l.First; number < l.First+l.Count; number++ {
		b.seal(number, l.Round)
		if _, err := f.Write(b[:]); err != nil {
			return r, err
		}
		if err := f.Sync(); err != nil {
			return r, err
		}
		r.Numbers += number
	}
	info, err := f.Stat()
	if err != nil {
		return r, err
	}
	r.Blocks = info.Size() / diskBlock
	return r, nil
}

// checkLog returns an error if the file does not hold what it should.
func checkLog(l DiskLog) error {
	data, err := os.ReadFile(l.Path)
	if err != nil {
		return err
	}
	if int64(len(data)) != l.Count*diskBlock {
		return fmt.Errorf("%s has %d bytes, want %d", l.Path, len(data), l.Count*diskBlock)
	}
	for i := range l.Count {
		b := (*block)(data[i*diskBlock:])
		if !b.valid(l.First+i, l.Round) {
			return fmt.Errorf("%s: block %d is not number %d of round %d", l.Path, i, l.First+i, l.Round)
		}
	}
	return nil
}

// writeDurably creates a file that holds data.
func writeDurably(path string, data []byte) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.Write(data); err != nil {
		return err
	}
	return f.Sync()
}
