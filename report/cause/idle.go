package cause

import (
	"cmp"
	"slices"
	"strings"
)

// origin is what an idle core is charged to: the stacks of who waits and of what ended that,
// and what the latter waited for meanwhile.
type origin struct {
	kind     Kind
	site, by int32
	during   Kind
	at       int32
	begun    bool // by is where that goroutine was created
}

// charge is core-nanoseconds.
type charge struct{ all, wake float64 }

// pair is a kind with the lines of an origin, which are the same in all generations of a trace.
type pair struct {
	kind     Kind
	site, by Line
}

// ledger divides the idle cores of a tape. It keeps what each goroutine in a state gets, as a
// sum from the start, so that a span gets the difference between its end and its beginning.
type ledger struct {
	*tape
	now    int64
	passed int // samples until now

	busy, ready int // goroutines on processors, and that wait for one
	own         int // of busy: those that run code of the benchmark
	waiting     int // at lines of the user's
	foreign     int // elsewhere
	idle        float64
	each        shares
	begun       []shares // by span
	charges     map[origin]charge
	seen        map[pair][]weighted // of who runs instead of others, and of who ends a wait, before that

	alone, together float64 // nanoseconds in which one goroutine of the benchmark wants to run, and in which several do

	calls  map[int32]float64 // nanoseconds in system calls, on a processor, by stack
	deaths map[Line][]int64  // of goroutines, by the line that created them, in order
}

// shares are the core-nanoseconds for each goroutine that waits, is ready, runs alone, or is
// one of several that run.
type shares struct{ waiting, ready, alone, few float64 }

// divide charges every idle core of a trace.
func (t *tape) divide() *ledger {
	l := &ledger{tape: t, now: t.start, begun: make([]shares, len(t.spans)), charges: map[origin]charge{}, seen: map[pair][]weighted{}, calls: map[int32]float64{}, deaths: map[Line][]int64{}}
	for _, g := range t.goroutines {
		if line, ok := t.line(g.root); ok && g.died > 0 {
			l.deaths[line] = append(l.deaths[line], g.died)
		}
	}
	for _, list := range l.deaths {
		slices.Sort(list)
	}
	procs, halted := t.procs, false
	for i, c := range t.changes {
		if i == 0 {
			procs = c.procs
		}
		l.pass(c.at, int(procs), halted)
		procs, halted = c.procs, c.halted
		if c.old != none {
			l.count(t.spans[c.old], -1)
			l.settle(c.old)
		}
		if c.next != none {
			l.count(t.spans[c.next], 1)
			l.begun[c.next] = l.each
		}
	}
	l.pass(t.end, int(procs), halted)
	for _, g := range t.goroutines {
		if g.span != none {
			l.settle(g.span)
		}
	}
	return l
}

// pass divides the idle cores from now until a moment.
func (l *ledger) pass(until int64, procs int, halted bool) {
	length := float64(until - l.now)
	l.now = until
	first := l.passed
	for l.passed < len(l.samples) && l.samples[l.passed].at <= until {
		l.passed++
	}
	if length <= 0 {
		return
	}
	switch n := l.own + l.ready; {
	case n == 1:
		l.alone += length
	case n > 1:
		l.together += length
	}
	free := max(0, procs-l.busy)
	l.idle += length * float64(free)
	if halted {
		l.add(origin{kind: GC}, length*float64(free), 0)
		return
	}
	give := func(to int) float64 {
		n := min(free, to)
		free -= n
		return length * float64(n) / float64(max(1, to))
	}
	l.each.ready += give(l.ready)
	l.each.waiting += give(l.waiting)
	give(l.foreign)
	if free > 0 {
		for _, x := range l.samples[first:l.passed] {
			l.sample(x, float64(free))
		}
	}
	if share := length * float64(free) / float64(max(1, l.own)); l.own == 1 {
		l.each.alone += share
	} else if l.own > 1 {
		l.each.few += share
	}
}

// sample notes what a goroutine does while there are too few for the cores.
func (l *ledger) sample(x sample, free float64) {
	kind := Serial
	if l.own > 1 {
		kind = TooFew
	}
	if o, ok := l.stretch(kind, l.spans[x.span]); ok {
		l.note(o, x, free/float64(l.own))
	}
}

// note keeps a sample for the cause that an origin becomes.
func (l *ledger) note(o origin, x sample, value float64) {
	p := l.pair(o)
	l.seen[p] = append(l.seen[p], weighted{l.stacks[x.stack].path, value})
}

func (l *ledger) pair(o origin) pair {
	site, _ := l.line(o.site)
	by, _ := l.line(o.by)
	return pair{o.kind, site, by}
}

// stretch returns what a span is charged to in which a goroutine of the benchmark runs and
// there are too few of them.
func (l *ledger) stretch(kind Kind, s span) (origin, bool) {
	code, ok := l.code(s)
	if !ok {
		return origin{}, false
	}
	o := origin{kind: kind, site: code, by: s.by}
	if len(l.stacks[s.by].path) == 0 {
		o.by = 0
	}
	if len(l.stacks[s.site].path) > 0 {
		o.site = s.site
	}
	return o, true
}

// count adds d goroutines in a state.
func (l *ledger) count(s span, d int) {
	switch s.state {
	case running, calling:
		l.busy += d
		if _, ok := l.code(s); ok {
			l.own += d
		}
	case ready:
		l.ready += d
	case away, waiting:
		if _, ok := l.waitKind(s); ok {
			l.waiting += d
		} else if f := l.stacks[s.site]; s.ended && !f.harness && !f.system {
			l.foreign += d
		}
	}
}

