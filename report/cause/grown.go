package cause

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/google/pprof/profile"

	"overlap/internal/table"
)

func nothingMore(Recorded) float64 { return 0 }

// cpu returns the lines that certainly take more CPU time.
func (c *compared) cpu() (list []Growth) {
	all, passes := c.gather(func(r Recorded) *profile.Profile { return r.CPUTime }, func(measured) (Kind, bool) { return "", true }, nothingMore)
	var drawn [2][]float64 // samples of each pass
	var sums [2]float64
	for side, recorded := range passes {
		for _, r := range recorded {
			n := 0.0
			eachSample(r.CPUTime, "samples", "cpu", func(_ stack, p part) { n += p.count })
			drawn[side] = append(drawn[side], n)
			sums[side] += n
		}
	}
	if sums[0] == 0 || sums[1] == 0 {
		return nil
	}
	ratio, unsure := c.ratio(passes, drawn)
	value := func(side int, p part) float64 {
		share := p.count / sums[side]
		if side == 1 {
			share *= ratio
		}
		return share
	}
	for _, key := range slices.SortedFunc(maps.Keys(all), compareCharged) {
		t := all[key]
		var whole [2]part
		var errs [2]float64
		for side := range whole {
			var shares []float64
			for n, p := range t.sums[side] {
				whole[side].add(p)
				if drawn[side][n] > 0 {
					shares = append(shares, p.count/drawn[side][n])
				}
			}
			errs[side] = max(scale{part{count: sums[side]}, 1}.stderr(whole[side]), spread(shares)/math.Sqrt(float64(len(shares))))
		}
		more := value(1, whole[1]) - value(0, whole[0])
		stderr := math.Hypot(math.Hypot(ratio*errs[1], errs[0]), whole[1].count/sums[1]*unsure)
		lines := t.growing(value)
		if more <= sure*stderr || more < leastGrowth || len(lines) == 0 {
			continue
		}
		// A processor charges a slow instruction to later lines, too: one of the diff is the more
		// likely cause.
		best := lines[0]
		if i := slices.IndexFunc(lines, func(x grew) bool { return c.edits.mark(x.line) == LineChanged }); i >= 0 && lines[i].value > best.value/4 {
			best = lines[i]
		}
		g := Growth{Line: best.line, CPU: more}
		t.mark(c.edits, &g, value)
		list = append(list, g)
	}
	return leaveOutSmall(list, func(g Growth) float64 { return g.CPU })
}

// ratio returns head's CPU time of an operation over that of base, with its standard error. On
// one core it is nearly that of the time, which is known better than passes tell. On several,
// samples say: the clocks also know of the kernel's time for waking threads, which profiles
// have too little of, and which would pass for time of what they have.
func (c *compared) ratio(passes [2][]Recorded, drawn [2][]float64) (ratio, stderr float64) {
	var perOp, busy [2][]float64
	var sums [2]float64
	for side, recorded := range passes {
		for n, r := range recorded {
			perOp[side] = append(perOp[side], drawn[side][n]/float64(r.Ops))
			busy[side] = append(busy[side], r.busy())
			sums[side] += drawn[side][n]
		}
	}
	of := perOp
	time, unsure := 1.0, math.Sqrt(1/sums[0]+1/sums[1]) // of samples drawn at random
	if !c.Several && c.Time > 0 && c.Low > 0 && !math.IsInf(c.High, 0) && !math.IsNaN(c.High) {
		time, unsure = c.Time, (c.High-c.Low)/(2*1.96)
		of = busy
	}
	base, head := meanOf(of[0]), meanOf(of[1])
	if !(base > 0) || !(head > 0) {
		return 1, math.Inf(1)
	}
	relative := math.Hypot(spread(of[0])/base/math.Sqrt(float64(len(of[0]))), spread(of[1])/head/math.Sqrt(float64(len(of[1]))))
	ratio = time * head / base
	return ratio, ratio * math.Hypot(unsure/time, relative)
}

