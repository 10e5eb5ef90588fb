package workloads

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"sync"

	"overlap/primitives"
)

// Pipeline has three stages: one generates blocks of 64 KiB, one after the
// other; many hash them, in any order; one folds the digests, in order. Every
// step of a stage is a task.
//
// There are four buffers for any number of workers, and a block keeps one until it
// is folded. A stage that cannot go on does not block its worker but ends; the
// task that provides what is missing submits it again.
//
// Block i is splitmix64 from seed i, little-endian; the result is the SHA-256 of
// the digests. Medium is 256 blocks, large 4096, small 12. Items are blocks. A
// slice has fewer blocks.
var Pipeline = Workload{
	Name:        "pipeline",
	Kind:        Comm,
	Doc:         "blocks of 64 KiB generated in turn, hashed side by side and folded in order",
	Models:      "deduplication, compression and encoding, with a reader, many workers and a writer",
	Source:      "the shape of PARSEC's dedup and ferret (Bienia, 2011)",
	Limit:       "four buffers; with more, the stage that generates",
	Checked:     "the SHA-256 of all digests in order, against the serial program",
	Expect:      Capped(pipelineWidth),
	Why:         "no more than four blocks are in the pipeline; with more, the serial stage would be the limit: with SHA instructions it is a fifth of the work",
	NoProcesses: "its tasks share buffers",
	SetUp:       newPipeline,
}

const (
	pipelineWidth = 4
	pipelineBlock = 64 << 10 // bytes
)

type pipelineJob struct {
	exact[HashDigest]
	slots [pipelineWidth]pipelineSlot // block i has slot i modulo the width

	mu         sync.Mutex
	generated  int // blocks
	generating bool
	folded     int // blocks
	folding    bool
	all        hash.Hash // only the folding task writes to it
}

type pipelineSlot struct {
	buffer []byte
	digest [sha256.Size]byte
	hash   func(*crowd) error
	hashed bool // under the job's mutex
	_      [128 - sha256.Size - 1 - 4*word]byte
}

func newPipeline(p Params) (Job, error) {
	j := &pipelineJob{all: sha256.New()}
	j.items = p.amount(12, 256, 4096)
	for i := range j.slots {
		j.slots[i].buffer = make([]byte, pipelineBlock)
		j.slots[i].hash = func(c *crowd) error { j.hash(c, &j.slots[i]); return nil }
	}
	j.plain, j.want = j.serial, j.serial()
	return j, nil
}

func (j *pipelineJob) Run(ctx context.Context, ex primitives.Executor) error {
	j.generated, j.folded, j.generating, j.folding = 0, 0, true, false
	j.all.Reset()
	for i := range j.slots {
		j.slots[i].hashed = false
	}
	err := runCrowd(ctx, ex, func(c *crowd) { c.submit(j.generate) })
	if err == nil && j.folded == j.items {
		j.compare(HashDigest(j.all.Sum(nil)))
	} else if err == nil {
		j.note(false, j.folded, j.items)
	}
	return err
}

// generate is the first stage: it fills free buffers.
func (j *pipelineJob) generate(c *crowd) error {
	for {
		j.mu.Lock()
		i := j.generated
		if i == j.items || i == j.folded+pipelineWidth {
			j.generating = false
			j.mu.Unlock()
			return nil
		}
		j.generated++
		j.mu.Unlock()
		slot := &j.slots[i%pipelineWidth]
		fill(slot.buffer, i)
		c.submit(slot.hash)
	}
}

// hash is the second stage.
func (j *pipelineJob) hash(c *crowd, slot *pipelineSlot) {
	slot.digest = sha256.Sum256(slot.buffer)
	j.mu.Lock()
	slot.hashed = true
	fold := !j.folding && j.slots[j.folded%pipelineWidth].hashed
	if fold {
		j.folding = true
	}
	j.mu.Unlock()
	if fold {
		c.submit(j.fold)
	}
}

// fold is the third stage: it takes the next digests and frees their buffers.
func (j *pipelineJob) fold(c *crowd) error {
	for {
		j.mu.Lock()
		slot := &j.slots[j.folded%pipelineWidth]
		if !slot.hashed {
			j.folding = false
			j.mu.Unlock()
			return nil
		}
		slot.hashed = false
		j.all.Write(slot.digest[:])
		j.folded++
		generate := !j.generating && j.generated < j.items
		if generate {
			j.generating = true
		}
		j.mu.Unlock()
		if generate {
			c.submit(j.generate)
		}
	}
}

// serial handles block after block in one buffer.
func (j *pipelineJob) serial() HashDigest {
	buffer, digests := make([]byte, pipelineBlock), make([]byte, 0, j.items*sha256.Size)
	for i := range j.items {
		fill(buffer, i)
		d := sha256.Sum256(buffer)
		digests = append(digests, d[:]...)
	}
	return sha256.Sum256(digests)
}

// fill fills a buffer with splitmix64 from that seed.
func fill(buffer []byte, seed int) {
	source := splitmix(seed)
	for ; len(buffer) >= 8; buffer = buffer[8:] {
		binary.LittleEndian.PutUint64(buffer, source.next())
	}
}
