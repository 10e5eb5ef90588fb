package cause

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/exp/trace"
)

// The limits of an input. What a trace has beyond them is not read.
const (
	maxTrace  = 64 << 20
	maxEvents = 3 << 20 // two seconds and half a gigabyte; a recording of 8 MB has about two million
	maxFrames = 128
	maxProcs  = 1 << 12
)

var errTooLarge = errors.New("it is too large")

// state is what a goroutine does.
type state uint8

const (
	running state = iota
	calling       // in a system call, on a processor
	away          // in a system call, without one
	ready
	waiting
	dead
)

// span is a time of one goroutine in one state, from one event to the next.
type span struct {
	from, to int64
	g        int32
	waker    int32 // goroutine that ended the wait, none if nobody did
	site, by int32 // stacks at the beginning, and of what ended it
	wait     int32 // of ready: 1 + the span that it comes after, 0 if the goroutine is new or stopped by itself
	state    state
	ended    bool
	reason   string
}

const none = -1

// change is a moment at which a goroutine changes, or the number of processors.
type change struct {
	at        int64
	old, next int32 // spans, or none
	procs     int32
	halted    bool // by the garbage collector
}

// sample is a moment at which a goroutine used CPU time, with its stack.
type sample struct {
	at          int64
	span, stack int32
}

// goroutine is what is known of one.
type goroutine struct {
	span    int32   // the current one, or none
	pauses  []int32 // spans in which it did not run
	samples []int32
	root    int32 // stack that created it
	born    int64
	died    int64 // 0 if it did not
}

// tape is a trace as spans.
type tape struct {
	m          modules
	procs      int32
	halted     bool
	stacks     []frames // 0 is unknown
	spans      []span
	changes    []change
	samples    []sample
	goroutines []goroutine
	start, end int64

	ids   map[trace.GoID]int32
	calls map[trace.ProcID]int32 // goroutines in system calls
	known map[trace.Stack]int32
}

// frames is a stack, with what is asked of it often.
type frames struct {
	path    []Line // the user's frames
	via     string // the function of another module inside of the first of them
	kind    Kind   // of what is inside of the first of them
	harness bool
	system  bool // all frames are the runtime's
}

// readTrace reads an execution trace of package runtime/trace: at most some events from its
// beginning, and, if it is cut or damaged, the generations before that. It fails on one without
// any, and on one older than Go 1.22.
func readTrace(r io.Reader, m modules, procs, most int) (t *tape, err error) {
	defer func() {
		if p := recover(); p != nil { // the reader trusts its input too much
			t, err = nil, fmt.Errorf("it is damaged: %v", p)
		}
	}()
	text, err := io.ReadAll(io.LimitReader(r, maxTrace))
	if err != nil {
		return nil, err
	}
	if err := checkVersion(text); err != nil {
		return nil, err
	}
	reader, err := trace.NewReader(bufio.NewReader(bytes.NewReader(text)))
	if err != nil {
		return nil, fmt.Errorf("it is damaged: %w", err)
	}
	t = &tape{m: m, procs: int32(procs), stacks: []frames{{system: true}}, ids: map[trace.GoID]int32{}, calls: map[trace.ProcID]int32{}, known: map[trace.Stack]int32{trace.NoStack: 0}}
	whole := 0 // events before the current generation
	for n := range most {
		e, err := reader.ReadEvent()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil && whole > 0 {
			return readTrace(bytes.NewReader(text), m, procs, whole)
		}
		if err != nil {
			return nil, fmt.Errorf("it is damaged or cut off: %w", err)
		}
		if e.Kind() == trace.EventSync {
			whole = n
		}
		t.see(e)
	}
	if t.end <= t.start {
		return nil, errors.New("it has no times")
	}
	return t, nil
}

// checkVersion refuses the formats before Go 1.22, which the reader reads at once, with no
// limit on memory.
func checkVersion(text []byte) error {
	var minor int
	if _, err := fmt.Sscanf(string(text[:min(16, len(text))]), "go 1.%d trace", &minor); err != nil || minor < 22 {
		return errors.New("it is not one of Go 1.22 or later")
	}
	return nil
}

func (t *tape) see(e trace.Event) {
	at := int64(e.Time())
	if t.start == 0 {
		t.start = at
	}
	t.end = max(t.end, at)
	switch e.Kind() {
	case trace.EventMetric:
		if v := e.Metric(); v.Name == "/sched/gomaxprocs:threads" && v.Value.Kind() == trace.ValueUint64 {
			t.procs = int32(min(v.Value.Uint64(), maxProcs))
			t.changed(at, none, none)
		}
	case trace.EventRangeBegin, trace.EventRangeActive, trace.EventRangeEnd:
		if name := e.Range().Name; strings.HasPrefix(name, "stop-the-world (GC") {
			t.halted = e.Kind() != trace.EventRangeEnd
			t.changed(at, none, none)
		}
	case trace.EventStackSample:
		if id := e.Goroutine(); id != trace.NoGoroutine {
			t.sampled(at, t.goroutine(id), t.stack(e.Stack()))
		}
	case trace.EventStateTransition:
		switch change := e.StateTransition(); change.Resource.Kind {
		case trace.ResourceProc:
			t.loses(at, change)
		case trace.ResourceGoroutine:
			t.turn(at, e, change)
		}
	}
}

