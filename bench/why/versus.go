package why

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/perf/benchfmt"

	"overlap/bench/sweep"
)

// Versus says how to record two builds of a benchmark, one of which takes more.
type Versus struct {
	Base, Head sweep.Recorder
	Point      sweep.Point
	Op         time.Duration // that an operation takes, about
	Kinds      []Turns       // of recordings, in this order
	Time       time.Duration // that all passes may take together, about: the last kind of recording has what is left
	Dir        string        // of the files; it must exist
}

// Turns are passes of both builds with one kind of recording.
type Turns struct {
	Kind   string
	Pairs  int           // at most; two at least, if there is time
	Length time.Duration // that a pass should time, about
	Ops    int           // that a pass has at most; 0 for no limit
}

// The recordings that say where a build takes more. Allocations are counted, so few
// operations suffice, and counting them slows these down: with 100,000, two pairs took longer
// than they may on a machine that was busy.
var (
	AllocTurns = Turns{"allocs", 2, 20 * time.Millisecond, 20_000}
	LockTurns  = Turns{"locks", 4, 150 * time.Millisecond, 0}
	CPUTurns   = Turns{"cpu", 16, 400 * time.Millisecond, 0}
)

// ErrLong is the error of recordings that take much longer than they may.
var ErrLong = errors.New("a pass with a recording takes too long")

// leastPairs is how many are needed to say that a difference is more than chance.
const leastPairs = 2

// Run makes passes of the two builds in turns, each in a process of its own and all with the
// same number of operations, and returns a result of each, in Go benchmark format, with the
// configuration that cause.ReadBuilds expects. It takes half as long again as Time at most,
// and then returns what there is; the error is ErrLong if that is nothing.
func (v Versus) Run(ctx context.Context) (results []byte, err error) {
	began := time.Now()
	ctx, cancel := context.WithTimeoutCause(ctx, v.Time+v.Time/2, ErrLong)
	defer cancel()
	var text bytes.Buffer
	w := benchfmt.NewWriter(&text)
	for _, turns := range v.Kinds {
		ops := max(1, int(turns.Length/max(1, v.Op)))
		if turns.Ops > 0 {
			ops = min(ops, turns.Ops)
		}
		took := time.Duration(0) // of a pair
		for n := range turns.Pairs {
			if n >= leastPairs && time.Since(began)+took > v.Time {
				break
			}
			start := time.Now()
			pair, err := v.pair(ctx, turns.Kind, n, ops)
			if errors.Is(err, ErrLong) && text.Len() > 0 {
				return text.Bytes(), nil
			}
			if err != nil {
				return nil, err
			}
			for _, r := range pair {
				if err := w.Write(r); err != nil {
					return nil, fmt.Errorf("passes: %w", err)
				}
			}
			took = time.Since(start)
		}
	}
	return text.Bytes(), nil
}

// pair makes a pass of each build; base has the first one in every second pair.
func (v Versus) pair(ctx context.Context, kind string, n, ops int) (both [2]*benchfmt.Result, err error) {
	for i := range both {
		side, recorder := "base", v.Base
		if (n+i)%2 == 1 {
			side, recorder = "head", v.Head
		}
		r, err := recorder.Record(ctx, v.Point, ops, kind, filepath.Join(v.Dir, fmt.Sprintf("%s.%s.%d", side, kind, n)))
		if ctx.Err() != nil {
			return both, context.Cause(ctx)
		}
		if err != nil {
			return both, fmt.Errorf("%s: %w", side, err)
		}
		e := sweep.Entry{Result: r}
		e.Describe("side", side)
		e.Describe("pass", kind)
		e.Describe("turn", strconv.Itoa(n))
		e.Describe("modules", strings.Join(recorder.Code(v.Point), " "))
		both[i] = r
	}
	return both, nil
}
