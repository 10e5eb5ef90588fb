package main

import (
	"time"

	"overlap/bench/host"
	"overlap/bench/meter"
	"overlap/primitives"
	"overlap/workloads"
)

// meterTarget is what measuring may cost.
const meterTarget = 1.01

// meterContests are the workloads that a run measures by default, each with the
// meter around its jobs and without. The side with the meter is ours.
func meterContests() []*contest {
	var all []*contest
	for _, w := range workloads.Core() {
		all = append(all, &contest{
			name:  "meter-" + w.Name,
			cores: []int{2},
			ours:  side{name: "metered", make: metered(w)},
			rows:  []row{against(meterTarget, "bare", bare(w))},
		})
	}
	return all
}

// crew is how many workers the workload gets: more than there are cores where
// its tasks wait.
func crew(w workloads.Workload) int {
	switch w.Kind {
	case workloads.Wait, workloads.IO, workloads.Mixed:
		return 16
	}
	return 2
}

// metered is the workload on a pool as a sample runs it: the slow readings
// before and after are not timed there either.
func metered(w workloads.Workload) func(env) (*body, error) {
	return func(env) (*body, error) {
		cpus, err := host.Affinity()
		if err != nil {
			return nil, err
		}
		m := meter.New(crew(w), cpus, len(cpus))
		b, err := probed(w, m, m.Lap)
		if err != nil {
			return nil, err
		}
		work := b.run
		b.run = func(n int) (time.Duration, error) {
			m.Prepare()
			start := time.Now()
			m.Start()
			around := time.Since(start)
			took, err := work(n)
			if err != nil {
				return 0, err
			}
			start = time.Now()
			m.Stop()
			around += time.Since(start)
			return took + around, m.Reading().CheckTasks()
		}
		return b, nil
	}
}

func bare(w workloads.Workload) func(env) (*body, error) {
	return func(env) (*body, error) { return probed(w, nil, func() {}) }
}

// probed is the workload on a pool with that probe; lap is called after each job.
func probed(w workloads.Workload, probe primitives.Probe, lap func()) (*body, error) {
	job, err := medium(w.Name, crew(w))
	if err != nil {
		return nil, err
	}
	x := primitives.NewPool(primitives.Config{Workers: crew(w), Probe: probe})
	run := func() error {
		err := job.Run(background, x)
		lap()
		return err
	}
	return jobs(job, run, func() { _ = x.Shutdown(background) }), nil
}
