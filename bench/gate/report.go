package gate

import "time"

// Verdict says whether a quantity changed.
type Verdict string

// The verdicts. Worse and Better need a difference that chance does not explain,
// at the error rate of the whole report, and an estimate beyond the threshold. Same
// is a finding, too: the interval is within it.
const (
	Better     Verdict = "better"
	Worse      Verdict = "worse"
	Same       Verdict = "same"
	CannotTell Verdict = "cannot tell"
)

// Change is one quantity of one benchmark at one point, head against base.
//
// Numbers that JSON does not have are null there: Ratio, Low and High are +Inf
// where a count of 0 grew; High is +Inf, and Low 0, where there are too few
// blocks for an interval; Floor is NaN where the run would have detected no change
// however large, or was not asked.
type Change struct {
	Package   string   `json:"package,omitempty"` // import path; absent for this suite's workloads
	Benchmark string   `json:"benchmark"`         // without what names the point
	Point     string   `json:"point"`             // such as executor=pool/workers=8/cores=2-2; the last number is GOMAXPROCS
	Cores     int      `json:"cores"`             // CPUs that the point could use
	Quantity  Quantity `json:"quantity"`          // what is compared; from speedup on it is of the curve over CPUs
	Base      float64  `json:"base"`              // in nanoseconds, bytes, times or CPUs
	Head      float64  `json:"head"`              // as base
	Ratio     float64  `json:"ratio"`             // head over base; null if base is 0 and head is not
	Low       float64  `json:"low"`               // lower bound of the ratio's interval, which holds the change in 95 of 100 checks, looks included
	High      float64  `json:"high"`              // upper bound of the ratio's 95 % interval

	// The smallest change, as a share, that this run would have detected with a
	// probability of 0.8; 0 if exact
	Floor    float64 `json:"floor"`
	P        float64 `json:"p"`                  // share of exchanges of base and head with a difference as large; 0 or 1 if exact
	Adjusted float64 `json:"adjusted_p"`         // p after Holm's correction
	Exact    bool    `json:"exact"`              // counted, not timed: no chance is involved
	Quantile float64 `json:"quantile,omitempty"` // which quantile of the slices was compared; absent if none was
	Blocks   int     `json:"blocks"`             // that were measured whole
	Verdict  Verdict `json:"verdict"`            // same is a finding too: the interval is within the threshold

	miss float64 // chance that the interval leaves out the change; 0 if it is not of samples

	Threshold float64 `json:"threshold"` // by which it was judged: that of the check, or of the comment above the benchmark

	// What layouts do to it; absent if exact, or if each side was linked once, so that
	// the interval leaves layouts out
	Layouts  *Layouts `json:"layouts,omitempty"`
	Paired   bool     `json:"paired,omitempty"`   // the time was compared block by block, or turn by turn; else over all slices
	Excused  bool     `json:"excused,omitempty"`  // worse only because what it is a gain over became faster: no regression
	BaseSpan Span     `json:"base_span,omitzero"` // of a gain, where it is known: 95 % interval of base
	HeadSpan Span     `json:"head_span,omitzero"` // of a gain, where it is known: 95 % interval of head

	// A time on several CPUs while others had some of them in nearly all blocks: the
	// ratio holds, base and head do not
	Disturbed bool   `json:"beside_others,omitempty"`
	Why       string `json:"why,omitempty"` // why the change is unknown: others had the CPUs; which, and how often
}

// Layouts are what the places of functions in a binary do to a quantity of a
// benchmark. All but Explain are shares.
type Layouts struct {
	// By how much two layouts of the same code differ: e^s-1, where s is the standard
	// deviation of the log of their ratio
	Differ  float64 `json:"differ"`
	Low     float64 `json:"low"`         // lower bound of its 95 % interval; 0 if this run does not show that layouts differ
	High    float64 `json:"high"`        // upper bound of it
	Floor   float64 `json:"floor_still"` // what floor would be if layouts made no difference
	Explain bool    `json:"explain"`     // they may be the reason of the change: chance explains it with them, and would not without
}

