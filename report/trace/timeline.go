package trace

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/exp/trace"
)

// State is what happens to a customer.
type State int

// The states: Running is being scanned by a core, Ready is waiting for a core, and
// Waiting is waiting for something else, the payment.
const (
	Running State = iota
	Ready
	Waiting
)

// Stretch is a time in one state. Start and End are seconds from the start of
// the timeline.
type Stretch struct {
	Start, End float64
	State      State
	Proc       int // of the Go scheduler; -1 unless Running
}

// Customer is a customer in progress: one region of a trace, from the moment that a
// worker takes it until it is done.
type Customer struct {
	Queue, Number int // from 0 and 1: "customer B3" is 1 and 3
	Start, End    float64
	Stretches     []Stretch // one after the other, without gaps
}

// Name returns the customer's name in the recording, such as "B3".
func (v Customer) Name() string { return string(rune('A'+v.Queue)) + strconv.Itoa(v.Number) }

// Timeline is a recording of customers of several queues: who was in progress
// when, and who ran on which core.
type Timeline struct {
	Procs     int        // GOMAXPROCS
	Length    float64    // seconds from the first customer's start to the last one's end
	Customers []Customer // in the order of their starts

	MostInProgress, MostRunning int     // at one instant
	InProgress, Running         float64 // mean over the length: concurrency and parallelism
}

// The limits of a recording, which has a few customers and lasts milliseconds.
const (
	maxTrace     = 16 << 20
	maxEvents    = 1 << 20
	maxCustomers = 1 << 10
)

var errTooLarge = errors.New("the trace is too large for a recording of a few customers")

// ReadTimeline reads an execution trace of package runtime/trace in which each
// customer is a region named "customer" and queue and number, such as "customer
// A1", on the goroutine that serves it. It fails on a trace that is cut or
// garbled, larger than 16 MiB, older than Go 1.22, or without customers.
func ReadTimeline(r io.Reader) (t Timeline, err error) {
	defer func() {
		if p := recover(); p != nil { // the reader trusts its input too much
			t, err = Timeline{}, fmt.Errorf("the trace is damaged: %v", p)
		}
	}()
	text, err := io.ReadAll(io.LimitReader(r, maxTrace+1))
	if err != nil {
		return Timeline{}, err
	}
	if len(text) > maxTrace {
		return Timeline{}, errTooLarge
	}
	buffered := bufio.NewReader(bytes.NewReader(text))
	if err := checkVersion(buffered); err != nil {
		return Timeline{}, err
	}
	reader, err := trace.NewReader(buffered)
	if err != nil {
		return Timeline{}, fmt.Errorf("the trace is damaged: %w", err)
	}
	w := watch{serving: map[trace.GoID]*service{}}
	for n := 0; ; n++ {
		e, err := reader.ReadEvent()
		if errors.Is(err, io.EOF) {
			break
		}
		if n == maxEvents || len(w.done) > maxCustomers {
			return Timeline{}, errTooLarge
		}
		if err != nil {
			return Timeline{}, fmt.Errorf("the trace is damaged or truncated: %w", err)
		}
		w.see(e)
	}
	return w.timeline()
}

// checkVersion refuses the formats before Go 1.22, which the reader reads at once,
// with no limit on memory.
func checkVersion(r *bufio.Reader) error {
	var minor int
	head, err := r.Peek(16)
	if err != nil {
		return errors.New("not an execution trace: too short")
	}
	if _, err := fmt.Sscanf(string(head), "go 1.%d trace", &minor); err != nil || minor < 22 {
		return errors.New("not an execution trace of Go 1.22 or later")
	}
	return nil
}

// watch follows the goroutines that serve customers.
type watch struct {
	procs   int
	serving map[trace.GoID]*service
	done    []Customer
}

// service is a customer in progress, in nanoseconds of the trace.
type service struct {
	customer Customer
	since    trace.Time
	state    State
	proc     int
}

