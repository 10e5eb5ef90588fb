package cause

import (
	"slices"
	"strings"
)

// modules are the paths whose lines are the user's.
type modules []string

// owns reports whether a function is the user's. The package of an external test is, too.
func (m modules) owns(function string) bool {
	pkg := packageOf(function)
	return slices.ContainsFunc(m, func(path string) bool {
		return pkg == path || strings.TrimSuffix(pkg, "_test") == path || strings.HasPrefix(pkg, path+"/")
	})
}

// packageOf returns the path of a function's package: "a.b/c" for "a.b/c.(*T).Get[...]".
func packageOf(function string) string {
	name, _, _ := strings.Cut(function, "[") // the brackets of a type may hold other paths
	slash := strings.LastIndexByte(name, '/') + 1
	if dot := strings.IndexByte(name[slash:], '.'); dot >= 0 {
		name = name[:slash+dot]
	}
	return strings.ReplaceAll(name, "%2e", ".")
}

// A stack is the frames of a goroutine, the innermost first, inlined ones included.
type stack []Line

// path returns the user's frames from the innermost one outwards.
func (s stack) path(m modules) []Line {
	var list []Line
	for _, l := range s {
		if m.owns(l.Function) {
			list = append(list, l)
		}
	}
	return list
}

// via returns the innermost function that is neither the user's nor the runtime's, nor of a
// package that waits for others' sake, and that the user's innermost line calls; empty if
// there is none.
func (s stack) via(m modules) string {
	for _, l := range s {
		if m.owns(l.Function) {
			break
		}
		if !machinery(packageOf(l.Function)) {
			return generic(l.Function)
		}
	}
	return ""
}

// harness reports whether package testing itself stands at the innermost frame that is
// neither of the runtime nor of package sync: such a goroutine waits for the benchmark.
func (s stack) harness() bool {
	for _, l := range s {
		switch pkg := packageOf(l.Function); {
		case pkg == "testing" || strings.HasPrefix(pkg, "testing/"):
			return true
		case !machinery(pkg):
			return false
		}
	}
	return false
}

// machinery reports whether a package is of the runtime, or what the runtime is used through.
func machinery(pkg string) bool {
	switch pkg {
	case "runtime", "sync", "sync/atomic", "internal/sync", "internal/poll", "syscall", "time", "os":
		return true
	}
	return strings.HasPrefix(pkg, "runtime/") || strings.HasPrefix(pkg, "internal/runtime/")
}

// frameKinds are functions, or beginnings of their names, with the kind of what they do. The
// outermost frame below the user's that is found here decides: spinning inside the allocator
// is the allocator's.
var frameKinds = []struct {
	prefix string
	kind   Kind
}{
	{"sync.(*RWMutex).RLock", Readers}, {"sync.(*RWMutex).RUnlock", Readers}, {"sync.(*RWMutex).rUnlock", Readers},
	{"sync.(*RWMutex).TryRLock", Readers}, {"sync.(*rlocker)", Readers},
	{"sync.(*RWMutex)", Lock}, {"sync.(*Mutex)", Lock}, {"internal/sync.(*Mutex)", Lock},
	{"sync.(*WaitGroup)", Join}, {"sync.(*Cond)", Signal}, {"sync.(*Once)", Join},
	{"sync.(*Pool)", Pool},
	{"testing.", Harness},
	{"sync/atomic.", Atomic}, {"internal/runtime/atomic.", Atomic},
	{"runtime.chansend", Channel}, {"runtime.chanrecv", Channel}, {"runtime.selectgo", Channel},
	{"runtime.selectnb", Channel}, {"runtime.closechan", Channel},
	{"internal/runtime/maps.(*Map).grow", Maps}, {"internal/runtime/maps.(*table).grow", Maps},
	{"internal/runtime/maps.(*table).rehash", Maps}, {"internal/runtime/maps.(*table).split", Maps},
	{"internal/runtime/maps.newTable", Maps}, {"internal/runtime/maps.(*Map).installTableSplit", Maps},
	{"internal/runtime/maps.newarray", Maps}, {"internal/runtime/maps.newGroups", Maps},
	{"runtime.mallocgc", Allocator}, {"runtime.newobject", Allocator}, {"runtime.growslice", Allocator},
	{"runtime.makeslice", Allocator}, {"runtime.makemap", Allocator}, {"runtime.makechan", Allocator},
	{"runtime.concatstring", Allocator}, {"runtime.rawstring", Allocator}, {"runtime.rawbyteslice", Allocator},
	{"runtime.newproc", Start},
	{"runtime.Gosched", Yield}, {"runtime.gosched", Yield},
	{"time.Sleep", Sleep}, {"runtime.timeSleep", Sleep}, {"time.(*Timer)", Sleep}, {"time.newTimer", Sleep}, {"time.resetTimer", Sleep}, {"time.stopTimer", Sleep},
	{"internal/poll.runtime_pollWait", IO},
	{"syscall.Syscall", Syscall}, {"syscall.RawSyscall", Syscall}, {"syscall.syscall", Syscall}, {"syscall.rawSyscall", Syscall},
	{"internal/runtime/syscall", Syscall}, {"runtime.entersyscall", Syscall}, {"runtime.exitsyscall", Syscall}, {"runtime.cgocall", Syscall},
}

