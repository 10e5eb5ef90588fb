package cause

import (
	"fmt"
	"math"
	"path/filepath"
	"strings"

	"overlap/internal/table"
)

// Place is a line for people: "cache.go:25 (*Cache).Get".
func (l Line) Place() string {
	if l.File == "" {
		return l.name()
	}
	return fmt.Sprintf("%s:%d %s", filepath.Base(l.File), l.Line, l.name())
}

// name is the function without its package.
func (l Line) name() string {
	name := l.Function[strings.LastIndexByte(l.Function, '/')+1:]
	if bracket := strings.IndexByte(l.Function, '['); bracket >= 0 { // which may hold a path
		name = l.Function[strings.LastIndexByte(l.Function[:bracket], '/')+1:]
	}
	if _, rest, ok := strings.Cut(name, "."); ok {
		name = rest
	}
	return name
}

// Words say in one sentence what all cores bring, in at most Told what took them; without is
// the speedup to expect without the first of these, empty if that is unknown.
func (a Account) Words() (head string, told []string, without string) {
	head = fmt.Sprintf("%v cores do what %s do on one", a.Cores, table.Figures(a.Work))
	if s := float64(a.Speedup); !math.IsNaN(s) {
		head = fmt.Sprintf("speedup S %s on %v cores, %s of which do work that one core does, too", table.Figures(s), a.Cores, table.Figures(a.Work))
	}
	for i, c := range a.Causes[:min(Told, len(a.Causes))] {
		if i == 0 || c.Cores >= a.Cores/100 { // the table has the others
			told = append(told, c.Text)
		}
	}
	if len(a.Causes) > 0 && !math.IsNaN(float64(a.Causes[0].Without)) {
		without = table.Figures(float64(a.Causes[0].Without))
	}
	return head, told, without
}

// Table has all parts, which sum to the cores.
func (a Account) Table() table.Table {
	t := table.Table{Head: []string{"cores", "part", "line", "holder", "waking"}, Numbers: []bool{true, false, false, false, true}}
	row := func(cores float64, part, line, holder, wake string) {
		t.Rows = append(t.Rows, []string{table.Figures(cores), part, line, holder, wake})
	}
	row(a.Work, "work", "", "", "")
	for _, c := range a.Causes {
		line, holder, wake := "", "", ""
		if c.Line != (Line{}) {
			line = table.OneLine(c.lines())
		}
		if c.Holder != nil {
			holder = table.OneLine(c.Holder.Place())
		}
		if c.Wake > 0 {
			wake = table.Figures(c.Wake)
		}
		row(c.Cores, string(c.Kind), line, holder, wake)
	}
	row(a.Rest, "not attributed", "", "", "")
	return t
}

// sentence says what took how many of all cores, in words.
func (c Cause) sentence(cores float64) string {
	return fmt.Sprintf("%s of %v cores %s", table.Figures(c.Cores), cores, c.predicate()+c.Counters.evidence())
}

// predicate is what the cores do, from the verb on.
func (c Cause) predicate() string {
	at := "at " + c.Line.Place() + within(c.In)
	if c.Line == (Line{}) {
		at = "outside of your code"
	}
	switch c.Kind {
	case Lock:
		return "wait " + at + " for the lock" + c.ofHolder(" that %s holds until %s") + c.meanwhile()
	case Channel:
		if c.Mutual {
			return "wait " + at + c.ofHolder(" and in %s at %s") + ": each end of the channel waits for the other"
		}
		return "wait " + at + " for the other end of a channel" + c.ofHolder(", which %s has at %s") + c.meanwhile()
	case Join:
		return "wait " + at + " for others to be done" + c.ofHolder(": the last is %s, at %s") + c.meanwhile()
	case Signal:
		return "wait " + at + " for the sync.Cond" + c.ofHolder(", which %s signals at %s") + c.meanwhile()
	case Imbalance:
		return "wait " + at + " for the last goroutine of a group: some have more to do than others" + c.ofHolder("; the last is %s, at %s")
	case Serial:
		return "have no goroutine to run while one runs alone " + at
	case TooFew:
		return "have no goroutine to run: there are fewer than cores, all the time; they run " + at
	case Sleep:
		return "wait " + at + " for a timer"
	case IO:
		return "wait " + at + " for the network or a file"
	case Syscall:
		if c.CPU > c.Cores/2 {
			return "go to the system call " + at + c.slower()
		}
		return "wait " + at + " for a system call"
	case Start:
		return "wait for a goroutine that is started " + at + " to run"
	case Yield:
		return "wait for a goroutine that was preempted, or let others run, " + at
	case Readers:
		return "go to the readers' count of the RWMutex at " + c.lines() + ": RLock and RUnlock write to one cache line"
	case Atomic:
		return "go to the atomic operation at " + c.lines() + ": cores write to one cache line"
	case Memory:
		return "go to " + c.lines() + c.slower() + ": cores write to one cache line, plainly or by atomic operations, or memory is too slow for them"
	case Slower:
		return "go to " + c.lines() + c.slower() + ": caches, memory or the clock are shared"
	case Allocator:
		return "go to allocating memory " + at
	case Maps:
		return "go to growing the map " + at
	case Pool:
		return "go to the sync.Pool " + at
	case GC:
		return "go to collecting the garbage that is made " + at
	case Harness:
		return "go to package testing " + at + ", which hands out the operations of RunParallel"
	case RunQueue:
		return "are taken by other programs"
	case Steal:
		return "are stolen by the hypervisor, for other guests"
	case Quota:
		return "are stopped by the CPU quota"
	}
	return "go to " + string(c.Kind) + " " + at
}

// ofHolder formats the function and the line of the holder.
func (c Cause) ofHolder(format string) string {
	if c.Holder == nil {
		return ""
	}
	return fmt.Sprintf(format, c.Holder.name(), strings.TrimSuffix(c.Holder.Place(), " "+c.Holder.name())+within(c.HolderIn))
}

// within names the function of another module that a line calls.
func within(function string) string {
	if function == "" {
		return ""
	}
	return " in " + function[strings.LastIndexByte(function, '/')+1:]
}

// meanwhile says what the holder waits for.
func (c Cause) meanwhile() string {
	if c.During == "" || c.At == nil {
		return ""
	}
	return fmt.Sprintf("; meanwhile it waits (%s) at %s", c.During, c.At.Place())
}

// lines is the range that a cause may be at.
func (c Cause) lines() string {
	if c.From == c.Until || c.Line == (Line{}) {
		return c.Line.Place()
	}
	return fmt.Sprintf("%s:%d–%d %s", filepath.Base(c.Line.File), c.From, c.Until, c.Line.name())
}

// slower says how much more CPU time the line takes than on one core.
func (c Cause) slower() string {
	if c.Growth <= 1 {
		return ""
	}
	return fmt.Sprintf(", which takes %s× the CPU time of one core", table.Figures(c.Growth))
}