func (w *watch) see(e trace.Event) {
	switch e.Kind() {
	case trace.EventMetric:
		if m := e.Metric(); m.Name == "/sched/gomaxprocs:threads" && m.Value.Kind() == trace.ValueUint64 {
			w.procs = int(min(m.Value.Uint64(), maxCustomers))
		}
	case trace.EventRegionBegin:
		queue, number, ok := parseCustomer(e.Region().Type)
		if ok && w.serving[e.Goroutine()] == nil {
			w.serving[e.Goroutine()] = &service{Customer{Queue: queue, Number: number, Start: float64(e.Time())}, e.Time(), Running, int(e.Proc())}
		}
	case trace.EventRegionEnd:
		if s := w.serving[e.Goroutine()]; s != nil && "customer "+s.customer.Name() == e.Region().Type {
			s.turn(e.Time(), Running, -1)
			s.customer.End = float64(e.Time())
			w.done = append(w.done, s.customer)
			delete(w.serving, e.Goroutine())
		}
	case trace.EventStateTransition:
		w.change(e)
	}
}

func (w *watch) change(e trace.Event) {
	t := e.StateTransition()
	if t.Resource.Kind != trace.ResourceGoroutine {
		return
	}
	s := w.serving[t.Resource.Goroutine()]
	if s == nil {
		return
	}
	from, to := t.Goroutine()
	if from == to {
		return
	}
	state, proc := stateOf(to), -1
	if state == Running {
		proc = int(e.Proc())
	}
	s.turn(e.Time(), state, proc)
}

// stateOf returns the state of a goroutine's customer. In a system call the kernel
// works on it, on the same core.
func stateOf(g trace.GoState) State {
	switch g {
	case trace.GoRunning, trace.GoSyscall:
		return Running
	case trace.GoRunnable:
		return Ready
	}
	return Waiting
}

// turn ends the stretch so far and begins the next.
func (s *service) turn(at trace.Time, next State, proc int) {
	if at > s.since {
		s.customer.Stretches = append(s.customer.Stretches, Stretch{float64(s.since), float64(at), s.state, s.proc})
	}
	s.since, s.state, s.proc = at, next, proc
}

// parseCustomer reads the type of a region, such as "customer B12".
func parseCustomer(s string) (queue, number int, ok bool) {
	name, found := strings.CutPrefix(s, "customer ")
	if !found || len(name) < 2 || len(name) > 5 || name[0] < 'A' || name[0] > 'Z' {
		return 0, 0, false
	}
	number, err := strconv.Atoi(name[1:])
	return int(name[0] - 'A'), number, err == nil && number > 0 && name[1] != '+'
}

// timeline makes seconds of nanoseconds, from the first start.
func (w *watch) timeline() (Timeline, error) {
	if len(w.done) == 0 {
		return Timeline{}, errors.New("the trace has no customers: it is not a recording of cashiers")
	}
	slices.SortFunc(w.done, func(a, b Customer) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.Queue, b.Queue), cmp.Compare(a.Number, b.Number))
	})
	t := Timeline{Procs: w.procs, Customers: w.done}
	zero := t.Customers[0].Start
	seconds := func(at *float64) { *at = (*at - zero) / 1e9 }
	var inProgress, running []Stretch
	for i := range t.Customers {
		v := &t.Customers[i]
		seconds(&v.Start)
		seconds(&v.End)
		t.Length = max(t.Length, v.End)
		inProgress = append(inProgress, Stretch{Start: v.Start, End: v.End})
		for j := range v.Stretches {
			s := &v.Stretches[j]
			seconds(&s.Start)
			seconds(&s.End)
			if s.State == Running {
				running = append(running, *s)
				t.Procs = max(t.Procs, s.Proc+1)
			}
		}
	}
	if !(t.Length > 0) || t.Procs > maxCustomers {
		return Timeline{}, errors.New("the trace has no times, or impossibly many processors")
	}
	t.InProgress, t.MostInProgress = atOnce(inProgress, t.Length)
	t.Running, t.MostRunning = atOnce(running, t.Length)
	return t, nil
}

// atOnce counts the stretches at an instant: their mean over a length of time, and
// the maximum.
func atOnce(stretches []Stretch, length float64) (mean float64, most int) {
	type change struct {
		at   float64
		more int
	}
	var changes []change
	for _, s := range stretches {
		mean += (s.End - s.Start) / length
		changes = append(changes, change{s.Start, 1}, change{s.End, -1})
	}
	// A stretch does not overlap with one that begins when it ends.
	slices.SortFunc(changes, func(a, b change) int { return cmp.Or(cmp.Compare(a.at, b.at), a.more-b.more) })
	n := 0
	for _, c := range changes {
		n += c.more
		most = max(most, n)
	}
	return mean, most
}