// code returns a stack in whose function a goroutine of the benchmark runs.
func (l *ledger) code(s span) (int32, bool) {
	if s.state != running {
		return 0, false
	}
	for _, i := range []int32{s.by, s.site, l.goroutines[s.g].root} {
		if len(l.stacks[i].path) > 0 {
			return i, true
		}
	}
	return 0, false
}

// waitKind returns what a goroutine waits for, and whether it counts: not if it waits for the
// whole benchmark, or for ever, or not at a line of the user's.
func (l *ledger) waitKind(s span) (Kind, bool) {
	f := l.stacks[s.site]
	if !s.ended || f.harness || len(f.path) == 0 {
		return "", false
	}
	if s.state != waiting {
		return Syscall, true
	}
	switch s.reason {
	case "GC mark assist wait for work", "wait until GC ends", "GC weak to strong wait":
		return GC, true
	case "network":
		return IO, true
	case "sleep":
		return Sleep, true
	case "chan send", "chan receive", "select":
		if s.waker == none {
			return Sleep, true // a timer
		}
		return Channel, true
	case "sync.(*Cond).Wait":
		return Signal, true
	case "sync", "":
		switch f.kind {
		case Readers: // of which a writer keeps the lock
			return Lock, true
		case Lock, Channel, Sleep, IO, Signal:
			return f.kind, true
		case Allocator, Maps: // for the collector, to begin or to end a cycle
			return GC, true
		case Join:
			if l.siblingDied(s) {
				return Imbalance, true
			}
			return Join, true
		}
	}
	return "", false
}

// siblingDied reports whether a goroutine that was created at the same line as the one that
// ended a wait died in its lifetime, before that.
func (l *ledger) siblingDied(s span) bool {
	if s.waker == none {
		return false
	}
	g := l.goroutines[s.waker]
	line, ok := l.line(g.root)
	if !ok {
		return false
	}
	list := l.deaths[line]
	i, _ := slices.BinarySearch(list, g.born+1)
	return i < len(list) && list[i] < s.to
}

// settle charges a span that ends now.
func (l *ledger) settle(i int32) {
	s, from := l.spans[i], l.begun[i]
	switch s.state {
	case calling:
		if f := l.stacks[s.site]; s.ended && !f.harness && len(f.path) > 0 {
			l.calls[s.site] += float64(s.to - s.from)
		}
	case waiting, away:
		if o, ok := l.origin(s); ok {
			l.add(o, l.each.waiting-from.waiting, 0)
			l.watch(o, s)
		}
	case ready:
		share := l.each.ready - from.ready
		if s.wait > 0 {
			before := l.spans[s.wait-1]
			if o, ok := l.origin(before); ok {
				l.add(o, share, share)
			} else if strings.HasPrefix(before.reason, "GC ") { // the collector's own goroutine
				l.add(origin{kind: GC}, share, share)
			}
		} else if f := l.stacks[s.site]; len(f.path) > 0 && !f.harness {
			kind := Yield
			if l.goroutines[s.g].born == s.from {
				kind = Start
			}
			l.add(origin{kind: kind, site: s.site}, share, share)
		}
	case running:
		for kind, share := range map[Kind]float64{Serial: l.each.alone - from.alone, TooFew: l.each.few - from.few} {
			if o, ok := l.stretch(kind, s); ok {
				l.add(o, share, 0)
			}
		}
	}
}

func (l *ledger) add(o origin, all, wake float64) {
	if all > 0 {
		c := l.charges[o]
		l.charges[o] = charge{c.all + all, c.wake + wake}
	}
}

// origin returns what a wait is charged to.
func (l *ledger) origin(s span) (origin, bool) {
	kind, ok := l.waitKind(s)
	if !ok {
		return origin{}, false
	}
	o := origin{kind: kind, site: s.site, by: s.by}
	if s.waker != none {
		o.during, o.at = l.meanwhile(s)
		if len(l.stacks[s.by].path) == 0 { // as in WaitGroup.Go, after the function has returned
			o.by, o.begun = l.goroutines[s.waker].root, true
		}
	}
	return o, true
}

// watch notes what the goroutine that ended a wait did meanwhile.
func (l *ledger) watch(o origin, s span) {
	if s.waker == none {
		return
	}
	list := l.goroutines[s.waker].samples
	i, _ := slices.BinarySearchFunc(list, s.from, func(x int32, at int64) int { return cmp.Compare(l.samples[x].at, at) })
	for ; i < len(list) && l.samples[list[i]].at < s.to; i++ {
		l.note(o, l.samples[list[i]], 1)
	}
}

// meanwhile returns for what, and where, the goroutine that ended a wait had itself waited for
// more than half of the time; nothing if it ran.
func (l *ledger) meanwhile(s span) (Kind, int32) {
	pauses := l.goroutines[s.waker].pauses
	i, _ := slices.BinarySearchFunc(pauses, s.to, func(p int32, at int64) int {
		if l.spans[p].from < at {
			return -1
		}
		return 1
	})
	var longest int64
	var which span
	for n := 0; i > 0 && n < 64 && l.spans[pauses[i-1]].to > s.from; n++ {
		i--
		p := l.spans[pauses[i]]
		if took := min(p.to, s.to) - max(p.from, s.from); took > longest && p.state != ready {
			longest, which = took, p
		}
	}
	if 2*longest <= s.to-s.from {
		return "", 0
	}
	if which.state != waiting {
		return Syscall, which.site
	}
	switch which.reason {
	case "network":
		return IO, which.site
	case "sleep":
		return Sleep, which.site
	}
	return l.stacks[which.site].kind, which.site
}
