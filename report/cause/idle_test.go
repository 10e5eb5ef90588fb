package cause

import (
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"golang.org/x/exp/trace"
)

// scene is a tape of two processors made by hand, from 0 to 100 ns.
type scene struct {
	*tape
	seen map[string]int32
}

func newScene() scene {
	return scene{&tape{m: user, procs: 2, stacks: []frames{{system: true}}, ids: map[trace.GoID]int32{}, end: 100}, map[string]int32{"": 0}}
}

// stack returns the number of a stack, as drawn has it.
func (s scene) stack(text string) int32 {
	i, known := s.seen[text]
	if !known {
		list := stackOf(text)
		i = int32(len(s.stacks))
		s.stacks = append(s.stacks, frames{list.path(s.m), list.via(s.m), list.kind(s.m), list.harness(), list.system()})
		s.seen[text] = i
	}
	return i
}

// begins makes a goroutine, which another stack created.
func (s scene) begins(at int64, by string) int32 {
	i := s.goroutine(trace.GoID(len(s.goroutines)))
	s.goroutines[i].root, s.goroutines[i].born = s.stack(by), at
	s.runs(at, i)
	return i
}

func (s scene) runs(at int64, i int32) {
	site := int32(0)
	if g := s.goroutines[i]; g.span != none {
		site = s.spans[g.span].site
	}
	s.next(at, i, span{state: running, site: site}, none, 0)
}

func (s scene) waits(at int64, i int32, reason, stack string) {
	s.next(at, i, span{state: waiting, site: s.stack(stack), reason: reason}, none, s.stack(stack))
}

// wakes ends the wait of a goroutine, by another one unless that is none.
func (s scene) wakes(at int64, i, by int32, stack string) {
	s.next(at, i, span{state: ready, site: s.spans[s.goroutines[i].span].site, wait: s.goroutines[i].span + 1}, by, s.stack(stack))
}

// shared returns the core-nanoseconds of the causes.
func (s scene) shared(hot hot) map[string]float64 {
	l := s.divide()
	sums := map[string]float64{}
	for _, c := range l.causes(l.idle/100, comparison{hot: hot}) {
		sums[named(c)] += 100 * c.Cores
		if c.Wake > 0 {
			sums["waking"] += 100 * c.Wake
		}
	}
	return sums
}

func (s scene) check(t *testing.T, want map[string]float64) {
	t.Helper()
	s.checkWith(t, hot{}, want)
}

func (s scene) checkWith(t *testing.T, hot hot, want map[string]float64) {
	t.Helper()
	got := s.shared(hot)
	if !slices.Equal(slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want))) {
		t.Fatalf("%v, want %v", got, want)
	}
	for name, x := range want {
		if math.Abs(got[name]-x) > 1e-9 {
			t.Errorf("%s: %v, want %v", name, got[name], x)
		}
	}
}

const (
	body   = "example.com/m.BenchmarkGet:3 <- testing.(*B).runN:9"
	locks  = "sync.(*Mutex).Lock:9 <- example.com/m.Get:4 <- " + body
	unlock = "sync.(*Mutex).Unlock:9 <- example.com/m.Put:9 <- " + body
	join   = "sync.(*WaitGroup).Wait:9 <- example.com/m.Get:8 <- " + body
	done   = "sync.(*WaitGroup).Done:9 <- example.com/m.task:6"
	begin  = "example.com/m.Get:5 <- " + body
)

// An idle core is charged to who waits and to who ends that, until the former runs again.
func TestWaitForALock(t *testing.T) {
	s := newScene()
	holder, waiter := s.begins(0, body), s.begins(0, body)
	s.waits(20, waiter, "sync", locks)
	s.wakes(80, waiter, holder, unlock)
	s.runs(90, waiter)
	s.check(t, map[string]float64{"lock Get:4 <- Put:9": 70, "waking": 10})
}

