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
	"unicode"
)

// Entry is one comparison of two commits, measured side by side.
type Entry struct {
	Base, Commit  string // hashes in full, in lower-case hexadecimal digits
	Time          time.Time
	Host, Machine string
	Seed          uint64
	Blocks        int      // that the intervals rest on; 0 if unknown
	Identical     []string // packages whose programs are the same to the byte: their ratios are 1
	Results       []Result
}

// Result is what was measured of one quantity of one benchmark at one point.
type Result struct {
	Package  string
	Name     string // with the point: Sort/executor=pool/workers=8/cores=2-2
	Quantity Quantity
	Ratio    Ratio
	Head     float64 // of the commit, in nanoseconds, bytes, times or CPUs, for orientation; 0 if unknown
}

// Ratio is commit over base, with its 95 % interval. Low = High if it was
// counted, so that no chance is involved.
type Ratio struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// Quantity is what is compared, in lower-case letters and dashes, as it stands
// in the unit: time, mean-time, speedup.
type Quantity string

// The quantities whose steps are looked for. Efficiency is left out, because at
// one point its ratio is that of the speedup: the two would be one finding told
// twice.
const (
	Time    Quantity = "time"
	Speedup Quantity = "speedup"
	Bytes   Quantity = "bytes"
	Allocs  Quantity = "allocs"
)

// LessIsBetter reports in which direction the quantity improves.
func (q Quantity) LessIsBetter() bool {
	return q == Time || q == "mean-time" || q == Bytes || q == Allocs
}

// credible reports whether the ratio can be chained: a benchmark a million
// times slower was broken, not slowed down.
func (r Ratio) credible() bool {
	const most = 1e6
	return r.Low >= 1/most && r.Low <= r.Value && r.Value <= r.High && r.High <= most
}

func (r Result) usable() bool {
	return r.Ratio.credible() && quantity.MatchString(string(r.Quantity)) && r.Name != ""
}

var (
	hash     = regexp.MustCompile(`^[0-9a-f]{7,64}$`)
	quantity = regexp.MustCompile(`^[a-z][a-z-]{0,39}$`)
)

// check says why the entry cannot be stored.
func (e Entry) check() error {
	switch {
	case !hash.MatchString(e.Base) || !hash.MatchString(e.Commit):
		return fmt.Errorf("%.70q and %.70q are no hashes of commits", e.Base, e.Commit)
	case e.Base == e.Commit:
		return fmt.Errorf("commit %s was compared with itself", e.Commit)
	case !slices.ContainsFunc(e.Results, Result.usable) && len(e.Identical) == 0:
		return errors.New("a comparison without a ratio that can be chained")
	}
	return nil
}

// The lines around an entry. Readers of the benchmark format skip them. An entry
// without its last line, or with fewer results than that says, was cut by a
// crash.
const (
	firstLine = "# comparison"
	lastLine  = "# end of comparison: "
)

// units are written at the head of a new file, so that benchstat knows which
// direction is good.
func units() []byte {
	var b bytes.Buffer
	for _, q := range []Quantity{Time, "mean-time", Bytes, Allocs, Speedup, "concurrency-gain", "parallelism-gain", "efficiency", "software-efficiency", "average-parallelism"} {
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

// encode is the entry as text. Every line of configuration is written for every
// entry, because a reader carries those of one entry into the next.
func (e Entry) encode() []byte {
	var b bytes.Buffer
	line := func(key, value string) { fmt.Fprintf(&b, "%s: %s\n", key, oneLine(value)) }
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
	pkg, open, n := "", "", 0
	fmt.Fprint(&b, "pkg:\n")
	for _, r := range e.Results {
		if !r.usable() {
			continue
		}
		if oneWord(r.Package) != pkg {
			pkg, open = oneWord(r.Package), ""
			fmt.Fprintf(&b, "\npkg: %s", pkg)
		}
		if name := oneWord(r.Name); name != open {
			open = name
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

// oneLine makes a value of a configuration line.
func oneLine(s string) string {
	return strings.ToValidUTF8(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r) {
			return ' '
		}
		return r
	}, s), "?")
}

// oneWord makes a name of a benchmark or package.
func oneWord(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return '_'
		}
		return r
	}, strings.TrimSpace(oneLine(s)))
}
