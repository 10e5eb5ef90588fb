package meter

import (
	"fmt"
	"math"
	"reflect"
	"runtime/metrics"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"overlap/internal/table"
)

// Reading is what a Meter measured between Start and Stop. What the system does not
// report is NaN. The package documentation has the sources and resolutions.
type Reading struct {
	// Inflight is the mean number of tasks started and not finished: the degree
	// of concurrency. It is the sum of the ends minus the sum of the starts, over
	// the wall time. A task that has not ended counts up to Stop.
	Inflight float64

	// CPUsBusy is the mean number of CPUs that ran this process and its
	// children: the degree of parallelism, CPU time over wall time. Children that
	// have not been waited for count on Linux, if Prepare saw them.
	CPUsBusy float64

	// Fairness is Jain's index of the tasks that each worker number ended; NaN
	// if there were few tasks or one worker. It is meaningful only where a number
	// belongs to one runner for long.
	Fairness float64

	// Started is the number of tasks that a worker began, Finished the number of
	// residences in the histogram.
	Started, Finished int64

	// TaskP50 and TaskP99 are quantiles of the tasks' residence, from start to
	// end, to three digits.
	TaskP50, TaskP99 time.Duration

	// Jobs holds the quantiles 0.02, 0.25 and 0.50 of the wall times between
	// Laps. A low quantile of short jobs has the undisturbed speed of the code,
	// where the mean includes the machine's slow spells.
	Jobs [3]time.Duration

	// Pressure is the share of the CPU time that this process could have used
	// and others had while it wanted it. It is at least the share of the sample that reading
	// the scheduler's clocks took (1 % at most), because what happened meanwhile
	// is unknown; so it is never 0.
	Pressure float64

	// Mean numbers of CPUs that collected garbage, that the hypervisor gave to
	// others, that a quota withheld from the worst control group, and that were
	// idle. Throttled and Idle are at most the CPUs that this process could have
	// kept busy.
	GCCPUs, Steal, Throttled, Idle float64

	// RunQueue is the mean number of threads of this process and its children
	// that waited for a CPU.
	RunQueue float64

	// Mean numbers of goroutines that waited for a lock, and that were ready
	// and did not run.
	Locked, Runnable float64

	// SchedP50 and SchedP99 are quantiles of the time, in ns, that a goroutine
	// was ready before it ran; 0 if none was seen to wait.
	SchedP50, SchedP99 float64

	// Counts in the whole sample: context switches because a thread had to
	// wait and because the kernel took the CPU away, page faults without and
	// with a disk, and garbage collections.
	Voluntary, Involuntary, MinorFaults, MajorFaults, GCCycles float64

	// flow is throughput times mean residence, by the histogram.
	flow float64
}

// tolerance is the largest error in Little's law. The histogram rounds by 0.05 %.
const tolerance = 0.02

// Gap is by how much Little's law, L = X·R (Little, 1961), fails to hold, as a
// share of the larger side: L is the counted integral, X and R are the
// throughput and the mean residence of the tasks in the histogram.
func (r Reading) Gap() float64 {
	larger := max(math.Abs(r.Inflight), math.Abs(r.flow))
	if larger == 0 {
		return 0
	}
	return math.Abs(r.Inflight-r.flow) / larger
}

// CheckTasks returns an error if a task was lost or ended twice, which makes everything
// measured of tasks wrong. It holds for open loops as well: a task's residence begins
// when it starts, not when it was due.
func (r Reading) CheckTasks() error {
	if r.Started != r.Finished {
		return fmt.Errorf("%s started and %d finished: a task was lost or ended twice", table.Count(int(r.Started), "task"), r.Finished)
	}
	if gap := r.Gap(); !(gap <= tolerance) {
		return fmt.Errorf("the tasks break Little's law: %.4g tasks in flight by count, %.4g by throughput and residence, %.1f %% apart: a task was lost or ended twice", r.Inflight, r.flow, 100*gap)
	}
	return nil
}