// Who waits inside the allocator waits for the collector, and so does a core for the
// collector's own goroutines.
func TestWaitInsideTheAllocator(t *testing.T) {
	s := newScene()
	holder, waiter, sweeper := s.begins(0, body), s.begins(0, body), s.begins(0, "")
	s.waits(0, sweeper, "GC background sweeper wait", "runtime.bgsweep:9")
	s.waits(20, waiter, "sync", "runtime.semacquire:9 <- runtime.gcStart:9 <- runtime.mallocgc:9 <- example.com/m.Get:4 <- "+body)
	s.wakes(60, waiter, holder, "runtime.semrelease:9 <- runtime.gcStart:9 <- runtime.mallocgc:9 <- example.com/m.Put:4 <- "+body)
	s.runs(60, waiter)
	s.waits(60, holder, "chan receive", "runtime.chanrecv1:9 <- example.com/m.Serve:7")
	s.wakes(70, sweeper, waiter, "runtime.ready:9 <- runtime.gcSweep:9")
	s.runs(80, sweeper)
	s.check(t, map[string]float64{"gc Get:4": 40, "gc": 10, "serial Get:4": 10, "waking": 10})
}

// The lock may be in a module that the line calls.
func TestLockOfAnotherModule(t *testing.T) {
	s := newScene()
	holder, waiter := s.begins(0, body), s.begins(0, body)
	s.waits(20, waiter, "sync", "sync.(*Mutex).Lock:9 <- example.org/dep.(*T).Add:8 <- example.com/m.Get:4 <- "+body)
	s.wakes(80, waiter, holder, "sync.(*Mutex).Unlock:9 <- example.org/dep.(*T).Put:8 <- example.com/m.Get:4 <- "+body)
	l := s.divide()
	list := l.causes(1, comparison{})
	if len(list) != 1 || !strings.HasPrefix(list[0].sentence(2), "1.00 of 2 cores wait at file.go:4 Get in dep.(*T).Add for the lock that Get holds until file.go:4 in dep.(*T).Put") {
		t.Errorf("%+v", list)
	}
}

// A core that runs something is not charged to anybody who waits.
func TestNobodyPaysForABusyCore(t *testing.T) {
	s := newScene()
	holder, waiter := s.begins(0, body), s.begins(0, body)
	s.begins(0, body)
	s.waits(20, waiter, "sync", locks)
	s.wakes(80, waiter, holder, unlock)
	s.runs(90, waiter)
	s.check(t, map[string]float64{})
}

// Two that wait share one idle core.
func TestWaitersShare(t *testing.T) {
	s := newScene()
	holder, one, two := s.begins(0, body), s.begins(0, body), s.begins(0, body)
	s.waits(0, one, "sync", locks)
	s.waits(0, two, "chan receive", "runtime.chanrecv1:9 <- example.com/m.Take:7 <- "+body)
	s.wakes(100, one, holder, unlock)
	s.wakes(100, two, holder, "runtime.chansend1:9 <- example.com/m.Give:2 <- "+body)
	s.check(t, map[string]float64{"lock Get:4 <- Put:9": 50, "channel Take:7 <- Give:2": 50})
}

// Package testing waits for the benchmark, and some goroutines wait for ever: if nobody else
// waits, there are too few goroutines.
func TestWhoDoesNotPay(t *testing.T) {
	s := newScene()
	s.begins(0, body)
	harness, idler := s.begins(0, ""), s.begins(0, body)
	s.waits(0, harness, "chan receive", "runtime.chanrecv1:9 <- testing.(*B).doBench:9 <- testing.(*B).Run:9 <- "+body)
	s.waits(0, idler, "chan receive", "runtime.chanrecv1:9 <- example.com/m.Serve:7")
	s.wakes(100, harness, 0, "runtime.chansend1:9 <- testing.(*B).launch:9")
	s.check(t, map[string]float64{"too few BenchmarkGet:3": 100})
}