// allocations returns the lines that certainly allocate more.
func (c *compared) allocations() (list []Growth) {
	const tiny = 16 // bytes of a block of the runtime for several objects without pointers
	for _, small := range []bool{false, true} {
		all, passes := c.gather(func(r Recorded) *profile.Profile { return r.Allocs }, func(s measured) (Kind, bool) { return "", (s.value == tiny*s.count) == small }, nothingMore)
		if len(passes[0]) == 0 || len(passes[1]) == 0 {
			continue
		}
		ops := opsOf(passes)
		for _, what := range []func(part) float64{func(p part) float64 { return p.count }, func(p part) float64 { return p.value }} {
			value := func(side int, p part) float64 { return what(p) / ops[side] }
			for _, key := range slices.SortedFunc(maps.Keys(all), compareCharged) {
				t := all[key]
				more, certain := apart(t.rates(passes, what))
				if !certain {
					continue
				}
				for _, u := range t.growing(value) {
					g := Growth{Line: u.line, Allocs: u.count / ops[1], Bytes: u.part.value / ops[1], Small: small}
					t.mark(c.edits, &g, value)
					// Which object begins a block is chance: a line that shares blocks with a new
					// one counts for more than before.
					named := slices.ContainsFunc(list, func(o Growth) bool { return o.Line == g.Line })
					if !named && (!small || g.Mark != Unmarked) {
						list = append(list, g)
					}
					if more -= u.value; more < leastOfLargest*u.value {
						break // the rest only moved from one line to another
					}
				}
			}
		}
	}
	list = slices.DeleteFunc(list, func(g Growth) bool { return g.Allocs < 0 && g.Bytes < 0 })
	most := slices.MaxFunc(append(slices.Clone(list), Growth{}), func(a, b Growth) int { return cmp.Compare(a.Allocs, b.Allocs) }).Allocs
	bytes := slices.MaxFunc(append(slices.Clone(list), Growth{}), func(a, b Growth) int { return cmp.Compare(a.Bytes, b.Bytes) }).Bytes
	return slices.DeleteFunc(list, func(g Growth) bool {
		return g.Allocs < leastOfLargest*most && g.Bytes < leastOfLargest*bytes
	})
}

// waiting returns the lines at which goroutines certainly wait longer.
func (c *compared) waiting() []Growth {
	list := c.longer(func(r Recorded) *profile.Profile { return r.Block })
	held := c.longer(func(r Recorded) *profile.Profile { return r.Mutex })
	for i := range list {
		if g := &list[i]; len(held) > 0 && isLock(g.Kind) {
			g.Holder = &held[0].Line
			if g.Mark == Unmarked && held[0].Mark != Unmarked {
				g.Mark, g.Called = held[0].Mark, held[0].Called
				if g.Mark != CallChanged { // it is the holder's
					g.Mark, g.Called = CallChanged, g.Holder
				}
			}
			break
		}
	}
	return list
}

func isLock(k Kind) bool { return k == Lock || k == Readers }

// longer returns the lines with more delay in a mutex or block profile, largest first.
func (c *compared) longer(of func(Recorded) *profile.Profile) (list []Growth) {
	// A wait ends for a profile when the goroutine is ready. How long it then takes to run is
	// only known of all together.
	waking := func(r Recorded) float64 {
		sum := 0.0
		for _, s := range stacksOf(of(r)) {
			sum += s.count
		}
		return r.Ready * float64(r.Wall) / max(1, sum)
	}
	all, passes := c.gather(of, func(s measured) (Kind, bool) { return s.stack.kind(c.m), !s.stack.harness() }, waking)
	if len(passes[0]) == 0 || len(passes[1]) == 0 {
		return nil
	}
	ops := opsOf(passes)
	var times []float64
	for _, r := range passes[0] {
		times = append(times, float64(r.Wall)/float64(r.Ops))
	}
	op := meanOf(times) // of base
	delay := func(p part) float64 { return p.value / op }
	value := func(side int, p part) float64 { return delay(p) / ops[side] }
	for _, key := range slices.SortedFunc(maps.Keys(all), compareCharged) {
		t := all[key]
		more, certain := apart(t.rates(passes, delay))
		lines := t.growing(value)
		if !certain || more < leastGrowth || len(lines) == 0 {
			continue
		}
		g := Growth{Line: lines[0].line, Waiting: more, Kind: key.kind}
		t.mark(c.edits, &g, value)
		list = append(list, g)
	}
	slices.SortStableFunc(list, func(a, b Growth) int { return cmp.Compare(b.Waiting, a.Waiting) })
	return leaveOutSmall(list, func(g Growth) float64 { return g.Waiting })
}

// rates returns what the passes have of a balance for an operation.
func (t *balance) rates(passes [2][]Recorded, what func(part) float64) (rates [2][]float64) {
	for side := range rates {
		for n, p := range t.sums[side] {
			rates[side] = append(rates[side], what(p)/float64(passes[side][n].Ops))
		}
	}
	return rates
}

