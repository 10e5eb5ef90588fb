package meter

import (
	"runtime"
	"testing"
)

// The meter of many workers is small: much heap would make the garbage collector run less
// often the more workers there are. With -v, the test says how small.
func TestManyWorkersTakeLittleMemory(t *testing.T) {
	const workers, most = 1024, 32 << 20
	before := liveHeap()
	m := New(workers, []int{0}, workers)
	m.Prepare()
	m.Start()
	for w := range workers {
		for range 2 * batch {
			m.TaskEnd(w, m.TaskStart(w))
		}
	}
	m.Lap()
	m.Stop()
	r := m.Reading()
	used := liveHeap() - before
	runtime.KeepAlive(m)
	if r.Finished != workers*2*batch {
		t.Errorf("%d tasks finished, want %d", r.Finished, workers*2*batch)
	}
	t.Logf("%d workers: %.1f MB", workers, float64(used)/1e6)
	if used > most {
		t.Errorf("%d workers take %d bytes, more than %d", workers, used, most)
	}
	if used < workers*batch*8 {
		t.Errorf("%d workers take %d bytes, less than their batches: the test does not see the meter", workers, used)
	}
}

// liveHeap is how many bytes of the heap are in use.
func liveHeap() int64 {
	runtime.GC()
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return int64(s.HeapAlloc)
}
