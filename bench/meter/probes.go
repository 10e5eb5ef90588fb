package meter

import (
	"runtime"
	"sync"
	"time"
)

// Probes are threads that look after CPUs, one bound to each: how fast a CPU is at the
// moment, and for how long it was idle. A sibling that shares the core with another
// program, a clock that is lowered or a guest of the same hypervisor show in the first,
// which no counter of the system tells; programs of this system show in the second.
type Probes struct {
	all map[int]*probe
	run sync.WaitGroup
}

type probe struct {
	ask   chan bool
	reply chan CPULook
}

// CPULook is what a probe saw of its CPU.
type CPULook struct {
	At    time.Time     // when Idle was read
	Idle  time.Duration // since the system started; below 0 if it does not tell
	Speed time.Duration // that a fixed piece of work took
}

// NewProbes starts a thread for each CPU.
func NewProbes(cpus []int) *Probes {
	p := &Probes{all: map[int]*probe{}}
	for _, cpu := range cpus {
		if p.all[cpu] != nil {
			continue
		}
		one := &probe{make(chan bool), make(chan CPULook, 1)}
		p.all[cpu] = one
		p.run.Go(func() { one.watch(cpu) })
	}
	return p
}

// Close ends the threads.
func (p *Probes) Close() {
	for _, one := range p.all {
		close(one.ask)
	}
	p.run.Wait()
}

// Look has all of the CPUs looked at, together, and returns what was seen of each. Before
// a turn the clocks are read after the work, and after a turn before it, so that the work
// is not in the span between two looks.
func (p *Probes) Look(cpus []int, before bool) []CPULook {
	looks := make([]CPULook, len(cpus))
	for _, cpu := range cpus {
		p.all[cpu].ask <- before
	}
	for i, cpu := range cpus {
		looks[i] = <-p.all[cpu].reply
	}
	return looks
}

// watch looks when it is asked to. Its thread is bound for as long, and goes on then: it
// may have started processes, which the system would end with it.
func (p *probe) watch(cpu int) {
	runtime.LockOSThread()
	defer bindThread(cpu)()
	idle := openIdle(cpu)
	defer idle.close()
	for before := range p.ask {
		var l CPULook
		read := func() { l.At, l.Idle = time.Now(), idle.read() }
		if !before {
			read()
		}
		l.Speed = fixedWork()
		if before {
			read()
		}
		p.reply <- l
	}
}

// fixedWork times twice eight thousand steps of four generators that do not depend on each
// other: enough of them to fill a core, so that a second program on the same core takes
// from it, which a single chain would hardly notice. It takes some fifty microseconds, of
// which the faster of two halves counts: an interrupt is not a slow CPU.
func fixedWork() time.Duration {
	best := time.Duration(0)
	for i := range 2 {
		began := time.Now()
		a, b, c, d := uint64(began.UnixNano()), uint64(1), uint64(2), uint64(3)
		for range 8000 {
			a ^= a << 13
			b ^= b << 13
			c ^= c << 13
			d ^= d << 13
			a ^= a >> 7
			b ^= b >> 7
			c ^= c >> 7
			d ^= d >> 7
			a ^= a << 17
			b ^= b << 17
			c ^= c << 17
			d ^= d << 17
		}
		took := time.Since(began)
		if a^b^c^d == 0 {
			took++ // so that no compiler leaves it out
		}
		if i == 0 || took < best {
			best = took
		}
	}
	return best
}
