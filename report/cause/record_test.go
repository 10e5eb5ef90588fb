package cause

import (
	"bytes"
	"io"
	"runtime"
	"runtime/pprof"
	"runtime/trace"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// recorded returns the causes of the idle cores of what runs on two processors, those that
// ended by this program's goroutines.
func recorded(t *testing.T, run func()) []Cause {
	t.Helper()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	var text bytes.Buffer
	if err := trace.Start(&text); err != nil {
		t.Skip(err)
	}
	run()
	trace.Stop()
	tape, err := readTrace(&text, modules{"overlap/report/cause"}, 2, maxEvents)
	if err != nil {
		t.Fatal(err)
	}
	l := tape.divide()
	return merge(l.causes(l.idle/float64(l.end-l.start), comparison{}))
}

// untilWaiting returns as soon as a goroutine waits in a function, according to its stack.
func untilWaiting(function string) {
	for {
		text := make([]byte, 1<<16)
		text = text[:runtime.Stack(text, true)]
		for g := range strings.SplitSeq(string(text), "\n\n") {
			if strings.Contains(g, "cause."+function+"(") && strings.Contains(g, "cause.untilWaiting") == false && !strings.Contains(g, "[run") {
				return
			}
		}
		runtime.Gosched()
	}
}

func waitForLock(mu *sync.Mutex)    { mu.Lock() }
func freeLock(mu *sync.Mutex)       { mu.Unlock() }
func take(c chan int)               { <-c }
func give(c chan int)               { c <- 1 }
func waitForAll(wg *sync.WaitGroup) { wg.Wait() }
func finish(wg *sync.WaitGroup)     { wg.Done() }
func read(mu *sync.RWMutex)         { mu.RLock() }

// The runtime's own recordings say who waited for whom.
func TestRecordedWaits(t *testing.T) {
	for name, run := range map[string]func(){
		"lock waitForLock <- freeLock": func() {
			var mu sync.Mutex
			mu.Lock()
			done := make(chan bool)
			go func() { waitForLock(&mu); close(done) }()
			untilWaiting("waitForLock")
			freeLock(&mu)
			<-done
		},
		"lock read <- freeWriter": func() {
			var mu sync.RWMutex
			mu.Lock()
			done := make(chan bool)
			go func() { read(&mu); close(done) }()
			untilWaiting("read")
			freeWriter(&mu)
			<-done
		},
		"channel take <- give": func() {
			c, done := make(chan int), make(chan bool)
			go func() { take(c); close(done) }()
			untilWaiting("take")
			give(c)
			<-done
		},
		"join waitForAll <- finish": func() {
			var wg sync.WaitGroup
			wg.Add(1)
			done := make(chan bool)
			go func() { waitForAll(&wg); close(done) }()
			untilWaiting("waitForAll")
			finish(&wg)
			<-done
		},
	} {
		found := false
		list := recorded(t, run)
		for _, c := range list {
			found = found || c.Holder != nil && string(c.Kind)+" "+function(c.Line)+" <- "+function(*c.Holder) == name
		}
		if !found {
			t.Errorf("%s: %+v", name, list)
		}
	}
}

func freeWriter(mu *sync.RWMutex) { mu.Unlock() }

func function(l Line) string { return l.Function[strings.LastIndexByte(l.Function, '.')+1:] }

// A trace that is cut or changed anywhere is refused, or read: nothing else happens.
func TestDamagedTraces(t *testing.T) {
	var text bytes.Buffer
	if err := trace.Start(&text); err != nil {
		t.Skip(err)
	}
	c := make(chan int)
	go give(c)
	take(c)
	trace.Stop()
	whole := text.Bytes()
	read := func(text []byte) error {
		tape, err := readTrace(bytes.NewReader(text), user, 2, maxEvents)
		if err == nil {
			tape.divide().causes(1, comparison{})
		}
		return err
	}
	if err := read(whole); err != nil {
		t.Fatal(err)
	}
	for i := range whole {
		if err := read(whole[:i]); err == nil && i < 16 {
			t.Errorf("%d bytes of %d: no error", i, len(whole))
		}
		changed := bytes.Clone(whole)
		changed[i] ^= 0xff
		_ = read(changed)
	}
}

// Of a trace that is cut, the whole generations count; of one that is too long, its beginning.
func TestTracesThatAreNotWhole(t *testing.T) {
	var text bytes.Buffer
	if err := trace.Start(&text); err != nil {
		t.Skip(err)
	}
	c := make(chan int)
	go give(c)
	take(c)
	trace.Stop()
	read := func(text []byte, most int) (*tape, error) {
		return readTrace(bytes.NewReader(text), user, 2, most)
	}
	whole, err := read(text.Bytes(), maxEvents)
	if err != nil {
		t.Fatal(err)
	}
	const header = 16
	again := text.Bytes()[header:] // its goroutines exist already
	for name, more := range map[string][]byte{"cut": again[:len(again)/2], "damaged": again} {
		if got, err := read(append(bytes.Clone(text.Bytes()), more...), maxEvents); err != nil || !slices.Equal(got.spans, whole.spans) {
			t.Errorf("the second generation is %s: other spans, or %v", name, err)
		}
	}
	if _, err := read(text.Bytes()[:text.Len()*2/3], maxEvents); err == nil {
		t.Error("the only generation is cut: no error")
	}
	if got, err := read(text.Bytes(), 20); err != nil || got.end <= got.start || got.end >= whole.end || len(got.changes) > 20 {
		t.Errorf("20 events: not a part of the trace, or %v", err)
	}
	for wall, warnings := range map[time.Duration]int{1: 0, time.Hour: 1} {
		a, err := Explain(Record{Cores: 2, All: Pass{Ops: 1, Wall: wall}, Trace: bytes.NewReader(text.Bytes()), Modules: user})
		if err != nil || len(a.Warnings) != warnings {
			t.Errorf("a pass of %v: %v, %v", wall, a.Warnings, err)
		}
	}
}

// A trace that is recorded with a CPU profile has its samples.
func TestRecordedSamples(t *testing.T) {
	sampled := false
	for range 30 { // until the system has found time for one
		var text bytes.Buffer
		if err := pprof.StartCPUProfile(io.Discard); err != nil {
			t.Skip(err)
		}
		if err := trace.Start(&text); err != nil {
			t.Skip(err)
		}
		spin(250 * time.Millisecond)
		trace.Stop()
		pprof.StopCPUProfile()
		tape, err := readTrace(&text, modules{"overlap/report/cause"}, 2, maxEvents)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range tape.samples {
			sampled = sampled || function(tape.stacks[x.stack].path[0]) == "spin"
		}
		if sampled {
			return
		}
	}
	t.Error("no sample")
}

func spin(d time.Duration) {
	for start := time.Now(); time.Since(start) < d; {
	}
}

// A profile of the runtime is read with its inlined frames; a damaged one is refused.
func TestDamagedProfiles(t *testing.T) {
	var text bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&text, 0); err != nil {
		t.Fatal(err)
	}
	if p, err := parseProfile(text.Bytes()); err != nil || len(p.Sample) == 0 {
		t.Fatal(p, err)
	}
	for i := range text.Len() {
		if p, err := parseProfile(text.Bytes()[:i]); err == nil && i > 0 {
			t.Errorf("%d bytes: %v", i, p)
		}
	}
}