// Goroutines outside of the user's modules leave the cores unattributed.
func TestWaitsOfOthers(t *testing.T) {
	s := newScene()
	s.begins(0, body)
	other := s.begins(0, "")
	s.waits(0, other, "select", "runtime.selectgo:9 <- net/http.(*conn).serve:9")
	s.wakes(100, other, none, "")
	s.check(t, map[string]float64{})
}

// Who waits for a goroutine waits for an uneven one if another that began at the same line has
// ended meanwhile.
func TestUnevenGoroutines(t *testing.T) {
	for died, want := range map[int64]string{10: "imbalance Get:8 <- task:6", 95: "join Get:8 <- task:6"} {
		s := newScene()
		waiter, long, other := s.begins(0, ""), s.begins(0, begin), s.begins(0, begin)
		s.waits(10, waiter, "sync", join)
		s.waits(10, other, "chan receive", "runtime.chanrecv1:9 <- net/http.serve:9")
		s.goroutines[other].died = died
		s.wakes(90, waiter, long, done)
		s.runs(90, waiter)
		s.check(t, map[string]float64{want: 80})
	}
}

// If the holder sleeps meanwhile, that is said.
func TestHolderThatWaits(t *testing.T) {
	s := newScene()
	holder, waiter := s.begins(0, body), s.begins(0, body)
	s.waits(10, waiter, "sync", locks)
	s.waits(20, holder, "sleep", "time.Sleep:9 <- example.com/m.Put:8 <- "+body)
	s.wakes(70, holder, none, "")
	s.runs(70, holder)
	s.wakes(80, waiter, holder, unlock)
	s.runs(80, waiter)
	s.check(t, map[string]float64{"lock Get:4 <- Put:9 in sleep": 10 + 50 + 10, "sleep Put:8": 50})
}

// Of the lines between two places of a goroutine that runs alone, the one with most samples is
// named.
func TestSerialLine(t *testing.T) {
	s := newScene()
	main := s.begins(0, "")
	s.waits(0, main, "sync", join)
	s.wakes(0, main, none, "")
	s.runs(0, main)
	begin := "runtime.newproc:9 <- example.com/m.Get:12 <- " + body
	s.acts(60, main, s.stack(begin))
	s.begins(60, begin)
	samples := hot{[]weighted{
		{stackOf("example.com/m.work:2 <- example.com/m.Get:10 <- " + body).path(user), 5},
		{stackOf("example.com/m.Get:11 <- " + body).path(user), 3},
		{stackOf("example.com/m.Get:13 <- " + body).path(user), 9},
	}}
	s.checkWith(t, samples, map[string]float64{"serial Get:10": 60})
}

// If the trace has much fewer idle cores than the pass without it, it does not explain them.
func TestTraceThatExplainsLittle(t *testing.T) {
	s := newScene()
	holder, waiter := s.begins(0, body), s.begins(0, body)
	s.waits(80, waiter, "sync", locks)
	s.wakes(100, waiter, holder, unlock)
	l := s.divide()
	if c := l.causes(1, comparison{}); len(c) != 1 || math.Abs(c[0].Cores-scaled*0.2) > 1e-9 {
		t.Errorf("%+v", c)
	}
	if c := l.causes(-1, comparison{}); len(c) != 0 {
		t.Errorf("%+v", c)
	}
}

// A system call that keeps its processor and does not use CPU time waits, too.
func TestBlockedCalls(t *testing.T) {
	s := newScene()
	s.begins(0, body)
	i := s.begins(0, body)
	stack := s.stack("syscall.Syscall:9 <- example.com/m.Sync:7 <- " + body)
	s.next(10, i, span{state: calling, site: stack}, none, stack)
	s.runs(60, i)
	list := s.divide().causes(1, comparison{calls: map[Line]float64{lineOf("example.com/m.Sync:7"): 0.2}})
	if len(list) != 1 || named(list[0]) != "syscall Sync:7" || math.Abs(list[0].Cores-scaled*(0.5-0.2)) > 1e-9 {
		t.Errorf("%+v", list)
	}
}

