// Package recording records what a part of a program does, for later analysis: by which
// lines CPU time was spent, and who waited where for whom. It needs the standard library
// alone: package overlay puts this file into package testing, too.
package recording

import (
	"errors"
	"io"
	"os"
	"runtime"
	"runtime/pprof"
	"runtime/trace"
)

// Recording is one kind of recording of a part of a program. Only one may be on in a
// process.
type Recording struct {
	// Kind is empty for nothing at all, "cpu" for a CPU profile, "trace" for an
	// execution trace with samples of CPU time, or "locks" for where goroutines waited, which locks were held
	// meanwhile, and who allocated. "allocs" is for every allocation, by line, which slows
	// down what allocates much. "counters" is for the hardware counters of the processor,
	// which the process must have inherited from the one that started it.
	Kind string

	// Prefix begins the paths of the files: PREFIX.cpu, PREFIX.trace, PREFIX.counters, or
	// PREFIX.mutex, PREFIX.block, PREFIX.allocs and, what was allocated before, PREFIX.earlier.
	Prefix string

	on       bool
	file     *os.File
	counters countersOfRecording
}

// PeriodsOfRecording are after how many cycles, instructions and cache misses, in user mode,
// a hardware counter takes a sample. They tell the samples apart.
var PeriodsOfRecording = [3]uint64{4_000_037, 4_000_079, 24_001}

// maxTraceOfRecording is how many bytes of a trace are kept, which is about a million
// events: whoever reads it has to hold them.
const maxTraceOfRecording = 8 << 20

// samplesPerSecond is how often a CPU profile looks at each thread: as often as most kernels
// can. With the usual 100, a pass of a second and a half is too short for a difference of a
// tenth of a core to be certain.
const samplesPerSecond = 250

// Start begins the recording, unless it is on.
func (r *Recording) Start() (err error) {
	if r.on {
		return nil
	}
	r.on = true
	switch r.Kind {
	case "cpu":
		if r.file, err = os.Create(r.Prefix + ".cpu"); err == nil {
			// Before the profile begins there is no other way to set its rate; the runtime says
			// on standard error that it keeps this one.
			runtime.SetCPUProfileRate(samplesPerSecond)
			err = pprof.StartCPUProfile(r.file)
		}
	case "trace":
		if r.file, err = os.Create(r.Prefix + ".trace"); err == nil {
			err = pprof.StartCPUProfile(io.Discard) // its samples are in the trace, too
		}
		if err == nil {
			err = trace.Start(&limitOfRecording{r.file, maxTraceOfRecording})
		}
	case "allocs":
		// At once and for good: the runtime looks at it before each allocation, and a profile
		// that is written at another rate is scaled wrongly.
		runtime.MemProfileRate = 1
		err = r.profile("allocs", ".earlier")
	case "locks":
		err = r.profile("allocs", ".earlier")
		runtime.SetBlockProfileRate(1)
		runtime.SetMutexProfileFraction(1)
	case "counters":
		err = r.counters.start()
	}
	return err
}

// Stop ends the recording, if it is on, and completes its files. What follows it may be
// started again, which replaces them.
func (r *Recording) Stop() (err error) {
	if !r.on {
		return nil
	}
	r.on = false
	switch r.Kind {
	case "counters":
		err = r.counters.write(r.Prefix + ".counters")
	case "cpu":
		pprof.StopCPUProfile()
	case "trace":
		trace.Stop()
		pprof.StopCPUProfile() // last: it waits for its writer, which sleeps
	case "allocs":
		err = r.profile("allocs", ".allocs")
	case "locks":
		runtime.SetBlockProfileRate(0)
		runtime.SetMutexProfileFraction(0)
		for _, name := range []string{"mutex", "block", "allocs"} {
			err = errors.Join(err, r.profile(name, "."+name))
		}
	}
	if r.file != nil {
		err = errors.Join(err, r.file.Close())
		r.file = nil
	}
	return err
}

// profile writes a profile of the runtime to a file of its own.
func (r *Recording) profile(name, suffix string) error {
	if name == "allocs" {
		runtime.GC() // it shows what was allocated until the last collection
	}
	f, err := os.Create(r.Prefix + suffix)
	if err != nil {
		return err
	}
	return errors.Join(pprof.Lookup(name).WriteTo(f, 0), f.Close())
}

// limitOfRecording ends a trace that has become too long. A trace that is stopped is
// complete up to there.
type limitOfRecording struct {
	to   io.Writer
	left int
}

func (l *limitOfRecording) Write(data []byte) (int, error) {
	if l.left > 0 && l.left <= len(data) {
		go trace.Stop() // which waits for this writer
	}
	l.left -= len(data)
	return l.to.Write(data)
}