// Revision is one side of a comparison.
type Revision struct {
	Name   string `json:"name"`   // as the user gave it: HEAD^, v1.2.0, worktree
	Commit string `json:"commit"` // in full; of a worktree, the one that it is based on
	Dirty  bool   `json:"dirty"`  // a worktree with changes that are not committed
	Settings
}

// Problem is a benchmark or package that was not compared, and why.
type Problem struct {
	Name   string `json:"name"` // of the benchmark or package
	Why    string `json:"why"`  // what went wrong, which may have several lines
	Output string `json:"-"`    // the whole output of a process that failed
}

// Demand is a minimum efficiency of head that the user, or the comment above the benchmark,
// set.
type Demand struct {
	Package   string  `json:"package,omitempty"` // import path; absent for this suite's workloads
	Benchmark string  `json:"benchmark"`         // without what names the point
	Point     string  `json:"point"`             // at which it is demanded
	Cores     int     `json:"cores"`             // CPUs that the point could use
	Least     float64 `json:"least"`             // efficiency that is demanded
	Value     float64 `json:"value"`             // efficiency of head
	Low       float64 `json:"low"`               // lower bound of its 95 % interval
	High      float64 `json:"high"`              // upper bound of it
	Verdict   Verdict `json:"verdict"`           // worse if all of the interval is below, same if all is at or above
	Why       string  `json:"why,omitempty"`     // why it is unknown: others had the CPUs; which, and how often
}

// Setup is what a check was asked to do, and where it ran.
type Setup struct {
	Base      Revision      `json:"base"`            // what was compared with
	Head      Revision      `json:"head"`            // what was judged
	Time      time.Time     `json:"time"`            // at which the check began, in RFC 3339
	Host      string        `json:"host"`            // name of the machine
	Machine   string        `json:"machine"`         // its CPU and how many of them, in words
	Blocks    int           `json:"blocks"`          // planned for every point; a block is two processes of base and two of head
	Looks     Looks         `json:"looks,omitempty"` // numbers of blocks after which measuring of a benchmark could end
	Budget    time.Duration `json:"budget_ns"`       // planned time
	Seed      uint64        `json:"seed"`            // of the order and the coins
	Alpha     float64       `json:"alpha"`           // the chance of one or more false alarms in a report on the same code
	Threshold float64       `json:"threshold"`       // changes up to this share are the same
}

// Ruled is what comments above benchmarks ask for.
type Ruled struct {
	Rules       Rules        `json:"rules"`        // of benchmarks that were measured
	RuleChanges []RuleChange `json:"rule_changes"` // of benchmarks, measured or not: what head asks for, and base does not
}

// NotCompared are the benchmarks that a check does not compare.
type NotCompared struct {
	Identical []string  `json:"identical"` // packages that were not measured, because their test binaries have the same code and data
	Added     []string  `json:"added"`     // benchmarks that only head has
	Removed   []string  `json:"removed"`   // benchmarks that only base has, or the function or package of them that vanished as a whole
	Changed   []string  `json:"changed"`   // benchmarks that were not compared, because their own code in the test files differs
	Problems  []Problem `json:"problems"`  // what could not be compared
}

// Report is the outcome of a check.
type Report struct {
	Setup
	Took     time.Duration `json:"took_ns"`        // time taken, 0 if not known
	Tests    int           `json:"tests"`          // number of tests that Holm's correction covers
	File     string        `json:"file,omitempty"` // with the samples, in the Go benchmark format
	Measured Range         `json:"measured"`       // blocks of the points with the fewest and with the most
	Complete bool          `json:"complete"`       // all blocks were measured
	Changes  []Change      `json:"changes"`        // one per benchmark, point and quantity
	Demands  []Demand      `json:"demands"`        // absolute floors that the user or comments set
	Ruled
	NotCompared
	Notes []string `json:"notes"` // what to know before believing a verdict

	// Where are the lines that grew, by Finding.Name, the largest first: those of a finding
	// before any is set. Findings has them.
	Where map[string][]Place `json:"-"`

	// Declared are the lines of head that declare benchmark functions, by the package and the
	// function's name without the word Benchmark, as Finding.Name joins them. An annotation is
	// there if it has no other place.
	Declared map[string]Place `json:"-"`
}
