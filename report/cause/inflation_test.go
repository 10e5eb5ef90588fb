package cause

import (
	"math"
	"testing"
	"time"
)

// What a line needs beyond its CPU time on one core is charged to it, by what its inner frames
// do, and to the user's line above them.
func TestInflationByLine(t *testing.T) {
	a, err := Explain(Record{
		Cores: 2, Modules: user, One: pass(1, 1), All: pass(2, 1),
		OneCPU: cpuProfile(drawn{100, "example.com/m.work:5 <- example.com/m.Get:3"}),
		AllCPU: cpuProfile(
			drawn{100, "example.com/m.work:5 <- example.com/m.Get:3"},
			drawn{100, "sync/atomic.AddInt64:9 = sync/atomic.(*Int64).Add:9 = example.com/m.count:7 <- example.com/m.Get:4 <- testing.(*B).runN:9"}),
	})
	if err != nil || len(a.Causes) != 1 || named(a.Causes[0]) != "atomic count:7" || short(a.Causes[0].Path[0]) != "Get:4" {
		t.Fatalf("%+v, %v", a, err)
	}
	if c := a.Causes[0]; c.Cores != 1 || c.CPU != 1 || a.Work != 1 || a.Rest != 0 {
		t.Errorf("%+v", a)
	}
}

