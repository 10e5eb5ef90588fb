package cause

import (
	"bytes"
	"runtime"
	"runtime/pprof"
	"runtime/trace"
	"strings"
	"sync"
	"testing"
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
	tape, err := readTrace(&text, modules{"overlap/report/cause"}, 2)
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
		tape, err := readTrace(bytes.NewReader(text), user, 2)
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
	if err := read(make([]byte, maxTrace+1)); err != errTooLarge {
		t.Errorf("%d bytes: %v", maxTrace+1, err)
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
