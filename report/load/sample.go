package load

import (
	"iter"
	"math"
	"slices"
	"strings"

	"overlap/internal/sampling"
)

// Sample is one measurement of a point.
type Sample struct {
	// Seconds is the wall time of a job. With weak scaling it is that of the
	// work that one worker would have had, so that the quotient of two is
	// again a gain in throughput (the scaled speedup of Gustafson, 1988).
	//
	// Of a sample that took turns with other points it is the time on a machine that
	// nobody else uses, by the sweep's estimate, and Mean is the mean of what it took.
	Seconds float64

	Timings float64 // that it is estimated from; 0 if it had the machine to itself
	Mean    float64 // wall time of a job with all that others did to it; NaN without turns

	// Round is the round of the sweep, from 1. If the file does not have it, the k-th
	// sample of a point is of round k.
	Round int

	Inflight float64 // mean tasks in progress; 0 if not measured
	CPUsBusy float64 // mean CPUs at work; 0 if not measured
	Pressure float64 // share of the CPUs that others took; 0 if not measured
	SetUp    float64 // share of the time that is set-up, if it is not small; NaN if it is, or was not measured

	// Parts of the speedup stack; NaN if not measured.
	GC                         float64 // CPUs that collected garbage
	RunQueue, Steal, Throttled float64 // CPUs' worth of waiting for a CPU, for the hypervisor, for the quota
	Idle                       float64 // idle CPUs of those that the process may use
	Locked, Runnable           float64 // goroutines that waited for a lock, and for a CPU

	// Seconds that a task took from its start, and that an item took from when
	// it was due; NaN if not measured.
	Task50, Task99       float64
	Arrival50, Arrival99 float64

	Items    float64 // useful work per second, in the workload's unit; NaN if not measured
	Due      float64 // items per second that came, of an open loop; NaN if not measured
	Fairness float64 // Jain's index over the workers; NaN if not measured
}

// readUnits are the units of a sample that are read, besides its time. Values above
// MaxPlausible are dropped, unless the unit ends in /s or /op: see credible.
var readUnits = []struct {
	name   string // as benchfmt reads it: sec, not ns
	field  func(*Sample) *float64
	absent float64 // the value if it was not measured; NaN in a new line
}{
	{"timings", func(s *Sample) *float64 { return &s.Timings }, 0},
	{meanTime, func(s *Sample) *float64 { return &s.Mean }, math.NaN()},
	{"tasks-inflight", func(s *Sample) *float64 { return &s.Inflight }, 0},
	{"cpus-busy", func(s *Sample) *float64 { return &s.CPUsBusy }, 0},
	{"pressure", func(s *Sample) *float64 { return &s.Pressure }, 0},
	{"setup-share", func(s *Sample) *float64 { return &s.SetUp }, math.NaN()},
	{"gc-cpus", func(s *Sample) *float64 { return &s.GC }, math.NaN()},
	{"runq-cpus", func(s *Sample) *float64 { return &s.RunQueue }, math.NaN()},
	{"steal-cpus", func(s *Sample) *float64 { return &s.Steal }, math.NaN()},
	{"throttled-cpus", func(s *Sample) *float64 { return &s.Throttled }, math.NaN()},
	{"idle-cpus", func(s *Sample) *float64 { return &s.Idle }, math.NaN()},
	{"goroutines-locked", func(s *Sample) *float64 { return &s.Locked }, math.NaN()},
	{"goroutines-runnable", func(s *Sample) *float64 { return &s.Runnable }, math.NaN()},
	{"p50-sec/task", func(s *Sample) *float64 { return &s.Task50 }, math.NaN()},
	{"p99-sec/task", func(s *Sample) *float64 { return &s.Task99 }, math.NaN()},
	{"p50-sec/arrival", func(s *Sample) *float64 { return &s.Arrival50 }, math.NaN()},
	{"p99-sec/arrival", func(s *Sample) *float64 { return &s.Arrival99 }, math.NaN()},
	{"items/s", func(s *Sample) *float64 { return &s.Items }, math.NaN()},
	{"due-items/s", func(s *Sample) *float64 { return &s.Due }, math.NaN()},
	{"fairness", func(s *Sample) *float64 { return &s.Fairness }, math.NaN()},
}