// A system call that loses its processor is waited for.
func TestCallsWithoutProcessor(t *testing.T) {
	s := newScene()
	s.begins(0, body)
	i := s.begins(0, body)
	stack := s.stack("syscall.Syscall:9 <- example.com/m.Sync:7 <- " + body)
	s.next(10, i, span{state: calling, site: stack}, none, stack)
	s.next(20, i, span{state: away, site: stack}, none, 0)
	s.wakes(90, i, none, "")
	s.runs(100, i)
	const scale = 80. / 90 // the clocks know of 80 ns: 10 in the call are the kernel's to explain
	s.check(t, map[string]float64{"syscall Sync:7": (10 + 80) * scale, "waking": 10 * scale})
}

// Waiting for a collection is the collector's, whoever ends it.
func TestWaitForTheCollector(t *testing.T) {
	s := newScene()
	other, i := s.begins(0, body), s.begins(0, body)
	s.waits(40, i, "GC mark assist wait for work", "runtime.gcAssistAlloc:9 <- runtime.mallocgc:9 <- example.com/m.Get:4")
	s.wakes(90, i, other, "runtime.gcFlushBgCredit:9 <- runtime.mallocgc:9 <- example.com/m.Put:3")
	s.runs(90, i)
	s.check(t, map[string]float64{"gc Get:4": 50})
}

// A new goroutine that does not run yet is charged to the line that began it.
func TestStartOfAGoroutine(t *testing.T) {
	s := newScene()
	s.begins(0, body)
	i := s.goroutine(99)
	s.goroutines[i].root, s.goroutines[i].born = s.stack(begin), 30
	s.next(30, i, span{state: ready, site: s.stack(begin)}, none, 0)
	s.runs(100, i)
	got := s.shared(hot{})
	if math.Abs(got["start Get:5"]-70) > 1e-9 || math.Abs(got["serial BenchmarkGet:3"]-30) > 1e-9 {
		t.Errorf("%v", got)
	}
}

// Who returns from a function that WaitGroup.Go runs has no line any more: the one that began
// the goroutine is named.
func TestHolderThatHasReturned(t *testing.T) {
	s := newScene()
	waiter, worker := s.begins(0, body), s.begins(0, "sync.(*WaitGroup).Go:9 <- "+begin)
	s.waits(10, waiter, "sync", join)
	s.wakes(90, waiter, worker, "sync.(*WaitGroup).Done:9 <- sync.(*WaitGroup).Go.func1:9")
	s.runs(90, waiter)
	s.check(t, map[string]float64{"join Get:8 <- Get:5": 80})
}

// A goroutine that comes back to a function has been outside of it: the line is the one that
// takes most time there.
func TestSerialLineOutside(t *testing.T) {
	wait, begin := stackOf("example.com/m.inParts:46 <- example.com/m.picture:8 <- "+body), stackOf("example.com/m.inParts:44 <- example.com/m.picture:8 <- "+body)
	samples := hot{[]weighted{
		{stackOf("example.com/m.decode:28 <- example.com/m.picture:6 <- " + body).path(user), 3},
		{stackOf("example.com/m.decode:29 <- example.com/m.picture:6 <- " + body).path(user), 2},
		{stackOf("example.com/m.inParts:45 <- example.com/m.picture:8 <- " + body).path(user), 9}, // between the two
		{stackOf("example.com/m.scale:38 <- example.com/m.picture.func1:10").path(user), 9},       // of another goroutine
		{stackOf("example.com/m.reset:2 <- example.com/m.picture:5 <- " + body).path(user), 4},
	}}
	var c Cause
	c.stretch(wait.path(user), begin.path(user), samples)
	if short(c.Line) != "picture:6" || len(c.Path) != 1 || c.From != 6 || c.Until != 6 {
		t.Errorf("%+v", c)
	}
	c = Cause{}
	if c.stretch(wait.path(user), begin.path(user), hot{}); c.Line != (Line{}) {
		t.Errorf("without samples: %+v", c)
	}
}