// collects are the functions of the garbage collector that its own clock counts.
var collects = []string{"runtime.gcBgMarkWorker", "runtime.gcAssistAlloc", "runtime.gcDrain", "runtime.gcMarkTermination", "runtime.gcMarkDone", "runtime.gcStart", "runtime.gcMark"}

// keeps are the functions that work for the garbage collector beside its clock, where no
// frame of the user's is below: giving memory back to the system, sweeping, and stopping
// goroutines, which the collector does often and the scheduler a hundred times a second.
var keeps = []string{"runtime.bgscavenge", "runtime.bgsweep", "runtime.gcstopm", "runtime.runSafePointFn", "runtime.gopreempt_m"}

// isUpkeep reports whether a stack without a line of the user's is work for the garbage
// collector that its clock does not count.
func (s stack) isUpkeep() bool { return s.has(keeps) }

// isCollection reports whether a stack is garbage collection's.
func (s stack) isCollection() bool {
	return s.has(collects)
}

// has reports whether the name of a function of the stack begins with one of some words.
func (s stack) has(beginnings []string) bool {
	return slices.ContainsFunc(s, func(l Line) bool {
		return slices.ContainsFunc(beginnings, func(name string) bool { return strings.HasPrefix(l.Function, name) })
	})
}

// searches are the functions of the scheduler at the bottom of its own stack: they look for a
// goroutine to run, and start and stop threads.
var searches = []string{"runtime.mcall", "runtime.mstart", "runtime.park_m", "runtime.schedule", "runtime.findRunnable", "runtime.goexit0", "runtime.gosched_m", "runtime.gopreempt_m", "runtime.goschedImpl", "runtime.sysmon"}

// isSearch reports whether a stack without a line of the user's is the scheduler's.
func (s stack) isSearch() bool {
	return s.has(searches)
}

// kind returns what the frames inside of the user's do, Slower if they are plain code.
func (s stack) kind(m modules) Kind {
	kind := Slower
	for _, l := range s {
		if m.owns(l.Function) {
			break
		}
		for _, f := range frameKinds {
			if strings.HasPrefix(l.Function, f.prefix) {
				kind = f.kind
				break
			}
		}
	}
	return kind
}

// system reports whether a stack is the runtime's alone.
func (s stack) system() bool {
	return !slices.ContainsFunc(s, func(l Line) bool {
		pkg := packageOf(l.Function)
		return pkg != "runtime" && !strings.HasPrefix(pkg, "runtime/") && !strings.HasPrefix(pkg, "internal/runtime/")
	})
}