// meanTime is not the name of a unit: the unit of times is read as Mean only where there is
// another time.
const meanTime = "mean of turns"

// credible reports whether a machine can have measured x in a unit. A rate and a count per
// job have no bound: items may be arbitrarily small, and jobs large.
func credible(unit string, x float64) bool {
	if strings.HasSuffix(unit, "/s") || strings.HasSuffix(unit, "/op") {
		return x > 0 && !math.IsInf(x, 1)
	}
	return !math.IsNaN(plausible(x))
}

// unitIndex is the index in readUnits of each name.
var unitIndex = func() map[string]int {
	index := map[string]int{}
	for i, u := range readUnits {
		index[u.name] = i
	}
	return index
}()

var (
	pressureUnit = unitIndex["pressure"]
	timingsUnit  = unitIndex["timings"]
	meanUnit     = unitIndex[meanTime]
)

// record holds the samples of one point, with a column for each unit that occurs: most
// files have only times, and a million whole Samples would take 160 MB.
type record struct {
	point   Point
	seconds []float64
	rounds  []int32
	columns [][]float64 // one per unit; a column is nil if its unit does not occur, all are if none does

	title    title
	file     int // among those that were read
	reading  reading
	sized    bool   // its file names sizes, see naming
	spelling string // the workload with the words for workers, see distinguishWorkers
	config   Point  // with the fields that configuration lines have
	column   *column
	row      string // what configuration lines add to the name of its row, see Input.Row
	bound    bool   // the file has its number of cores
	started  bool   // its workers are the goroutines that RunParallel starts

	names     []string // of its results, as the files spell them
	sources   []int    // the files or blocks that its samples are from
	roundless bool     // some of its samples have no known round
	turns     []int32  // the places of its samples without rounds among all results, see inTurns
	inBlocks  bool     // its samples did not come in turns with others of its row
	unpaired  bool     // its samples have no partners in rounds of other points, see pool
	place     int      // among the records
}

// add appends a sample with nothing but its time.
func (r *record) add(seconds float64, round int) {
	r.seconds, r.rounds = append(r.seconds, seconds), append(r.rounds, int32(round))
	for unit, column := range r.columns {
		if column != nil {
			r.columns[unit] = append(column, readUnits[unit].absent)
		}
	}
}

// set gives the last sample the value of a unit.
func (r *record) set(unit int, x float64) {
	if r.columns == nil {
		r.columns = make([][]float64, len(readUnits))
	}
	if r.columns[unit] == nil {
		r.columns[unit] = slices.Repeat([]float64{readUnits[unit].absent}, len(r.seconds))
	}
	r.columns[unit][len(r.seconds)-1] = x
}

// partner returns the round in which the i-th sample has partners. If the record, one
// of n, is unpaired, no other record has that round; later ones are higher.
func (r *record) partner(i, n int) int {
	if r.unpaired {
		return -((len(r.seconds)-i)*n + r.place + 1)
	}
	return int(r.rounds[i])
}

func (r *record) pressure(i int) float64 {
	if r.columns == nil || r.columns[pressureUnit] == nil {
		return 0
	}
	return r.columns[pressureUnit][i]
}

// sample returns the i-th sample.
func (r *record) sample(i int) Sample {
	s := unmeasured
	r.fill(&s, i)
	return s
}

// fill sets what differs between the samples of the record.
func (r *record) fill(s *Sample, i int) {
	s.Seconds, s.Round = r.seconds[i], int(r.rounds[i])
	for unit, column := range r.columns {
		if column != nil {
			*readUnits[unit].field(s) = column[i]
		}
	}
}