// Samples of the trace say what runs instead of others: those of other times do not count, nor
// does what other samples say.
func TestSerialLineOfSamples(t *testing.T) {
	s := newScene()
	main := s.begins(0, body)
	work := func(at, i int64, stack string) { s.sampled(at, int32(i), s.stack(stack)) }
	const work1, work2 = "example.com/m.work:1 <- example.com/m.Get:10 <- " + body, "example.com/m.work:2 <- example.com/m.Get:10 <- " + body
	for at, stack := range []string{"example.com/m.Get:11 <- " + body, work2, work1, "sort.Ints:9 <- " + work2, "sort.Ints:9", work2, "example.com/m.Get:11 <- " + body} {
		work(int64(10+at), int64(main), stack)
	}
	begin := "runtime.newproc:9 <- example.com/m.Get:12 <- " + body
	s.acts(60, main, s.stack(begin))
	other := s.begins(60, begin)
	for at := range int64(20) {
		work(70+at, int64(other), "example.com/m.both:3 <- example.com/m.Get.func1:13")
	}
	profile := hot{[]weighted{{stackOf("example.com/m.Get:11 <- " + body).path(user), 9}}}
	s.checkWith(t, profile, map[string]float64{"serial work:2": 60})
	for _, c := range s.divide().causes(1, comparison{}) {
		if len(c.Path) != 2 || short(c.Path[0]) != "Get:10" || c.From != 2 || c.Until != 2 {
			t.Errorf("%+v", c)
		}
	}
}

// The same of several that are fewer than the processors.
func TestTooFewLineOfSamples(t *testing.T) {
	s := newScene()
	s.procs = 3
	s.begins(0, body)
	s.sampled(30, s.begins(0, body), s.stack("example.com/m.work:2 <- "+body))
	s.check(t, map[string]float64{"too few work:2": 100})
}

// What a holder does while another waits, and not before that, is where it spends its time.
func TestWhereTheHolderIs(t *testing.T) {
	s := newScene()
	holder, waiter := s.begins(0, body), s.begins(0, body)
	before, meanwhile := s.stack("example.com/m.Prepare:1 <- "+body), s.stack("example.com/m.fill:3 <- example.com/m.Put:8 <- "+body)
	s.sampled(10, holder, before)
	s.sampled(15, holder, before)
	s.waits(20, waiter, "sync", locks)
	s.sampled(50, holder, meanwhile)
	s.wakes(80, waiter, holder, unlock)
	s.sampled(85, holder, before)
	s.sampled(95, holder, before)
	s.runs(80, waiter)
	list := s.divide().causes(1, comparison{})
	if len(list) != 1 || list[0].At == nil || short(*list[0].At) != "fill:3" {
		t.Errorf("%+v", list)
	}
}

// The path leads to where most samples are, function by function.
func TestHottestPath(t *testing.T) {
	for want, list := range map[string][]drawn{
		"b:2 a:1": {{2, "example.com/m.b:1 <- example.com/m.a:1"}, {3, "example.com/m.b:2 <- example.com/m.a:1"}, {4, "example.com/m.c:1 <- example.com/m.a:2"}},
		"a:1":     {{2, "example.com/m.b:1 <- example.com/m.a:1"}, {3, "example.com/m.a:1"}},
		"":        {},
	} {
		var stacks []weighted
		for _, d := range list {
			stacks = append(stacks, weighted{stackOf(d.frames).path(user), float64(d.count)})
		}
		got := ""
		for _, l := range hottest(stacks) {
			got += " " + short(l)
		}
		if strings.TrimSpace(got) != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
