package workloads

import (
	"context"
	"fmt"

	"overlap/primitives"
)

// Ring passes a token round. A hop is a message: the task that has the token
// submits a task for its neighbour and ends. So the time of a hop is that of
// handing one task from one worker to the next.
//
// Large is 100000 hops round 100 members, or 40000 between two. Medium has a few
// more than half of them, so that the token does not stop where it began. Items
// are hops. A slice is fewer hops.
var Ring = Workload{
	Name:    "ring",
	Kind:    Comm,
	Doc:     "a token that goes round; each hop is a task that the task before submits",
	Models:  "requests passed from service to service, and chains of tasks that wait for their predecessor",
	Source:  "Savina's thread ring and ping-pong (Imam and Sarkar, 2014)",
	Limit:   "the latency of handing one task to another worker",
	Checked: "where the token stops, and the visits to every member",
	Expect:  Flat,
	Why:     "only one task can run at a time, and it is not faster on another core",
	Variants: []Variant{
		{"ring", "100 members", Flat},
		{"pingpong", "2 members", Flat},
	},
	NoProcesses: "its tasks share a token",
	NoInline:    "each hop would run inside the one before",
	NoWeak:      "one token cannot be in two places",
	SetUp:       newRing,
}

// ringMember is padded, so that only the core that has the token needs its cache
// line.
type ringMember struct {
	visits  int
	receive func(*crowd) error
	_       [128 - 2*word]byte
}

// journey is the result.
type journey struct {
	stop, hops int // the member that had the token last; all visits together
	misvisited int // members with too many or too few visits
}

func (t journey) String() string {
	return fmt.Sprintf("%d hops, stopped at %d, %d members with wrong visits", t.hops, t.stop, t.misvisited)
}

type ringJob struct {
	exact[journey]
	members []ringMember

	// The token: only the task that has it may use these.
	left int // hops to go
	at   int
}

func newRing(p Params) (Job, error) {
	n, hops := 100, p.amount(542, 50_042, 100_000)
	if p.Variant == "pingpong" {
		n, hops = 2, p.amount(401, 20_001, 40_000)
	}
	j := &ringJob{members: make([]ringMember, n)}
	j.items, j.plain, j.want = hops, j.serial, journey{stop: hops % n, hops: hops}
	for i := range j.members {
		j.members[i].receive = func(c *crowd) error { return j.receive(c, i) }
	}
	return j, nil
}

func (j *ringJob) Run(ctx context.Context, ex primitives.Executor) error {
	j.begin()
	err := runCrowd(ctx, ex, j.pass)
	if err == nil {
		j.compare(j.end())
	}
	return err
}

func (j *ringJob) begin() {
	j.left, j.at = j.items, 0
	for i := range j.members {
		j.members[i].visits = 0
	}
}

// receive is a task: the token has come to member i.
func (j *ringJob) receive(c *crowd, i int) error {
	j.members[i].visits++
	j.at = i
	j.left--
	j.pass(c)
	return nil
}

// pass sends the token on, unless it has gone far enough. Afterwards another task
// has it.
func (j *ringJob) pass(c *crowd) {
	if j.left > 0 {
		next := (j.at + 1) % len(j.members)
		c.submit(j.members[next].receive)
	}
}

// end counts the visits. Member i, as the i-th after the start, is visited first
// at hop i and then every n hops; the start itself at hop n.
func (j *ringJob) end() journey {
	n := len(j.members)
	got := journey{stop: j.at}
	for i := range j.members {
		visits := j.members[i].visits
		got.hops += visits
		if want := (j.items + n - i) / n; i > 0 && visits != want || i == 0 && visits != want-1 {
			got.misvisited++
		}
	}
	return got
}

func (j *ringJob) serial() journey {
	j.begin()
	for range j.items {
		j.at++
		if j.at == len(j.members) {
			j.at = 0
		}
		j.members[j.at].visits++
	}
	return j.end()
}
