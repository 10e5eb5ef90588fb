package gate

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"overlap/internal/table"
)

// maxName is where a name in a sentence is cut, in columns.
const maxName = 60

// join makes a name from a benchmark and its point, which may be empty.
func join(benchmark, point string) string {
	name := benchmark
	if point != "" {
		name += "/" + point
	}
	return table.Cut(table.OneLine(name), maxName)
}

// shortName names the benchmark and point without the package.
func (c Change) shortName() string { return join(c.Benchmark, c.Point) }

// fullName names the benchmark and point with the package.
func (c Change) fullName() string {
	name := c.Benchmark
	if c.Package != "" {
		name = c.Package + "." + name
	}
	if c.Point != "" {
		name += "/" + c.Point
	}
	return table.OneLine(name)
}

// values writes both sides in one unit: 1.23 → 1.31 µs.
func (c Change) values() string {
	scale, unit, format := 1.0, c.Quantity.traits().unit, digits
	switch c.Quantity {
	case Time, MeanTime:
		scale, unit = timeScale(c.Base, c.Head)
	case Bytes, Allocs:
		format = count
	}
	if c.Disturbed {
		unit += " beside others"
	}
	return format(c.Base/scale) + c.BaseSpan.halfWidth(c.Base) + " → " + format(c.Head/scale) + c.HeadSpan.halfWidth(c.Head) + unit
}

// halfWidth writes the wider half of the interval around a value, with the decimals of
// the value, and at least as 1 in the last of them.
func (s Span) halfWidth(value float64) string {
	if !(s.High > 0) || math.IsInf(s.High, 0) || math.IsNaN(value) {
		return ""
	}
	_, decimals, _ := strings.Cut(digits(value), ".")
	if strings.Contains(decimals, "e") {
		decimals = ""
	}
	half := max(s.High-value, value-s.Low, math.Pow10(-len(decimals)))
	return " ±" + strconv.FormatFloat(half, 'f', len(decimals), 64)
}

// timeScale is the unit in which the larger of two times is at least 1.
func timeScale(a, b float64) (nanoseconds float64, unit string) {
	for _, u := range []struct {
		ns   float64
		name string
	}{{1e9, " s"}, {1e6, " ms"}, {1e3, " µs"}} {
		if isFinite(a) && a >= u.ns || isFinite(b) && b >= u.ns {
			return u.ns, u.name
		}
	}
	return 1, " ns"
}

func isFinite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// count writes a number, without decimals if it is whole.
func count(x float64) string {
	if x == math.Trunc(x) && math.Abs(x) < 1e7 {
		return strconv.FormatFloat(x, 'f', 0, 64)
	}
	return digits(x)
}

// digits writes a number with three digits, or with all before the point below ten
// million.
func digits(x float64) string {
	switch size := math.Abs(x); {
	case math.IsNaN(x):
		return "–"
	case math.IsInf(x, 0):
		return "∞"
	case size >= 1e7 || size < 1e-3 && x != 0:
		return strconv.FormatFloat(x, 'e', 1, 64)
	case size >= 100:
		return strconv.FormatFloat(x, 'f', 0, 64)
	case size >= 10:
		return strconv.FormatFloat(x, 'f', 1, 64)
	case size < 0.1 && x != 0:
		return strconv.FormatFloat(x, 'g', 2, 64)
	}
	return strconv.FormatFloat(x, 'f', 2, 64)
}

// difference writes the change with its interval: +5.1 % [4.6, 5.7].
func (c Change) difference() string {
	if math.IsInf(c.Ratio, 0) || math.IsNaN(c.Ratio) && c.Base == 0 {
		return "from none"
	}
	if math.IsNaN(c.Ratio) {
		return "–"
	}
	if table.AsFactor(c.Ratio) {
		return "×" + digits(c.Ratio) + c.interval(func(x float64) string { return digits(x) })
	}
	places := places(c.Ratio, c.Low, c.High)
	text := percent(c.Ratio, places)
	if !strings.HasPrefix(text, "−") && strings.Trim(text, "0.") != "" {
		text = "+" + text
	}
	return text + " %" + c.interval(func(x float64) string { return percent(x, places) })
}

// interval is empty where no chance is involved, or the interval is not known.
func (c Change) interval(format func(float64) string) string {
	if c.Exact || math.IsNaN(c.Low) || math.IsNaN(c.High) {
		return ""
	}
	return " [" + format(c.Low) + ", " + format(c.High) + "]"
}

