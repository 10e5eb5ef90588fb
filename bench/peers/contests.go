package main

import "slices"

func ours(make func(env) (*body, error)) side { return side{name: "overlap", make: make} }

// withTarget returns a row with a target.
func withTarget(target float64, name string, make func(env) (*body, error)) row {
	return row{ref: side{name: name, make: make}, target: target}
}

func withoutTarget(name string, make func(env) (*body, error)) row { return withTarget(0, name, make) }

// inLanguage returns a row with a reference in another language.
func inLanguage(target float64, language, mode string) row {
	return row{ref: side{name: language + "-" + mode, foreign: &program{file: peersOf[language], mode: mode}}, target: target}
}

var (
	noAllocs = &budget{allocs: 0}
	oneAlloc = &budget{allocs: 1}
)

// contests returns all cases in the order of the table. The project set the targets from
// the limits of the machine, before it measured.
func contests() []*contest {
	return slices.Concat(taskContests(), loadContests(), eventContests(), remoteContests(), memoryContests(), kernelContests())
}

func taskContests() []*contest {
	parked := ours(submitResult)
	finished := func(name string, readers int, cores ...int) *contest {
		return &contest{name: name, cores: cores, ours: ours(doneOurs(readers)), budget: noAllocs, rows: []row{
			withTarget(0.25, "mo", doneMo(readers)),
			withoutTarget("pond", donePond(readers)),
			withTarget(1.2, "floor-atomic-load", doneFloor(readers)),
		}}
	}
	return []*contest{
		{name: "submit-result-parked", ours: parked, budget: &budget{1, 64}, rows: []row{
			withTarget(0.95, "lo.Async", submitLo),
			withTarget(1.15, "floor-workers+chan", submitFloor),
			withoutTarget("mo", submitMo),
			withoutTarget("pond", submitPond),
			withoutTarget("conc", submitConc),
			withoutTarget("errgroup", submitErrgroup),
			withoutTarget("ants", submitAnts),
			withoutTarget("gopool", submitGopool),
			withoutTarget("workerpool", submitWorkerpool),
			withoutTarget("goroutine+chan", submitGoroutine),
			inLanguage(0, "python", "thread-pool"),
			inLanguage(0, "node", "worker"),
			again(parked),
		}},
		{name: "submit-help", ours: ours(submitHelp), rows: []row{
			withTarget(1.2, "floor-coroutine", coroutinePair),
			withTarget(0.2, "overlap-parked", submitResult),
		}},
		finished("result-done", 1),
		finished("result-done-2readers", 2, 2),
	}
}

func loadContests() []*contest {
	spun := func(name string, target float64, make func(int, kind) func(env) (*body, error)) *contest {
		return &contest{name: name, cores: []int{2}, ours: ours(make(2, spinning)), rows: []row{
			withTarget(target, "one-core-loop", plainLoop(spinning)),
			withoutTarget("floor-two-loops", twoLoops(spinning)),
		}}
	}
	return []*contest{
		{name: "future-per-task", ours: ours(futures(2, empty)), budget: oneAlloc, rows: []row{
			withTarget(0.25, "pond", pondFutures),
			withTarget(0.25, "lo.Async", loFutures),
			withTarget(0.25, "mo", moFutures),
			withoutTarget("conc", concMany),
			withoutTarget("errgroup", errgroupMany),
			withoutTarget("ants", antsMany(2, empty)),
			withoutTarget("gopool", gopoolMany),
			withoutTarget("workerpool", workerpoolMany),
		}},
		{name: "batch", ours: ours(batch(2, empty)), budget: noAllocs, rows: []row{
			withTarget(0.2, "pond-group", pondGroup),
		}},
		{name: "foreach", ours: ours(forEach(2, empty)), budget: noAllocs, rows: []row{
			withTarget(0.6, "conc-iter", concForEach),
			withoutTarget("client-go", clientGoForEach),
		}},
		spun("spin-1us-futures", 0.6, futures),
		spun("spin-1us-batch", 0.7, batch),
		spun("spin-1us-foreach", 0.58, forEach),
		{name: "wait-1ms", ours: ours(futures(1024, sleep)), rows: []row{
			withTarget(1.05, "ants", antsMany(1024, sleep)),
		}},
	}
}

func eventContests() []*contest {
	isSet := ours(isSetOurs)
	return []*contest{
		{name: "event-isset", ours: isSet, budget: noAllocs, rows: []row{withTarget(0.5, "cond", isSetCond), again(isSet)}},
		{name: "event-wait-set", ours: ours(waitSetOurs), budget: noAllocs, rows: []row{withTarget(1, "cond", waitSetCond)}},
		{name: "event-set-clear", ours: ours(setClearOurs), budget: noAllocs, rows: []row{withTarget(1, "cond", setClearCond)}},
		{name: "event-pingpong", ours: ours(pingPong(newOurs)), budget: noAllocs, rows: []row{
			withTarget(1.05, "cond", pingPong(newCond)),
			withTarget(1.2, "floor-chan", pingPongChannel),
			inLanguage(0, "python", "event"),
		}},
		{name: "event-1to1000", ours: ours(broadcast(newOurs)), budget: noAllocs, rows: []row{
			withTarget(1.05, "cond", broadcast(newCond)),
			withTarget(1.2, "floor-close-chan", broadcast(newOnce)),
		}},
	}
}

func remoteContests() []*contest {
	oneCore := func(transport, floor string) *contest {
		return &contest{name: "process-" + transport, cores: []int{1}, ours: ours(processRoundtrip(transport)), budget: &budget{allocs: 2}, rows: []row{
			inLanguage(1.35, "c", floor),
			inLanguage(0.1, "python", "process-pool"),
			withoutTarget("overlap-future", processFuture(transport)),
		}}
	}
	return []*contest{
		{name: "loop-await", ours: ours(loopAwait), rows: []row{
			withTarget(1.6, "floor-coroutine", coroutinePair),
			inLanguage(0.1, "python", "asyncio-task"),
			inLanguage(0, "node", "promise"),
		}},
		oneCore("mmap", "futex"),
		oneCore("pipe", "pipe"),
		oneCore("unix", "unix"),
		{name: "process-mmap-awake", cores: []int{2}, ours: ours(processRoundtrip("mmap")), rows: []row{
			inLanguage(4, "c", "spin"),
			withoutTarget("overlap-future", processFuture("mmap")),
		}},
	}
}

func memoryContests() []*contest {
	bytes := func(name string, make func(env) (*body, error)) side {
		return side{name: name, make: make, unit: "B/future"}
	}
	return []*contest{
		{name: "memory-future", ours: bytes("overlap", bytesKept(keepOurs)), rows: []row{
			{ref: limit(72, "B/future"), target: 1},
			{ref: bytes("lo.Async", bytesKept(keepLo))},
			{ref: bytes("mo", bytesKept(keepMo))},
			{ref: bytes("pond", bytesKept(keepPond))},
		}},
		{name: "goroutines-at-rest", ours: side{name: "overlap", make: idleGoroutines, unit: "goroutines"}, rows: []row{
			{ref: limit(idleWorkers, "goroutines"), target: 1},
		}},
	}
}
