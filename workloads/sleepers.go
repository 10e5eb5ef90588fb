package workloads

import (
	"context"
	"slices"
	"time"

	"overlap/primitives"
)

// Sleepers does not represent I/O, which also costs system calls; see Netecho for
// that. Items are sleeps.
var Sleepers = Workload{
	Name:    "sleepers",
	Kind:    Wait,
	Doc:     "tasks that each wait on a 1 ms timer",
	Models:  "time-outs, polling, rate limits, calls to slow services",
	Source:  "the sleep of every tutorial on threads",
	Limit:   "nothing but the number of workers",
	Checked: "every task has slept for 1 ms or longer",
	Expect:  Waiting,
	Why:     "waits overlap on one core as well as on many",
	SetUp:   newSleepers,
}

// delay is how long the tasks of the waiting workloads wait.
const delay = time.Millisecond

type sleepersJob struct {
	exact[int] // tasks that have slept for long enough
	divided[time.Duration, bool]
}

// sleepersPiece reports whether it has slept for d or longer.
var sleepersPiece = primitives.Define("workloads.sleepers", func(ctx context.Context, d time.Duration) (bool, error) {
	start := time.Now()
	err := primitives.Sleep(ctx, d)
	return time.Since(start) >= d, err
})

func newSleepers(p Params) (Job, error) {
	j := &sleepersJob{}
	j.items = p.amount(8, 64, 1024)
	j.want = j.items
	j.args, j.piece = slices.Repeat([]time.Duration{delay}, j.items), sleepersPiece
	j.merge = func(slept []bool) { j.compare(count(slept)) }
	j.plain = func() (slept int) {
		for _, d := range j.args {
			start := time.Now()
			time.Sleep(d)
			if time.Since(start) >= d {
				slept++
			}
		}
		return slept
	}
	return j, nil
}

// count returns how many are true.
func count(list []bool) (n int) {
	for _, b := range list {
		if b {
			n++
		}
	}
	return n
}
