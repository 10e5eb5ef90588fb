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
	Package   string   `json:"package,omitempty"`
	Benchmark string   `json:"benchmark"` // without what names the point
	Point     string   `json:"point"`     // executor=pool/workers=8/cores=2-2
	Cores     int      `json:"cores"`     // p of the point: CPUs that it could use
	Quantity  Quantity `json:"quantity"`
	Base      float64  `json:"base"` // in nanoseconds, bytes, times or CPUs
	Head      float64  `json:"head"`
	Ratio     float64  `json:"ratio"` // head over base
	Low       float64  `json:"low"`   // 95 % interval of Ratio
	High      float64  `json:"high"`
	Floor     float64  `json:"floor"`              // smallest change, as a share, that this run would have detected with a probability of 0.8; 0 if exact
	P         float64  `json:"p"`                  // 0 or 1 if exact
	Adjusted  float64  `json:"adjusted_p"`         // by Holm, over all that was tested
	Exact     bool     `json:"exact"`              // counted, not timed: no chance is involved
	Quantile  float64  `json:"quantile,omitempty"` // of the slices, for Time
	Blocks    int      `json:"blocks"`
	Verdict   Verdict  `json:"verdict"`
	Layouts   *Layouts `json:"layouts,omitempty"`       // what they do to it; nil if exact, or if each build was linked once
	Paired    bool     `json:"paired,omitempty"`        // Time: compared block by block, or turn by turn; else over all slices
	Excused   bool     `json:"excused,omitempty"`       // worse only against a reference that became faster: see Regression
	BaseSpan  Span     `json:"base_span,omitzero"`      // of a gain: 95 % interval of Base
	HeadSpan  Span     `json:"head_span,omitzero"`      // of a gain: 95 % interval of Head
	Disturbed bool     `json:"beside_others,omitempty"` // a time on several CPUs of which others had some: its ratio holds, Base and Head do not
	Why       string   `json:"why,omitempty"`           // why it is unknown, if others had the CPUs
}

// Layouts are what the places of functions in a binary do to a quantity of a
// benchmark. All but Explain are shares.
type Layouts struct {
	Differ  float64 `json:"differ"` // by how much two layouts of the same code differ: e^sd-1 of the standard deviation of the log of their ratio
	Low     float64 `json:"low"`    // 95 % interval of Differ; 0 if this run does not show that they differ
	High    float64 `json:"high"`
	Floor   float64 `json:"floor_still"` // Change.Floor, if code did not move: NaN if that would be NaN, too
	Explain bool    `json:"explain"`     // they may be the reason of a change that chance would not explain in code that does not move
}

// Revision is one side of a comparison.
type Revision struct {
	Name   string `json:"name"`   // as the user gave it: HEAD^, v1.2.0, worktree
	Commit string `json:"commit"` // in full; of a worktree, the one that it is based on
	Dirty  bool   `json:"dirty"`  // a worktree with changes that are not committed
}

// Problem is a benchmark or package that was not compared, and why.
type Problem struct {
	Name   string `json:"name"`
	Why    string `json:"why"`
	Output string `json:"-"` // the whole output of a process that failed
}

// Demand is a least efficiency of head that the user set.
type Demand struct {
	Benchmark string  `json:"benchmark"`
	Point     string  `json:"point"`
	Cores     int     `json:"cores"`
	Least     float64 `json:"least"`
	Value     float64 `json:"value"` // of head
	Low       float64 `json:"low"`   // 95 % interval
	High      float64 `json:"high"`
	Verdict   Verdict `json:"verdict"`       // Worse if all of the interval is below, Same if all is at or above
	Why       string  `json:"why,omitempty"` // why it is unknown, if others had the CPUs
}

// Setup is what a check was asked to do, and where it ran.
type Setup struct {
	Base      Revision      `json:"base"`
	Head      Revision      `json:"head"`
	Time      time.Time     `json:"time"`
	Host      string        `json:"host"`
	Machine   string        `json:"machine"`   // CPU and how many of them, in words
	Blocks    int           `json:"blocks"`    // of every point
	Budget    time.Duration `json:"budget_ns"` // planned
	Seed      uint64        `json:"seed"`
	Alpha     float64       `json:"alpha"`     // the chance of one or more false alarms in a report on the same code
	Threshold float64       `json:"threshold"` // changes up to this share are the same
}

// NotCompared are the benchmarks that a check does not compare.
type NotCompared struct {
	Identical []string  `json:"identical"` // packages with test binaries of the same code and data
	Added     []string  `json:"added"`     // benchmarks that only head has
	Removed   []string  `json:"removed"`   // benchmarks that only base has
	Changed   []string  `json:"changed"`   // benchmarks with other code of their own
	Problems  []Problem `json:"problems"`
}

// Report is the outcome of a check.
type Report struct {
	Setup
	Took     time.Duration `json:"took_ns"`
	Tests    int           `json:"tests"`          // over which Holm's correction went
	File     string        `json:"file,omitempty"` // with the samples
	Complete bool          `json:"complete"`       // all blocks were measured
	Changes  []Change      `json:"changes"`
	Demands  []Demand      `json:"demands"`
	NotCompared
	Notes []string `json:"notes"`
}
