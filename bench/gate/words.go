package gate

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"overlap/internal/table"
)

// longestName is where a name within a sentence is cut, in columns.
const longestName = 60

// join makes a name of a benchmark and its point, which may be empty.
func join(benchmark, point string) string {
	name := benchmark
	if point != "" {
		name += "/" + point
	}
	return table.Cut(table.OneLine(name), longestName)
}

// short names what changed, without its package.
func (c Change) short() string { return join(c.Benchmark, c.Point) }

// full names what changed, with its package.
func (c Change) full() string {
	name := c.Benchmark
	if c.Package != "" {
		name = c.Package + "." + name
	}
	if c.Point != "" {
		name += "/" + c.Point
	}
	return table.OneLine(name)
}

// symbol is the quantity in a table, where the metrics have the letters that a
// report gives them; nothing where the unit says it.
func (q Quantity) symbol() string {
	switch q {
	case Time, Bytes, Allocs:
		return ""
	case MeanTime:
		return "mean "
	case Speedup:
		return "S "
	case ConcurrencyGain:
		return "G_c "
	case ParallelismGain:
		return "G_p "
	case Efficiency:
		return "E "
	case SoftwareEfficiency:
		return "S/H "
	case AverageParallelism:
		return "A "
	}
	return string(q) + " "
}

// values are both sides in one unit: 1.23 → 1.31 µs.
func (c Change) values() string {
	scale, unit := 1.0, ""
	switch c.Quantity {
	case Time, MeanTime:
		scale, unit = timeScale(c.Base, c.Head)
	case Bytes:
		unit = " B/op"
	case Allocs:
		unit = " allocs/op"
	case AverageParallelism:
		unit = " CPUs"
	}
	if c.Beside {
		unit += " beside others"
	}
	format := digits
	if c.Quantity == Bytes || c.Quantity == Allocs {
		format = count
	}
	return format(c.Base/scale) + c.BaseSpan.words(c.Base) + " → " + format(c.Head/scale) + c.HeadSpan.words(c.Head) + unit
}

// words are the interval around a value, to as many decimals: at least one of the
// last.
func (s Span) words(value float64) string {
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
func timeScale(times ...float64) (nanoseconds float64, unit string) {
	most := 0.0
	for _, t := range times {
		if t > most && !math.IsInf(t, 0) {
			most = t
		}
	}
	switch {
	case most >= 1e9:
		return 1e9, " s"
	case most >= 1e6:
		return 1e6, " ms"
	case most >= 1e3:
		return 1e3, " µs"
	}
	return 1, " ns"
}

// count is a number that has no decimals if it is whole.
func count(x float64) string {
	if x == math.Trunc(x) && math.Abs(x) < 1e7 {
		return strconv.FormatFloat(x, 'f', 0, 64)
	}
	return digits(x)
}

// digits is a number in three digits, or one below ten million in all before the
// point.
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

// difference is the change with its interval: +5.1 % [4.6, 5.7].
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

// interval is empty where no chance is involved, or it is not known.
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

// percent is by how much a ratio differs from 1.
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

// sees is the noise floor, and in brackets what it would be if code did not move.
func (c Change) sees() string {
	if c.Exact {
		return "exact"
	}
	text := floorWords(c.Floor)
	if c.Layouts != nil {
		if still := floorWords(c.Layouts.Floor); still != text {
			text += " (" + strings.TrimPrefix(still, "≥ ") + ")"
		}
	}
	return text
}

// floorWords are a floor.
func floorWords(floor float64) string {
	switch {
	case math.IsNaN(floor):
		return "–"
	case floor >= 10 || math.IsInf(floor, 0):
		return "> ×10"
	}
	return "≥ " + inPercent(floor)
}

// inPercent is a share in percent, or a factor if it is more than all.
func inPercent(x float64) string {
	if table.AsFactor(1 + x) {
		return "×" + digits(1+x)
	}
	return percent(1+x, places(1+x, 0, 1)) + " %"
}

// moves are by how much layouts of the same code differ: at most so much where this
// run does not see that they do.
func (c Change) moves() string {
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

// sentence says what became worse, and where.
func (r *Report) sentence(c Change) string { return c.short() + ": " + r.finding(c) }

// finding says what became worse, and of a benchmark that scales worse how it
// does on one CPU: whether it lost its speed or its scaling.
func (r *Report) finding(c Change) string {
	text := c.Word() + ": "
	if c.Quantity.symbol() != "" {
		text += string(c.Quantity) + " "
	}
	text += c.values() + " (" + c.difference() + ")"
	if c.Quantity.LessIsBetter() || c.Quantity == AverageParallelism {
		return text
	}
	if alone, ok := r.alone(c); ok {
		word := "as before"
		if alone.Verdict != Same {
			word = alone.Word()
		}
		if alone.Verdict == CannotTell {
			word = "not known"
		}
		text += fmt.Sprintf("; one CPU %s (%s)", word, alone.difference())
	}
	return text
}

// alone is the time of the benchmark on one CPU, with one worker if it knows
// workers.
func (r *Report) alone(c Change) (Change, bool) {
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

// procs is the end of a point at which GOMAXPROCS is not 1.
var procs = regexp.MustCompile(`-[0-9]+$`)

// workers are those of a point, and what its curve has in common: all but the
// workers and the cores.
func workers(point string) (workers, rest string) {
	var parts []string
	for part := range strings.SplitSeq(procs.ReplaceAllString(point, ""), "/") {
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

// threshold is the share up to which changes are the same.
func (r *Report) threshold() string { return count(math.Round(1e4*r.Threshold)/100) + " %" }