// A line whose samples differ by less than three standard errors is not a cause.
func TestChanceIsNotACause(t *testing.T) {
	profiles := func(more int64) Account {
		a, err := Explain(Record{
			Cores: 2, Modules: user, One: pass(1, 1), All: pass(1.2, 1),
			OneCPU: cpuProfile(drawn{80, "example.com/m.Get:3"}, drawn{20, "example.com/m.Put:5"}),
			AllCPU: cpuProfile(drawn{80, "example.com/m.Get:3"}, drawn{20 + more, "example.com/m.Put:5"}),
		})
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	if a := profiles(5); len(a.Causes) != 0 || math.Abs(a.Rest-1) > 1e-9 {
		t.Errorf("25 samples beside 20: %+v", a)
	}
	if a := profiles(60); len(a.Causes) != 1 || a.Causes[0].Line.Function != "example.com/m.Put" {
		t.Errorf("80 samples beside 20: %+v", a)
	}
}

// Plain code that is twice as slow may have to share its core. If it is eight times as slow, it
// shares memory.
func TestPlainCodeIsSlower(t *testing.T) {
	for factor, want := range map[float64]Kind{1.5: Slower, 8: Memory} {
		a, err := Explain(Record{
			Cores: 2, Modules: user, One: pass(1, 1), All: pass(factor, factor/2),
			OneCPU: cpuProfile(drawn{100, "example.com/m.Get:3"}),
			AllCPU: cpuProfile(drawn{int64(100 * factor), "example.com/m.Get:3"}),
		})
		if err != nil || len(a.Causes) != 1 || a.Causes[0].Kind != want || math.Abs(a.Causes[0].Growth-factor) > 1e-9 {
			t.Errorf("%v times: %+v, %v", factor, a, err)
		}
	}
}

// Garbage collection is neither work nor inflation. Its cores go to the lines that allocate.
func TestCollectionByAllocations(t *testing.T) {
	all := pass(1.4, 1)
	all.GC = 0.4
	a, err := Explain(Record{
		Cores: 2, Modules: user, One: pass(1, 1), All: all,
		OneCPU: cpuProfile(drawn{100, "example.com/m.Get:3"}),
		AllCPU: cpuProfile(drawn{100, "example.com/m.Get:3"}, drawn{40, "runtime.scanobject:9 <- runtime.gcDrain:9 <- runtime.gcBgMarkWorker:9"}),
		Allocs: profileOf("alloc_objects", "alloc_space", 1024, drawn{300, "example.com/m.Get:4"}, drawn{100, "strings.Repeat:9 <- example.com/m.Put:5"}),
	})
	if err != nil || math.Abs(a.Work-1) > 1e-9 || len(a.Causes) != 2 || named(a.Causes[0]) != "gc Get:4" || named(a.Causes[1]) != "gc Put:5" {
		t.Fatalf("%+v, %v", a, err)
	}
	if math.Abs(a.Causes[0].Cores-0.3) > 1e-9 || math.Abs(a.Causes[1].Cores-0.1) > 1e-9 {
		t.Errorf("%+v", a.Causes)
	}
}

// What the runtime does for the collector beside its clock is not the scheduler's, and on one
// core it is not work.
func TestUpkeepIsCollection(t *testing.T) {
	all, one := pass(1.4, 1), pass(1, 1)
	all.GC, one.GC = 0.2, 0.1
	upkeep := []string{"runtime.madvise:9 <- runtime.bgscavenge:9", "runtime.lock2:9 <- runtime.gopreempt_m:9 <- runtime.newstack:9"}
	a, err := Explain(Record{
		Cores: 2, Modules: user, One: one, All: all,
		OneCPU: cpuProfile(drawn{80, "example.com/m.Get:3"}, drawn{10, upkeep[0]}, drawn{10, "runtime.gcStart:9"}),
		AllCPU: cpuProfile(drawn{80, "example.com/m.Get:3"}, drawn{20, upkeep[0]}, drawn{20, upkeep[1]}, drawn{20, "runtime.gcDrain:9"}),
		Allocs: profileOf("alloc_objects", "alloc_space", 1024, drawn{300, "example.com/m.Get:4"}),
	})
	if err != nil || math.Abs(a.Work-0.8) > 1e-9 || len(a.Causes) != 1 || named(a.Causes[0]) != "gc Get:4" || math.Abs(a.Causes[0].Cores-0.6) > 1e-9 {
		t.Errorf("%+v, %v", a, err)
	}
}

// Cores that stand still for the collector are divided like its CPU time.
func TestWaitingForTheCollectorIsDivided(t *testing.T) {
	allocs := profileOf("alloc_objects", "alloc_space", 1024, drawn{300, "example.com/m.Get:4"}, drawn{100, "example.com/m.Put:5"})
	list := byAllocation(user, allocs, Cause{Kind: GC, Cores: 0.8, CPU: 0.4, Wake: 0.2})
	if len(list) != 2 || named(list[1]) != "gc Put:5" || math.Abs(list[1].Cores-0.2) > 1e-9 || math.Abs(list[1].CPU-0.1) > 1e-9 || math.Abs(list[1].Wake-0.05) > 1e-9 {
		t.Errorf("%+v", list)
	}
}

// Without the runtime's clock, the profile says how much is garbage collection; without both,
// none is known.
func TestCollectionWithoutItsClock(t *testing.T) {
	r := Record{Cores: 2, Modules: user, One: pass(1, 1), All: pass(1.4, 1)}
	r.One.GC, r.All.GC = math.NaN(), math.NaN()
	if a, err := Explain(r); err != nil || len(a.Causes) != 0 || a.Work != 1 {
		t.Errorf("%+v, %v", a, err)
	}
	r.AllCPU = cpuProfile(drawn{100, "example.com/m.Get:3"}, drawn{40, "runtime.gcAssistAlloc:9 <- runtime.mallocgc:9 <- example.com/m.Get:3"})
	if a, err := Explain(r); err != nil || len(a.Causes) != 1 || a.Causes[0].Kind != GC || math.Abs(a.Causes[0].Cores-0.4) > 1e-9 {
		t.Errorf("%+v, %v", a, err)
	}
}

// What several cores do not have to do, because they switch less, is no work.
func TestSavedTimeIsNotWork(t *testing.T) {
	a, err := Explain(Record{
		Cores: 2, Modules: user, One: pass(2, 2), All: pass(2, 1),
		OneCPU: cpuProfile(drawn{100, "example.com/m.Get:3"}, drawn{100, "runtime.findRunnable:9 <- runtime.schedule:9 <- runtime.mcall:9"}),
		AllCPU: cpuProfile(drawn{100, "example.com/m.Get:3"}, drawn{100, "sync.(*RWMutex).RLock:9 <- example.com/m.Get:4"}),
	})
	if err != nil || a.Work != 1 || len(a.Causes) != 1 || named(a.Causes[0]) != "readers Get:4" || a.Rest != 0 {
		t.Errorf("%+v, %v", a, err)
	}
}

// The parts sum to the cores, whatever the clocks say.
func TestPartsSum(t *testing.T) {
	for _, all := range []Pass{pass(1, 1), pass(3, 1), pass(0, 1), {Ops: 1, Wall: 1, CPU: time.Hour, GC: 3, RunQueue: 9}} {
		a, err := Explain(Record{
			Cores: 2, Modules: user, One: pass(1, 1), All: all,
			OneCPU: cpuProfile(drawn{100, "example.com/m.Get:3"}),
			AllCPU: cpuProfile(drawn{100, "example.com/m.Get:3"}, drawn{300, "runtime.lock2:9 <- runtime.chansend:9 <- example.com/m.Put:3"}),
		})
		sum := a.Work + a.Rest
		for _, c := range a.Causes {
			sum += c.Cores
		}
		if err != nil || math.Abs(sum-2) > 1e-9*math.Abs(a.Work) {
			t.Errorf("%+v: %v of 2 cores, %v", a, sum, err)
		}
	}
}

// Without a pass on one core, all CPU time is work.
func TestWithoutOneCore(t *testing.T) {
	a, err := Explain(Record{Cores: 2, Modules: user, All: pass(1.5, 1), AllCPU: cpuProfile(drawn{100, "example.com/m.Get:3"})})
	if err != nil || a.Work != 1.5 || len(a.Causes) != 0 || a.Rest != 0.5 {
		t.Errorf("%+v, %v", a, err)
	}
}

// What the system keeps from the benchmark has names, and is on no line.
func TestWhatTheSystemTakes(t *testing.T) {
	all := pass(1, 1)
	all.RunQueue, all.Stolen, all.Stopped = 0.125, 0.25, 0.5
	a, err := Explain(Record{Cores: 2, Modules: user, One: pass(1, 1), All: all})
	if err != nil || len(a.Causes) != 3 || math.Abs(a.Rest-0.125) > 1e-9 {
		t.Fatalf("%+v, %v", a, err)
	}
	for i, want := range []string{"0.50 of 2 cores are stopped by the CPU quota", "0.25 of 2 cores are stolen by the hypervisor, for other guests", "0.12 of 2 cores are taken by other programs"} {
		if got := a.Causes[i].Text; got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestRecordsFromWhichNothingFollows(t *testing.T) {
	good := Record{Cores: 2, Modules: user, One: pass(1, 1), All: pass(1, 1)}
	for name, spoil := range map[string]func(*Record){
		"no cores":      func(r *Record) { r.Cores = 0 },
		"many cores":    func(r *Record) { r.Cores = 1 << 20 },
		"no time":       func(r *Record) { r.All.Wall = 0 },
		"no operations": func(r *Record) { r.All.Ops = 0 },
		"negative":      func(r *Record) { r.All.CPU = -1 },
		"infinite":      func(r *Record) { r.One.GC = math.Inf(1) },
		"stolen":        func(r *Record) { r.All.Stolen = -1 },
		"stopped":       func(r *Record) { r.All.Stopped = math.Inf(1) },
		"no module":     func(r *Record) { r.Modules = nil },
	} {
		r := good
		if spoil(&r); name == "" {
			t.Fatal(name)
		}
		if a, err := Explain(r); err == nil {
			t.Errorf("%s: %+v", name, a)
		}
	}
}

// Processors charge the instructions after an atomic operation: the plain code beside it is
// part of its cost, and the range says so. Code farther away is not.
func TestSkid(t *testing.T) {
	atomic := func(n int64) drawn { return drawn{n, "sync/atomic.(*Int64).Add:9 = example.com/m.Get:10"} }
	a, err := Explain(Record{
		Cores: 2, Modules: user, One: pass(1, 1), All: pass(2, 1),
		OneCPU: cpuProfile(atomic(20), drawn{20, "example.com/m.Get:11"}, drawn{60, "example.com/m.Get:20"}),
		AllCPU: cpuProfile(atomic(50), drawn{60, "example.com/m.Get:11"}, drawn{30, "testing.(*PB).Next:9 = example.com/m.Get:9"}, drawn{60, "example.com/m.Get:20"}),
	})
	if err != nil || len(a.Causes) != 1 {
		t.Fatalf("%+v, %v", a, err)
	}
	if c := a.Causes[0]; named(c) != "atomic Get:10" || c.From != 9 || c.Until != 11 || math.Abs(c.Cores-1) > 1e-9 {
		t.Errorf("%+v", c)
	}
}

// The cost of a lock in CPU time belongs to the wait for it, on either side.
func TestCPUTimeOfWaits(t *testing.T) {
	get, put := lineOf("example.com/m.Get:4"), lineOf("example.com/m.Put:9")
	list := merge([]Cause{
		{Kind: Lock, Line: get, Holder: &put, Cores: 1, Wake: 0.5},
		{Kind: Lock, Line: get, Cores: 0.25, CPU: 0.25},
		{Kind: Lock, Line: put, Cores: 0.125, CPU: 0.125},
		{Kind: Lock, Line: get, Holder: &put, Cores: 2, Wake: 1},
		{Kind: Atomic, Line: get, Cores: 0.25, CPU: 0.25},
		{Kind: Imbalance, Line: get, Holder: &put, Cores: 0.1},
		{Kind: Join, Line: put, Cores: 0.05, CPU: 0.05},
		{Kind: Join, Cores: 0.03, CPU: 0.03},
	})
	if len(list) != 3 || list[0].Cores != 3.375 || list[0].CPU != 0.375 || list[0].Wake != 1.5 || list[1].Kind != Atomic || math.Abs(list[2].Cores-0.18) > 1e-9 {
		t.Errorf("%+v", list)
	}
}

// WaitGroup.Go ends waits after the user's function has returned: its CPU time has no line.
func TestCPUTimeOfEndsWithoutALine(t *testing.T) {
	a, err := Explain(Record{
		Cores: 2, Modules: user, One: pass(1, 1), All: pass(1.5, 1),
		OneCPU: cpuProfile(drawn{100, "example.com/m.Get:3"}),
		AllCPU: cpuProfile(drawn{100, "example.com/m.Get:3"}, drawn{50, "runtime.futex:9 <- runtime.semrelease1:9 <- sync.(*WaitGroup).Done:9 = sync.(*WaitGroup).Go.func1:9"}),
	})
	if err != nil || len(a.Causes) != 1 || named(a.Causes[0]) != "join" || math.Abs(a.Causes[0].Cores-0.5) > 1e-9 {
		t.Errorf("%+v, %v", a, err)
	}
}

// The runtime's own profiles of the same lines are shown beside.
func TestCrossCheck(t *testing.T) {
	get, put := lineOf("example.com/m.Get:4"), lineOf("example.com/m.Put:9")
	causes := []Cause{{Kind: Lock, Line: get, Holder: &put}, {Kind: Sleep, Line: put}}
	harness := drawn{9000, "sync.(*WaitGroup).Wait:9 <- testing.(*B).RunParallel:9 <- example.com/m.BenchmarkGet:3"}
	crossCheck(user, Record{
		Mutex: profileOf("contentions", "delay", 1, harness, drawn{30, "sync.(*Mutex).Unlock:9 <- example.com/m.Put:9"}, drawn{10, "sync.(*Mutex).Unlock:9 <- example.com/m.Get:6"}),
		Block: profileOf("contentions", "delay", 1, harness, drawn{30, "sync.(*Mutex).Lock:9 <- example.com/m.Get:4"}),
	}, causes)
	if c := causes[0].CrossCheck; c.Mutex != 0.75 || c.Block != 1 {
		t.Errorf("%+v", c)
	}
	if c := causes[1].CrossCheck; !math.IsNaN(float64(c.Mutex)) || c.Block != 0 {
		t.Errorf("%+v", c)
	}
}

// The loop that a line is in may have the slow instruction on another line: the range has the
// sampled lines next to it.
func TestRangeOfALoop(t *testing.T) {
	lines := func(head, body int64) []drawn {
		return []drawn{{head, "example.com/m.Count:15"}, {body, "example.com/m.Count:16"}, {5, "example.com/m.Count:12"}, {5, "example.com/m.Other:17"}}
	}
	a, err := Explain(Record{
		Cores: 2, Modules: user, One: pass(1, 1), All: pass(4, 2),
		OneCPU: cpuProfile(lines(80, 10)...), AllCPU: cpuProfile(lines(380, 10)...),
	})
	if err != nil || len(a.Causes) != 1 {
		t.Fatalf("%+v, %v", a, err)
	}
	if c := a.Causes[0]; named(c) != "memory Count:15" || c.From != 15 || c.Until != 16 {
		t.Errorf("%+v", c)
	}
}

// What is less than a hundredth of the cores is in the table alone.
func TestWordsLeaveOutTheSmallest(t *testing.T) {
	a := Account{Cores: 2, Causes: []Cause{{Cores: 0.5, Text: "large"}, {Cores: 0.019, Text: "small"}}}
	if _, told, _ := a.Words(); len(told) != 1 || told[0] != "large" || len(a.Table().Rows) != 4 {
		t.Errorf("%v, %v", told, a.Table().Rows)
	}
}

// Where others had the cores, an account says so and promises nothing.
func TestDisturbedAccountsPromiseNothing(t *testing.T) {
	for others, disturbed := range map[float64]bool{0.05: false, 0.2: true} {
		all := pass(1, 1)
		all.RunQueue = others
		a, err := Explain(Record{Cores: 2, Modules: user, One: pass(1, 1), All: all})
		if err != nil || len(a.Causes) != 1 || math.IsNaN(float64(a.Causes[0].Without)) != disturbed || (len(a.Warnings) == 1) != disturbed {
			t.Errorf("%v: %+v, %v", others, a, err)
		}
	}
}

// With two workers nothing is three times as fast as with one.
func TestPromisesOfWhatWaits(t *testing.T) {
	r := Record{Cores: 2, Workers: 2, One: pass(0.5, 1)}
	a := Account{Cores: 2, Speedup: 1.2, Work: 0.5}
	for cores, want := range map[float64]float64{0.25: 1.8, 1.5: 2} {
		if got := float64(a.without(Cause{Cores: cores}, r)); math.Abs(got-want) > 1e-9 {
			t.Errorf("without %v: %v, want %v", cores, got, want)
		}
	}
}

// What runs while there are too few goroutines is one stretch of its function.
func TestStretchesAreOfFunctions(t *testing.T) {
	at := func(n string) Line { return lineOf("example.com/m." + n) }
	list := merge([]Cause{
		{Kind: TooFew, Line: at("Work:3"), From: 3, Until: 3, Cores: 0.25},
		{Kind: TooFew, Line: at("Work:5"), From: 5, Until: 5, Cores: 0.5},
		{Kind: TooFew, Line: at("Other:9"), From: 9, Until: 9, Cores: 0.125},
	})
	if len(list) != 2 || named(list[0]) != "too few Work:5" || list[0].Cores != 0.75 || list[0].From != 3 || list[0].Until != 5 {
		t.Errorf("%+v", list)
	}
}