// unmeasured is a sample with no unit but its time.
var unmeasured = func() (s Sample) {
	for unit := range readUnits {
		*readUnits[unit].field(&s) = readUnits[unit].absent
	}
	return s
}()

// merge appends the samples of another record.
func (r *record) merge(other *record) {
	for _, s := range other.sources {
		r.addSource(s)
	}
	after := 0
	if r.roundless && other.roundless { // each has counted its own samples
		after = len(r.seconds)
	}
	r.roundless, r.turns = r.roundless || other.roundless, append(r.turns, other.turns...)
	r.names = append(r.names, other.names...)
	r.started = r.started || other.started
	for i := range other.seconds {
		r.add(other.seconds[i], after+int(other.rounds[i]))
		for unit, column := range other.columns {
			if column != nil {
				r.set(unit, column[i])
			}
		}
	}
}

// times yields the rounds and seconds of the samples of p that count. pressed reports
// whether samples under pressure count, too, because fewer than three are free of it.
func (d *Data) times(p Point) (times iter.Seq2[int, float64], pressed bool) {
	r := d.record(p)
	pressed = r.pressed()
	return func(yield func(round int, seconds float64) bool) {
		for i, sec := range r.seconds {
			if (pressed || r.calm(i)) && !yield(r.partner(i, len(d.records)), sec) {
				return
			}
		}
	}, pressed
}

// Values returns a value of the samples of p that count, without those that lack it.
func (d *Data) Values(p Point, get func(Sample) float64) []float64 {
	r, s := d.record(p), unmeasured
	if r.columns == nil && math.IsNaN(get(s)) {
		return nil // a million samples with nothing but their times
	}
	pressed := r.pressed()
	var values []float64
	for i := range r.seconds {
		r.fill(&s, i)
		if x := get(s); !math.IsNaN(x) && (pressed || r.calm(i)) {
			values = append(values, x)
		}
	}
	return values
}

// pressed reports whether fewer than three samples were taken without pressure,
// and others with it.
func (r *record) pressed() bool {
	calm, all := 0, len(r.seconds)
	for i := 0; i < all && calm < 3; i++ {
		if r.calm(i) {
			calm++
		}
	}
	return calm < min(3, all)
}

// calm reports whether others left the i-th sample enough of the machine.
func (r *record) calm(i int) bool { return !(r.pressure(i) > sampling.MaxPressure) }

func (r *record) tookTurns(i int) bool {
	return r.columns != nil && r.columns[timingsUnit] != nil && r.columns[timingsUnit][i] > 0
}

// TookTurns reports whether all samples of p took turns with those of other points.
func (d *Data) TookTurns(p Point) bool {
	r := d.record(p)
	for i := range r.seconds {
		if !r.tookTurns(i) {
			return false
		}
	}
	return len(r.seconds) > 0
}

// MinSamples is how many samples of p a verdict needs.
func (d *Data) MinSamples(p Point) int {
	if d.TookTurns(p) {
		return sampling.MinBlocks
	}
	return sampling.MinSamples
}

// KnowsPressure reports whether any sample has its pressure.
func (d *Data) KnowsPressure() bool {
	for _, r := range d.records {
		if r.columns != nil && r.columns[pressureUnit] != nil {
			return true
		}
	}
	return false
}

// MaxPlausible is the largest value of a unit, time of a job and number of a round that is
// believed. Rates and counts per job have no bound.
const MaxPlausible = 1e6

// plausible returns x, or NaN if no machine can have measured it.
func plausible(x float64) float64 {
	if x >= 0 && x <= MaxPlausible {
		return x
	}
	return math.NaN()
}

// NaNIfUnmeasured returns NaN if x is 0, which stands for "not measured", or if no machine
// can have measured x; otherwise x.
func NaNIfUnmeasured(x float64) float64 {
	if x == 0 {
		return math.NaN()
	}
	return plausible(x)
}

// NameWidth is how much of a name a warning shows: Input.Row may put whole
// configuration lines into it.
const NameWidth = 60
