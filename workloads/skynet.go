package workloads

import (
	"context"

	"overlap/primitives"
)

// Skynet is a tree of tasks with ten children each: a leaf returns its number,
// every other task submits its children, waits for them and returns their sum.
//
// Large is 10^6 leaves, medium 10^4, small 10^3. A slice has the first leaves;
// weak scaling has more. The tree is as low as the leaves allow. Items are
// leaves.
var Skynet = Workload{
	Name:        "skynet",
	Kind:        Spawn,
	Doc:         "a tree of 11 111 tasks, ten children each, that return the sum of their leaves' numbers",
	Models:      "fork and join of very small tasks: recursive divide and conquer, actors, microservices",
	Source:      "skynet (Temerev, 2016), as fork and join",
	Limit:       "making, queueing and joining futures",
	Checked:     "the sum, against the closed form n(n−1)/2",
	Expect:      Overhead,
	Why:         "a task's work is a few additions, which cost less than its future",
	NoProcesses: "its tasks share their executor, to which they submit other tasks",
	SetUp:       newSkynet,
}

const skynetChildren = 10

type skynetJob struct {
	exact[int]
	root int // leaves that the tree has room for: a power of ten
}

func newSkynet(p Params) (Job, error) {
	j := &skynetJob{root: 1}
	j.items = p.amount(1e3, 1e4, 1e6)
	for j.root < j.items {
		j.root *= skynetChildren
	}
	j.want = j.items * (j.items - 1) / 2
	j.plain = func() int { return j.serial(0, j.root) }
	return j, nil
}

func (j *skynetJob) Run(ctx context.Context, ex primitives.Executor) error {
	got, err := j.submit(ctx, ex, 0, j.root).Await(context.Background())
	if err == nil {
		j.compare(got)
	}
	return err
}

// submit submits the subtree of room leaves from first on to ex.
func (j *skynetJob) submit(ctx context.Context, ex primitives.Executor, first, room int) *primitives.Future[int] {
	return primitives.Submit(ctx, ex, func(context.Context) (int, error) {
		if room == 1 {
			return first, nil
		}
		return j.join(ctx, ex, first, room/skynetChildren)
	})
}

// join submits the children that have leaves, waits for all and adds their
// results.
func (j *skynetJob) join(ctx context.Context, ex primitives.Executor, first, room int) (total int, err error) {
	var children [skynetChildren]*primitives.Future[int]
	n := 0
	for ; n < skynetChildren && first+n*room < j.items; n++ {
		children[n] = j.submit(ctx, ex, first+n*room, room)
	}
	for _, child := range children[:n] {
		part, childErr := child.Await(context.Background())
		total += part
		if err == nil {
			err = childErr
		}
	}
	return total, err
}

// serial is the same tree of calls.
func (j *skynetJob) serial(first, room int) int {
	if room == 1 {
		return first
	}
	room /= skynetChildren
	total := 0
	for child := first; child < min(first+skynetChildren*room, j.items); child += room {
		total += j.serial(child, room)
	}
	return total
}
