// Package history keeps comparisons of commits and finds the steps in them.
//
// Times of one machine at different hours do not compare where noise has modes:
// a search for change points in stored times found a false one in four of a
// hundred commits. So what is kept is the ratio of a commit to its base, the two
// measured side by side, and a benchmark's series is the chain
//
//	level(commit) = level(base) × ratio
//
// whose interval grows with its length, because errors of ratios add up.
//
// # Steps
//
// In such a chain a change of the code is one ratio that is not 1, and every
// ratio has an error of its own: the levels are a random walk of errors. Methods
// for levels with independent noise (E-divisive, Matteson and James, 2014; PELT,
// Killick et al., 2012) take a random walk for steps, so the ratios themselves are
// tested. A stretch of ratios, the sum of their logarithms over its standard
// error, is tested at every length 1, 2, 4, 8 …; a step is the shortest stretch
// that chance does not explain, as in narrowest significance pursuit (Fryzlewicz,
// 2024). In a hundred commits whose ratios have a standard error of 0.3 %, with
// normal errors, that finds the one that cost 5 % in nearly all histories, and the
// forty that cost 0.3 % each in nine of ten. Stretches begin at every quarter of
// their length, so n ratios have at most 4n of them, and Bonferroni's correction is
// over those of all series. If errors are normal, the chance of one or more false
// steps in a history is at most Options.Alpha.
//
// Errors need not be normal, and the largest of heavy tails look like steps. So a
// single ratio is a step only if it is also beyond what tails like those of the
// other ratios allow: Student's with 3 or 6 degrees of freedom, or normal ones, each
// as likely as the ratios of this series and of the others make it. With an Alpha
// of 1 %, 5 % of the histories without a step have one at worst. What that costs: of
// commits that cost 3 % at a standard error of 0.5 %, in a hundred with normal
// errors, 75 % are found, not 88, and half of them in fifty, which tell too little
// of their tails.
//
// Standard errors are guarded in two ways. No ratio is believed to be better
// known than the typical one of its series: an interval that came out narrow by
// luck is how false alarms are made. And where ratios of commits scatter more
// than their intervals say, as those of code that moves in memory do, all errors
// of the series are widened to what is seen, by the median difference of neighbours.
package history

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"overlap/internal/table"
)

// Commit is a commit of the history.
type Commit struct {
	Hash    string    `json:"hash"`
	Time    time.Time `json:"time,omitzero"` // when it was committed or, of one that the repository does not know, compared
	Subject string    `json:"subject,omitempty"`
}

// Options say what to look for.
type Options struct {
	Order []Commit       // of the repository, oldest first; without it, or for commits not in it, the time of the comparison counts
	Since string         // hash in Order: only what was committed after it counts, and only what Order has; empty: all
	Bench *regexp.Regexp // of package and benchmark; nil: all
	Alpha float64        // chance of one or more false steps if errors are normal; 0.01 if 0
	Least float64        // smallest step, as a share; 0.01 if 0
}

func (o *Options) fill() {
	if o.Alpha == 0 {
		o.Alpha = 0.01
	}
	if o.Least == 0 {
		o.Least = 0.01
	}
}

// History is the series of one host.
type History struct {
	Host    string   `json:"host"`
	Machine string   `json:"machine,omitempty"`
	Entries int      `json:"comparisons"`
	Commits []Commit `json:"commits"` // that were measured, oldest first
	Series  []Series `json:"series"`
	Steps   []Step   `json:"steps"` // of all series, newest first
	Alpha   float64  `json:"alpha"`
	Tests   int      `json:"tests"` // stretches that were tested
	Notes   []string `json:"notes"`
}

// Series is one quantity of one benchmark at one point, over the commits.
type Series struct {
	Package  string   `json:"package,omitempty"`
	Name     string   `json:"name"`
	Quantity Quantity `json:"quantity"`
	Points   []Point  `json:"points"`
	Steps    []Step   `json:"steps"`
}

// Point is a commit in a series.
type Point struct {
	Commit int     `json:"commit"` // index into History.Commits
	Base   int     `json:"base"`   // -1 at the start of a segment
	Ratio  *Ratio  `json:"ratio"`  // to the base; nil at the start of a segment
	Level  float64 `json:"level"`  // over the first point's
	Low    float64 `json:"low"`    // 95 % interval of Level, from the start of the segment
	High   float64 `json:"high"`
	Gap    bool    `json:"gap,omitempty"` // a start that was put at the level before it, because nothing was compared between

	log, err float64 // logarithm of the ratio, and its standard error
	blocks   int
}

// Step is a range of commits in which a series changed.
type Step struct {
	Package  string   `json:"package,omitempty"`
	Name     string   `json:"name"`
	Quantity Quantity `json:"quantity"`
	Before   Commit   `json:"before"`     // the last without the change
	After    Commit   `json:"after"`      // the first with all of it
	At       [2]int   `json:"at"`         // Before and After as indices into History.Commits
	Inside   int      `json:"inside"`     // measured commits between the two
	Unknown  int      `json:"unmeasured"` // commits between the two that the repository has and nobody measured
	Ratio    Ratio    `json:"ratio"`      // after over before
	Worse    bool     `json:"worse"`
	Sigma    float64  `json:"sigma,omitempty"` // logarithm of the ratio in standard errors; 0 if it was counted
}

// Percent is the step as people say it: +12.3 %.
func (s Step) Percent() string { return percent(s.Ratio.Value) }

func percent(ratio float64) string {
	if table.AsFactor(ratio) {
		return fmt.Sprintf("× %.3g", ratio)
	}
	return strings.Replace(fmt.Sprintf("%+.1f %%", 100*(ratio-1)), "-", "−", 1)
}

// Build makes the history of the entries of one host. It takes time and memory
// in proportion to their results.
func Build(entries []Entry, o Options) *History {
	o.fill()
	h := &History{Alpha: o.Alpha, Notes: []string{}, Series: []Series{}, Steps: []Step{}, Commits: []Commit{}}
	entries = h.sort(entries, o)
	h.Entries = len(entries)
	if len(entries) > 0 {
		last := entries[len(entries)-1]
		h.Host, h.Machine = last.Host, last.Machine
	}
	h.chain(entries, o)
	h.find(o)
	for _, s := range h.Series {
		h.Steps = append(h.Steps, s.Steps...)
	}
	slices.SortStableFunc(h.Steps, func(a, b Step) int { return b.At[1] - a.At[1] })
	return h
}
