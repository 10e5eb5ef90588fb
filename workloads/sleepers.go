package workloads

import (
	"context"
	"slices"
	"time"

	"overlap/primitives"
)

// Sleepers waits on 1 ms timers and does nothing else. It is not a stand-in for
// I/O, which also costs system calls; see Netecho for that. Items are sleeps.
var Sleepers = Workload{
	Name:    "sleepers",
	Kind:    Wait,
	Doc:     "tasks that each wait on a 1 ms timer",
	Models:  "time-outs, polling, rate limits, calls to services that take their time",
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
	tally
	sleeps []time.Duration
}

// sleepersPiece reports whether it has slept for as long as it was told to.
var sleepersPiece = primitives.Define("workloads.sleepers", func(ctx context.Context, d time.Duration) (bool, error) {
	start := time.Now()
	err := primitives.Sleep(ctx, d)
	return time.Since(start) >= d, err
})

func newSleepers(p Params) (Job, error) {
	return &sleepersJob{sleeps: slices.Repeat([]time.Duration{delay}, p.amount(8, 64, 1024))}, nil
}

func (j *sleepersJob) Run(ctx context.Context, ex primitives.Executor) error {
	return runPieces(ctx, ex, j)
}

// Split, Piece and Merge implement Divided.
func (j *sleepersJob) Split() []time.Duration                       { return j.sleeps }
func (j *sleepersJob) Piece() *primitives.Func[time.Duration, bool] { return sleepersPiece }
func (j *sleepersJob) Merge(slept []bool)                           { add(&j.tally, count(slept), len(j.sleeps)) }

func (j *sleepersJob) Serial() error {
	slept := 0
	for _, d := range j.sleeps {
		start := time.Now()
		time.Sleep(d)
		if time.Since(start) >= d {
			slept++
		}
	}
	add(&j.tally, slept, len(j.sleeps))
	return nil
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

func (j *sleepersJob) Items() int { return len(j.sleeps) }
