package gate

import "slices"

// Quantity is a property of a benchmark that is compared.
type Quantity string

// The quantities. Those from Speedup on are of a benchmark's curve: what a point
// on several CPUs gains over the one on one CPU.
const (
	Time               Quantity = "time"                // per operation, a low quantile of slices
	MeanTime           Quantity = "mean time"           // per operation, with the tail and noise
	Bytes              Quantity = "B/op"                // allocated
	Allocs             Quantity = "allocs/op"           // allocations
	Speedup            Quantity = "speedup"             // S = time on one CPU with one worker / time at the point
	ConcurrencyGain    Quantity = "concurrency gain"    // G_c = time of one worker / time of the point's workers, both on one CPU
	ParallelismGain    Quantity = "parallelism gain"    // G_p = time on one CPU / time on the point's, both with the point's workers
	Efficiency         Quantity = "efficiency"          // E = S/p
	SoftwareEfficiency Quantity = "software efficiency" // S/H(p): H is the ceiling, of copies that share nothing
	AverageParallelism Quantity = "average parallelism" // A: mean CPUs busy
)

// traits describe a quantity.
type traits struct {
	Quantity
	symbol, legend string // in a table, as in a report of a sweep; empty where the unit says it
	unit           string
	better, worse  string // the verdicts in words
	lessIsBetter   bool

	// A check is inconclusive if a deciding quantity is undecided. The mean is a second
	// look at the time, and the gains are the speedup in parts: one of them is
	// undecided in nearly every check.
	decides bool
}

const scalesBetter, scalesWorse = "scales better", "scales worse"

// allTraits are in the order of legends.
var allTraits = []traits{
	{Quantity: Time, better: "faster", worse: "slower", lessIsBetter: true, decides: true},
	{Quantity: MeanTime, symbol: "mean ", legend: "mean: of all slices, the tail included", better: "faster", worse: "slower", lessIsBetter: true},
	{Quantity: Bytes, unit: " B/op", better: "fewer bytes", worse: "more bytes", lessIsBetter: true, decides: true},
	{Quantity: Allocs, unit: " allocs/op", better: "fewer allocations", worse: "more allocations", lessIsBetter: true, decides: true},
	{Quantity: Speedup, symbol: "S ", legend: "S: speedup over one CPU and one worker", better: scalesBetter, worse: scalesWorse, decides: true},
	{Quantity: ConcurrencyGain, symbol: "G_c ", legend: "G_c: gain from workers on one CPU", better: scalesBetter, worse: scalesWorse},
	{Quantity: ParallelismGain, symbol: "G_p ", legend: "G_p: gain from CPUs at the same workers", better: scalesBetter, worse: scalesWorse},
	{Quantity: Efficiency, symbol: "E ", legend: "E: S over the number of CPUs", better: scalesBetter, worse: scalesWorse},
	{Quantity: SoftwareEfficiency, symbol: "S/H ", legend: "S/H: S over what programs that share nothing gain", better: scalesBetter, worse: scalesWorse},
	{Quantity: AverageParallelism, symbol: "A ", legend: "A: mean CPUs busy", unit: " CPUs", better: "busier", worse: "idler"},
}

func (q Quantity) traits() traits {
	if i := slices.IndexFunc(allTraits, func(t traits) bool { return t.Quantity == q }); i >= 0 {
		return allTraits[i]
	}
	return traits{Quantity: q, symbol: string(q) + " ", better: scalesBetter, worse: scalesWorse}
}

// LessIsBetter reports in which direction the quantity improves.
func (q Quantity) LessIsBetter() bool { return q.traits().lessIsBetter }

// canRegress reports whether a check may fail because the quantity is worse. Fewer busy CPUs
// are no reason: the time shows whether they were needed. Efficiency is the speedup by
// another name.
func (q Quantity) canRegress() bool { return q != AverageParallelism && q != Efficiency }

// Word is the verdict in words of the quantity: slower, scales worse.
func (c Change) Word() string {
	switch {
	case c.Verdict == Better:
		return c.Quantity.traits().better
	case c.Verdict == Worse:
		return c.Quantity.traits().worse
	case c.Verdict == CannotTell && c.Layouts != nil && c.Layouts.Explain:
		return "cannot tell from layout"
	}
	return string(c.Verdict)
}