// Reading returns what was measured between Start and Stop. Call it once for
// each Stop, and soon: the slow readings end here.
func (m *Meter) Reading() Reading {
	metrics.Read(m.after)
	now := m.readClocks()
	blind := m.start - m.prepared + time.Since(m.base) - m.stopped

	r := unmeasured()
	r.CPUsBusy = float64(m.usage.cpu) / float64(m.wall)
	r.Voluntary = m.usage.event(voluntary)
	r.Involuntary = m.usage.event(involuntary)
	r.MinorFaults = m.usage.event(minorFaults)
	r.MajorFaults = m.usage.event(majorFaults)
	m.tasks(&r)
	m.goRuntime(&r)
	m.system(&r, now, blind)
	for i, q := range []float64{2, 25, 50} {
		r.Jobs[i] = time.Duration(m.jobs.ValueAtQuantile(q))
	}
	return r
}

// unmeasured returns a Reading without a measurement: its numbers are NaN.
func unmeasured() (r Reading) {
	fields := reflect.ValueOf(&r).Elem()
	for i := range fields.NumField() {
		if field := fields.Field(i); field.CanSet() && field.Kind() == reflect.Float64 {
			field.SetFloat(math.NaN())
		}
	}
	return r
}

// tasks adds up the workers, twice: by their counts and by the histograms.
func (m *Meter) tasks(r *Reading) {
	var integral, ended int64
	for _, k := range m.all() {
		integral += k.ends - k.starts
		r.Started += k.started
		ended += k.ended
	}
	integral += (r.Started - ended) * int64(m.stopped)
	r.Inflight = float64(integral) / float64(m.wall)

	all, overflow := m.histogram()
	r.Finished = all.TotalCount()
	r.flow = (all.Mean()*float64(r.Finished) + float64(overflow)) / float64(m.wall)
	r.Fairness = fairness(m.ended())
	r.TaskP50 = time.Duration(all.ValueAtQuantile(50))
	r.TaskP99 = time.Duration(all.ValueAtQuantile(99))
}

func (m *Meter) all() []*worker {
	list := []*worker{&m.orphans}
	for i := range m.workers {
		list = append(list, &m.workers[i])
	}
	return list
}

// histogram merges what the workers hold and the shards into the first one.
func (m *Meter) histogram() (all *hdrhistogram.Histogram, overflow time.Duration) {
	for _, k := range m.all() {
		m.shards[0].take(k)
	}
	all = m.shards[0].hist
	for i := range m.shards {
		overflow += m.shards[i].overflow
		if i > 0 {
			all.Merge(m.shards[i].hist)
		}
	}
	return all, overflow
}

func (m *Meter) goRuntime(r *Reading) {
	seconds := (m.wall + m.settled).Seconds()
	r.GCCPUs = growth(m.before, m.after, gcTotal) / seconds
	r.GCCycles = growth(m.before, m.after, gcCycles) * m.wall.Seconds() / seconds
	r.Locked = growth(m.before, m.after, mutexWait) / seconds
	d := latency(m.before, m.after)
	r.Runnable = tracked * d.sum / seconds
	r.SchedP50, r.SchedP99 = d.p50*1e9, d.p99*1e9
}

// system adds what the scheduler's clocks say about the time between their own two
// readings: what happened while they were read looks like a part of the sample.
func (m *Meter) system(r *Reading, now clocks, blind time.Duration) {
	s := m.clocks.until(now, len(m.cpus))
	between, reach := float64(max(1, s.wall)), float64(m.usableCPUs)
	r.Throttled = min(reach, throttled(m.clocks.throttled, now.throttled)/between)
	queued := m.clocks.queued != nil && now.queued != nil
	if queued {
		r.RunQueue = float64(s.delayed) / between
	}
	if m.turns {
		if queued {
			r.RunQueue = float64(s.delayed) / float64(m.wall+m.settled)
		}
		if m.clocks.stat && now.stat {
			r.Steal = float64(s.stolen) / between
		}
		return
	}
	stat := m.clocks.stat && now.stat
	if stat {
		r.Steal = float64(s.stolen) / between
		r.Idle = min(reach, float64(s.idle)/between)
	}
	if queued && stat {
		r.Pressure = max(float64(s.deniedByOthers()), min(float64(blind), between/100)) / between / reach
	}
}