func (t *tape) changed(at int64, old, next int32) {
	t.changes = append(t.changes, change{at, old, next, t.procs, t.halted})
}

// loses follows a processor that is taken from a goroutine in a system call.
func (t *tape) loses(at int64, c trace.StateTransition) {
	p := c.Resource.Proc()
	i, called := t.calls[p]
	if _, to := c.Proc(); to != trace.ProcIdle || !called {
		return
	}
	delete(t.calls, p)
	if g := t.goroutines[i]; g.span != none && t.spans[g.span].state == calling {
		t.next(at, i, span{state: away, site: t.spans[g.span].site}, none, 0)
	}
}

// turn follows a goroutine into its next state.
func (t *tape) turn(at int64, e trace.Event, c trace.StateTransition) {
	from, to := c.Goroutine()
	if from == to {
		return
	}
	i, actor, stack := t.goroutine(c.Resource.Goroutine()), int32(none), t.stack(e.Stack())
	if id := e.Goroutine(); id != trace.NoGoroutine && id != c.Resource.Goroutine() {
		actor = t.goroutine(id)
		t.acts(at, actor, stack)
	}
	own := stack // where the goroutine stops
	if actor != none {
		own = 0
	}
	if c.Stack != trace.NoStack && from != trace.GoNotExist {
		own = t.stack(c.Stack)
	}
	g := &t.goroutines[i]
	before := span{} // what it was doing
	if g.span != none {
		before = t.spans[g.span]
	}
	switch {
	case to == trace.GoNotExist:
		g.died = at
		t.next(at, i, span{state: dead}, none, own)
	case from == trace.GoNotExist && to == trace.GoRunnable:
		g.root, g.born = stack, at
		t.next(at, i, span{state: ready, site: stack}, none, 0)
	case to == trace.GoRunning:
		t.next(at, i, span{state: running, site: before.site}, none, 0)
	case to == trace.GoSyscall:
		t.calls[e.Proc()] = i
		t.next(at, i, span{state: calling, site: own}, none, own)
	case to == trace.GoWaiting:
		t.next(at, i, span{state: waiting, site: own, reason: c.Reason}, none, own)
	case to == trace.GoRunnable && (from == trace.GoWaiting || from == trace.GoSyscall):
		by := int32(0)
		if actor != none {
			by = stack
		}
		t.next(at, i, span{state: ready, site: before.site, wait: g.span + 1}, actor, by)
	case to == trace.GoRunnable:
		t.next(at, i, span{state: ready, site: own}, none, own)
	}
}

// sampled notes what a goroutine uses CPU time for, if that is the user's.
func (t *tape) sampled(at int64, i, stack int32) {
	if g := &t.goroutines[i]; g.span != none && len(t.stacks[stack].path) > 0 {
		g.samples = append(g.samples, int32(len(t.samples)))
		t.samples = append(t.samples, sample{at, g.span, stack})
	}
}

// acts notes where a goroutine that runs is.
func (t *tape) acts(at int64, i, stack int32) {
	if g := t.goroutines[i]; stack != 0 && g.span != none && t.spans[g.span].state == running {
		t.next(at, i, span{state: running, site: stack}, none, stack)
	}
}

// next ends the span of a goroutine, by what a goroutine does at a stack, and begins another.
func (t *tape) next(at int64, i int32, s span, waker, by int32) {
	g := &t.goroutines[i]
	old := g.span
	if old != none {
		o := &t.spans[old]
		o.to, o.ended, o.waker, o.by = at, true, waker, by
		if o.state != running {
			g.pauses = append(g.pauses, old)
		}
	}
	if g.span = none; s.state != dead {
		s.from, s.g, s.waker = at, i, none
		g.span = int32(len(t.spans))
		t.spans = append(t.spans, s)
	}
	t.changed(at, old, g.span)
}

// goroutine returns the number of a goroutine.
func (t *tape) goroutine(id trace.GoID) int32 {
	i, known := t.ids[id]
	if !known {
		i = int32(len(t.goroutines))
		t.ids[id] = i
		t.goroutines = append(t.goroutines, goroutine{span: none})
	}
	return i
}

// stack returns the number of a stack. Every generation of a trace has its own table of them,
// so equal stacks may have several numbers.
func (t *tape) stack(s trace.Stack) int32 {
	i, known := t.known[s]
	if known {
		return i
	}
	var list stack
	for f := range s.Frames() {
		if len(list) == maxFrames {
			break
		}
		list = append(list, Line{f.Func, f.File, int(f.Line)})
	}
	i = int32(len(t.stacks))
	t.known[s] = i
	t.stacks = append(t.stacks, frames{path: list.path(t.m), via: list.via(t.m), kind: list.kind(t.m), harness: list.harness(), system: list.system()})
	return i
}
