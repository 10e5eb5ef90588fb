package workloads

import (
	"context"

	"overlap/primitives"
)

// Grain is a fixed amount of arithmetic cut into tasks of the size that the
// variant names: the smaller the tasks, the larger the executor's share of the
// time. The task size at which that share is half is the crossover of the executor
// (n½).
//
// A task adds up a range of the numbers of splitmix64 from seed 0; all tasks
// together add the same numbers in every variant. The sizes are nominal, for a
// 3 GHz core, and 4 times apart. The real size is the time of the serial program
// divided by the number of tasks.
//
// Medium is 3·2^22 numbers, about 16 ms, and from 65 536 tasks of 250 ns to 64
// of 250 µs; small is a 64th of that and large 16 times as much. A slice is the
// beginning of the sequence. Items are tasks.
var Grain = Workload{
	Name:    "grain",
	Kind:    Spawn,
	Doc:     "16 ms of arithmetic in independent tasks of 16 µs each, or of another size",
	Models:  "the choice of how fine to cut work: a task per row, per block or per file",
	Source:  "the delay loop of the EPCC benchmarks (Bull, 1999), and METG of Task Bench (Slaughter et al., 2020)",
	Limit:   "arithmetic if tasks are large; making, queueing and joining futures if they are small",
	Checked: "the sum of all numbers, against one serial loop",
	Expect:  Any,
	Why:     "it depends on the executor which tasks are large enough: see the crossover in the report",
	Variants: []Variant{
		{"16us", "tasks of 16 µs", Any},
		{"250ns", "tasks of 250 ns", Any},
		{"1us", "tasks of 1 µs", Any},
		{"4us", "tasks of 4 µs", Any},
		{"64us", "tasks of 64 µs", Any},
		{"250us", "tasks of 250 µs", Any},
	},
	SetUp: newGrain,
}

// grainSteps is how many numbers a task adds up, by variant.
var grainSteps = map[string]int{
	"250ns": 3 << 6, "1us": 3 << 8, "4us": 3 << 10, "16us": 3 << 12, "64us": 3 << 14, "250us": 3 << 16,
}

// Grist is the argument of a piece: which numbers of the sequence.
type Grist struct{ First, Steps int64 }

type grainJob struct {
	exact[uint64]
	divided[Grist, uint64]
}

var grainPiece = primitives.Define("workloads.grain", func(_ context.Context, g Grist) (uint64, error) {
	return grind(g), nil
})

func newGrain(p Params) (Job, error) {
	steps := grainSteps[p.Variant]
	j := &grainJob{}
	j.items, j.piece = p.amount(3<<16/steps, 3<<22/steps, 3<<26/steps), grainPiece
	for i := range j.items {
		j.args = append(j.args, Grist{int64(i * steps), int64(steps)})
	}
	j.merge = func(parts []uint64) { j.compare(total(parts)) }
	j.plain = func() uint64 { return grind(Grist{0, int64(j.items * steps)}) }
	j.want = j.plain()
	return j, nil
}

// grind adds up numbers of splitmix64 from seed 0.
func grind(g Grist) (total uint64) {
	numbers := splitmix(uint64(g.First) * splitmixStep)
	for range g.Steps {
		total += numbers.next()
	}
	return total
}