// places are the decimals of a change in percent: none where the interval is
// wider than 2 % and the change larger than 10 %.
func places(ratio, low, high float64) int {
	if math.Abs(ratio-1) >= .1 && !(high-low < .02) {
		return 0
	}
	return 1
}

// percent writes how much a ratio differs from 1.
func percent(ratio float64, places int) string {
	if math.IsInf(ratio, 0) {
		return "∞"
	}
	text := strconv.FormatFloat(100*(ratio-1), 'f', places, 64)
	if len(text) > 8 {
		text = strconv.FormatFloat(100*(ratio-1), 'e', 0, 64)
	}
	if text == "-0" || text == "-0.0" {
		text = text[1:]
	}
	return strings.Replace(text, "-", "−", 1)
}

// floorText writes the noise floor, and in brackets what it would be if code did not
// move.
func (c Change) floorText() string {
	if c.Exact {
		return "exact"
	}
	text := floorWords(c.Floor)
	if c.Layouts != nil {
		// Both are estimates; without layouts, it can only be smaller.
		if still := floorWords(c.Layouts.Floor); still != text && c.Layouts.Floor < c.Floor {
			text += " (" + strings.TrimPrefix(still, "≥ ") + ")"
		}
	}
	return text
}

// floorWords writes a floor.
func floorWords(floor float64) string {
	switch {
	case math.IsNaN(floor):
		return "–"
	case floor >= 10 || math.IsInf(floor, 0):
		return "> ×10"
	}
	return "≥ " + inPercent(floor)
}

// inPercent writes a share in percent, or as a factor if it is large.
func inPercent(x float64) string {
	if table.AsFactor(1 + x) {
		return "×" + digits(1+x)
	}
	return percent(1+x, places(1+x, 0, 1)) + " %"
}

// layoutsText says by how much layouts of the same code differ, or an upper limit
// where this run does not show that they do.
func (c Change) layoutsText() string {
	switch l := c.Layouts; {
	case c.Exact:
		return ""
	case l == nil:
		return "–"
	case l.Low > 0:
		return inPercent(l.Differ)
	case l.High >= 10:
		return "?"
	default:
		return "≤ " + inPercent(l.High)
	}
}

// explain says what changed. Of what changed on several CPUs it says how fast the benchmark
// is on one, too: whether its speed changed or its scaling.
func (r *Report) explain(c Change) string {
	text := c.Word() + ": "
	if c.Quantity.traits().symbol != "" {
		text += string(c.Quantity) + " "
	}
	text += c.values() + " (" + c.difference() + ")"
	if c.Cores == 1 || c.Quantity == Bytes || c.Quantity == Allocs || c.Quantity == AverageParallelism {
		return text
	}
	if one, ok := r.timeOnOneCPU(c); ok {
		word := one.Word()
		switch one.Verdict {
		case Same:
			word = "as before"
		case CannotTell:
			word = "not known"
		}
		text += fmt.Sprintf("; one CPU %s (%s)", word, one.difference())
	}
	return text
}

// timeOnOneCPU is the time of the benchmark on one CPU, with one worker if it knows
// workers.
func (r *Report) timeOnOneCPU(c Change) (Change, bool) {
	_, family := workers(c.Point)
	for _, one := range r.Changes {
		if one.Quantity != Time || one.Cores != 1 || one.Package != c.Package || one.Benchmark != c.Benchmark {
			continue
		}
		if w, f := workers(one.Point); f == family && (w == "" || w == "1") {
			return one, true
		}
	}
	return Change{}, false
}

// procsSuffix is the end of a point at which GOMAXPROCS is not 1.
var procsSuffix = regexp.MustCompile(`-[0-9]+$`)

// workers splits a point into its workers and the rest that its curve has in common,
// which is all but the workers and the cores.
func workers(point string) (workers, rest string) {
	var parts []string
	for part := range strings.SplitSeq(procsSuffix.ReplaceAllString(point, ""), "/") {
		switch key, value, _ := strings.Cut(part, "="); key {
		case "workers":
			workers = value
		case "cores":
		default:
			parts = append(parts, part)
		}
	}
	return workers, strings.Join(parts, "/")
}

// falseAlarms states the error rate of the report.
func (r *Report) falseAlarms() string {
	if !(r.Alpha > 0 && r.Alpha < 1) {
		return ""
	}
	return fmt.Sprintf("on the same code, at most 1 in %.0f such reports has a false alarm", math.Floor(1/r.Alpha+1e-9))
}

// shareText writes a share in percent.
func shareText(share float64) string { return count(math.Round(1e4*share)/100) + " %" }