// apart returns by how much the mean of the second list exceeds that of the first, and whether
// that is more than three standard errors, and each of its numbers exceeds all of the first.
// Two numbers say little of how much they vary: of those, the lists must be farther apart than
// either is wide.
func apart(rates [2][]float64) (more float64, certain bool) {
	if len(rates[0]) < 2 || len(rates[1]) < 2 {
		return 0, false
	}
	wide := max(slices.Max(rates[0])-slices.Min(rates[0]), slices.Max(rates[1])-slices.Min(rates[1]))
	gap := slices.Min(rates[1]) - slices.Max(rates[0])
	more = meanOf(rates[1]) - meanOf(rates[0])
	stderr := math.Hypot(spread(rates[0])/math.Sqrt(float64(len(rates[0]))), spread(rates[1])/math.Sqrt(float64(len(rates[1]))))
	few := min(len(rates[0]), len(rates[1])) < 3
	return more, gap > 0 && more > sure*stderr && (gap > wide || !few)
}

// opsOf returns the operations of all passes.
func opsOf(passes [2][]Recorded) (sums [2]float64) {
	for side, recorded := range passes {
		for _, r := range recorded {
			sums[side] += float64(r.Ops)
		}
	}
	return sums
}

func meanOf(list []float64) (mean float64) {
	for _, x := range list {
		mean += x / float64(len(list))
	}
	return mean
}

// spread is the standard deviation; 0 of less than two numbers.
func spread(list []float64) float64 {
	if len(list) < 2 {
		return 0
	}
	mean, sum := meanOf(list), 0.0
	for _, x := range list {
		sum += (x - mean) * (x - mean)
	}
	return math.Sqrt(sum / float64(len(list)-1))
}

func compareCharged(a, b charged) int {
	return cmp.Or(cmp.Compare(a.function, b.function), cmp.Compare(a.kind, b.kind))
}

// leaveOutSmall leaves out what is small beside the largest.
func leaveOutSmall(list []Growth, of func(Growth) float64) []Growth {
	most := 0.0
	for _, g := range list {
		most = max(most, of(g))
	}
	return slices.DeleteFunc(list, func(g Growth) bool { return of(g) < leastOfLargest*most })
}

// Words say what grew, and what the diff has to do with it if it leaves the line alone:
// "+38 % CPU, +1 allocation (48 B), in a function that this diff changes".
func (g Growth) Words() string {
	var parts []string
	if g.CPU > 0 {
		parts = append(parts, inPercent(g.CPU)+" CPU")
	}
	bytes := strconv.FormatFloat(g.Bytes, 'f', 0, 64) + " B"
	switch {
	case g.Small:
		parts = append(parts, "more small allocations")
	case g.Allocs > 0 && g.Bytes > 0:
		parts = append(parts, "+"+countOf(g.Allocs, "allocation")+" ("+bytes+")")
	case g.Allocs > 0:
		parts = append(parts, "+"+countOf(g.Allocs, "allocation"))
	case g.Bytes > 0:
		parts = append(parts, "+"+bytes)
	}
	if g.Waiting > 0 {
		text := inPercent(g.Waiting) + " waiting"
		switch {
		case g.Holder != nil:
			text += " for the lock held until " + g.Holder.Place()
		case g.Kind == Channel:
			text += " for a channel"
		}
		parts = append(parts, text)
	}
	text := strings.Join(parts, ", ")
	switch g.Mark {
	case FuncChanged:
		text += ", in a function that this diff changes"
	case CallChanged:
		text += "; this diff changes " + g.Called.Place()
	}
	return text
}

// countOf is a number of things; of less than one on average it has two decimals.
func countOf(x float64, thing string) string {
	if whole := math.Round(x); math.Abs(x-whole) < .05 && whole >= 1 {
		return table.Count(int(min(whole, 1e9)), thing)
	}
	return table.Figures(x) + " " + thing + "s"
}

// inPercent is a share with its sign.
func inPercent(x float64) string {
	if x >= .0995 {
		return "+" + strconv.FormatFloat(100*x, 'f', 0, 64) + " %"
	}
	return "+" + strconv.FormatFloat(100*x, 'f', 1, 64) + " %"
}

// CannotTell says that nothing certainly grew, and what of the diff runs.
func (w Where) CannotTell() string {
	text := "cannot tell where: no line certainly takes more"
	var places []string
	for _, l := range w.Touched[:min(len(w.Touched), maxTouched)] {
		places = append(places, l.Place())
	}
	if more := len(w.Touched) - len(places); more > 0 {
		places = append(places, fmt.Sprintf("%d more", more))
	}
	if len(places) > 0 {
		text += "; of what this diff changes, it runs " + strings.Join(places, ", ")
	}
	return text
}

// maxTouched is how many lines are named if none certainly grew.
const maxTouched = 3
