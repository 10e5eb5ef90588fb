package meter

import (
	"math/bits"
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// worker is one worker's own state, which nobody else writes. The padding keeps
// it on cache lines (two, for the adjacent-line prefetcher) that no other
// worker touches.
//
// starts and ends are sums of clock readings. They may wrap around; their
// difference is right all the same.
type worker struct {
	starts, ends   int64
	started, ended int64
	n              int                  // how many of full are used
	full           [batch]time.Duration // residence of the last tasks
	_              [128]byte
}

// batch is how many residences a worker keeps before it adds them to a
// histogram: enough that workers seldom meet there, and 1 KiB for each.
const batch = 128

// begin counts a start.
func (k *worker) begin(now int64) {
	k.starts += now
	k.started++
}

// end counts an end. It returns whether the batch is full.
func (k *worker) end(now, start int64) bool {
	k.ends += now
	k.ended++
	k.full[k.n] = time.Duration(now - start)
	k.n++
	return k.n == batch
}

// shard is a histogram that workers share. A histogram per worker would take
// 250 MB for 1024 workers, and that much heap would make the garbage collector
// run less often the more workers there are.
type shard struct {
	mu       sync.Mutex
	hist     *hdrhistogram.Histogram
	overflow time.Duration // what the histogram could not hold of its tasks
	_        [128 - 16 - bits.UintSize/8]byte
}

// maxShards limits the histograms to 2 MB. A worker uses one for about a microsecond
// in 128 tasks.
const maxShards = 8

// maxResidence is the largest value of the histograms, more than a benchmark may take.
const maxResidence = time.Hour

// newHistogram returns a histogram with all its pages in memory: a page that is first
// touched in a sample is a fault in that sample.
func newHistogram() *hdrhistogram.Histogram {
	h := hdrhistogram.New(1, int64(maxResidence), 3)
	h.Reset()
	return h
}

// record counts d. A time beyond the histogram's range counts at its upper end.
func record(h *hdrhistogram.Histogram, d time.Duration) {
	_ = h.RecordValue(int64(min(d, maxResidence))) // in range by the line above
}

// take moves the worker's batch into the histogram.
func (s *shard) take(k *worker) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range k.full[:k.n] {
		record(s.hist, d)
		s.overflow += max(0, d-maxResidence)
	}
	k.n = 0
}

func (s *shard) reset() {
	s.overflow = 0
	if s.hist.TotalCount() > 0 { // clearing what is clear would empty the caches
		s.hist.Reset()
	}
}
