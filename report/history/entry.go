package history

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"overlap/internal/table"
)

// Entry is one comparison of two commits, measured side by side.
type Entry struct {
	Base, Commit  string // full hashes, in lower-case hexadecimal digits
	Time          time.Time
	Host, Machine string
	Seed          uint64
	Blocks        int      // behind the intervals; 0 if unknown
	Identical     []string // packages whose programs are the same to the byte: their ratios are 1
	Results       []Result
}

// Result is what was measured of one metric.
type Result struct {
	Metric
	Ratio Ratio
	Head  float64 // of the commit, in nanoseconds, bytes, allocations or CPUs, for orientation; 0 if unknown
}

// Metric is one quantity of one benchmark at one point.
type Metric struct {
	Package  string   `json:"package,omitempty"`
	Name     string   `json:"name"` // with the point: Sort/executor=pool/workers=8/cores=2-2
	Quantity Quantity `json:"quantity"`
}

// fullName is the benchmark with the path of its package.
func (m Metric) fullName() string { return strings.TrimPrefix(m.Package+"."+m.Name, ".") }

// Ratio is commit over base, with its 95 % interval. Low = High if it was counted, so
// that no chance is involved.
type Ratio struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// Quantity is what is compared, in lower-case letters and dashes, as the unit spells
// it: time, mean-time, speedup.
type Quantity string

// The quantities that are searched for steps. Efficiency is left out: at one point its
// ratio equals that of the speedup, so each step would be reported twice.
const (
	Time    Quantity = "time"
	Speedup Quantity = "speedup"
	Bytes   Quantity = "bytes"
	Allocs  Quantity = "allocs"
)

// MeanTime is the quantity that is shown beside times and not searched for steps: what
// changes the time changes it, too, and each further test weakens all others.
const MeanTime Quantity = "mean-time"

// LessIsBetter reports whether the quantity improves when it decreases.
func (q Quantity) LessIsBetter() bool {
	return q == Time || q == MeanTime || q == Bytes || q == Allocs
}

// plausible reports whether the ratio can be chained: a benchmark that became a million
// times slower was broken, not slowed down.
func (r Ratio) plausible() bool {
	const limit = 1e6
	return r.Low >= 1/limit && r.Low <= r.Value && r.Value <= r.High && r.High <= limit
}

func (r Result) usable() bool {
	return r.Ratio.plausible() && quantity.MatchString(string(r.Quantity)) && r.Name != ""
}

var (
	hash     = regexp.MustCompile(`^[0-9a-f]{7,64}$`)
	quantity = regexp.MustCompile(`^[a-z][a-z-]{0,39}$`)
)

// check returns why the entry cannot be stored.
func (e Entry) check() error {
	switch {
	case !hash.MatchString(e.Base) || !hash.MatchString(e.Commit):
		return fmt.Errorf("%.70q or %.70q is not the hash of a commit", e.Base, e.Commit)
	case e.Base == e.Commit:
		return fmt.Errorf("commit %s was compared with itself", e.Commit)
	case !slices.ContainsFunc(e.Results, Result.usable) && len(e.Identical) == 0:
		return errors.New("the comparison has no ratio that can be chained")
	}
	return nil
}

// The lines around an entry. Readers of the benchmark format skip them. An entry
// without its last line, or with fewer results than that line says, was cut by a crash.
const (
	firstLine = "# comparison"
	lastLine  = "# end of comparison: "
)

// units returns the first lines of a new file, which give benchstat the direction in
// which each unit improves.
func units() []byte {
	var b bytes.Buffer
	for _, q := range []Quantity{Time, MeanTime, Bytes, Allocs, Speedup, "concurrency-gain", "parallelism-gain", "efficiency", "software-efficiency", "average-parallelism"} {
		better := "higher"
		if q.LessIsBetter() {
			better = "lower"
		}
		for _, part := range parts {
			fmt.Fprintf(&b, "Unit %s%s better=%s\nUnit %s%s assume=nothing\n", string(q), part, better, string(q), part)
		}
	}
	return b.Bytes()
}

// parts follow the quantity in a unit.
var parts = [...]string{"-ratio", "-ratio-low", "-ratio-high", "-head"}

// encode returns the entry as text. It writes every configuration line, even an empty
// one, because readers carry the values of one entry into the next.
func (e Entry) encode() []byte {
	var b bytes.Buffer
	line := func(key, value string) { fmt.Fprintf(&b, "%s: %s\n", key, table.OneLine(value)) }
	fmt.Fprintln(&b, firstLine)
	line("base", e.Base)
	line("commit", e.Commit)
	line("time", e.Time.UTC().Format(time.RFC3339))
	line("host", e.Host)
	line("machine", e.Machine)
	line("seed", strconv.FormatUint(e.Seed, 10))
	line("blocks", strconv.Itoa(e.Blocks))
	identical := make([]string, len(e.Identical))
	for i, pkg := range e.Identical {
		identical[i] = oneWord(pkg)
	}
	line("identical", strings.Join(identical, " "))
	pkg, name, n := "", "", 0
	fmt.Fprint(&b, "pkg:\n")
	for _, r := range e.Results {
		if !r.usable() {
			continue
		}
		if next := oneWord(r.Package); next != pkg {
			pkg, name = next, ""
			fmt.Fprintf(&b, "\npkg: %s", pkg)
		}
		if next := oneWord(r.Name); next != name {
			name = next
			n++
			fmt.Fprintf(&b, "\nBenchmark%s 1", name)
		}
		for i, x := range []float64{r.Ratio.Value, r.Ratio.Low, r.Ratio.High, r.Head} {
			if !math.IsNaN(x) && !math.IsInf(x, 0) && (i < 3 || x != 0) {
				fmt.Fprintf(&b, " %s %s%s", strconv.FormatFloat(x, 'g', 9, 64), string(r.Quantity), parts[i])
			}
		}
	}
	fmt.Fprintf(&b, "\n%s%d\n", lastLine, n)
	return b.Bytes()
}

// oneWord makes a name of a benchmark or package.
func oneWord(s string) string { return strings.ReplaceAll(table.OneLine(s), " ", "_") }
