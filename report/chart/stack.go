package chart

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"overlap/internal/table"
	"overlap/report/analyse"
)

const stackCaption = "The length of a bar is the number of its cores; the parts say what they did. Work: the CPU time that the same jobs need with one worker on one core, or the CPU time that they took, if that is less. Inflation: CPU time beyond that. Run queue: other programs had the core. Imbalance: there was no task for it. Locked, runnable, waiting: there were tasks, but none could run. The words beside a bar name its largest loss; “no worker” means fewer workers than cores."

// Stack draws what the cores of each row did at its best point, as far as the file says.
func Stack(a *analyse.Analysis) (Chart, bool) {
	var bars []stackBar
	for _, r := range a.Rows {
		for _, s := range r.Stacks {
			if s.Workers == r.Workers && s.P == r.P {
				bars = append(bars, stackBar{r.Name(), s})
			}
		}
	}
	return stackChart("What the cores did at the best workers of each row, in cores", bars)
}

// stackOfRow draws what the cores did at every point of a row.
func stackOfRow(r analyse.Row) (Chart, bool) {
	var bars []stackBar
	for _, s := range r.Stacks {
		label := table.Count(s.P, "core")
		if s.Workers > 0 {
			label = table.Count(s.Workers, "worker") + ", " + label
		}
		bars = append(bars, stackBar{label, s})
	}
	// Longer lists cannot be read. Then numbers of cores between one and all are shown at
	// the best workers only.
	const most = 24
	if len(bars) > most {
		bars = slices.DeleteFunc(bars, func(b stackBar) bool {
			return b.P > 1 && b.P < r.P && b.Workers != r.Workers
		})
	}
	bars = bars[max(0, len(bars)-2*most):]
	c, ok := stackChart("What the cores did, in cores", bars)
	slices.Reverse(bars) // in words, the most cores and workers come first
	c.Alt = stackAlt(bars)
	return c, ok
}

func stackChart(title string, list []stackBar) (Chart, bool) {
	list = slices.Clone(list)
	return Chart{
		Name:    "stack",
		Title:   "Speedup stack",
		Caption: stackCaption,
		Alt:     stackAlt(list),
		width:   pageWidth,
		height:  vg.Length(96 + stackPitch*len(list)),
		draw: func(c draw.Canvas, t Theme) {
			bars := stackBars{list, t}
			c = t.headline(c, title)
			c = t.legend(c, bars.legend())
			low, high := bars.reach()
			t.lanes(c, "cores", func(x *plot.Axis) {
				x.Min, x.Max = low, high+0.4*(high-low) // room for the text behind the bars
				x.Tick.Marker = coreTicks{high}
			}, 0.5-float64(len(list)), 0.5, bars.labels(), bars)
		},
	}, len(list) > 0
}

// stackPitch is the distance from bar to bar, stackHeight the height of a bar, in points.
const stackPitch, stackHeight = 17, 11

type stackBar struct {
	label string
	analyse.Stack
}

// stackBars is the plotter.
type stackBars struct {
	bars []stackBar
	t    Theme
}

// stackParts are the patterns of the parts, in the order of the stack, by the beginning of
// their names: a part that holds others is named after all of them.
var stackParts = []struct {
	name string
	pattern
}{
	{"work", solid}, {"inflation", upright}, {"GC", level}, {"run queue", rising},
	{"imbalance", falling}, {"locked", crossed}, {"runnable", dotted}, {"waiting", hollow},
	{"residual", dashed},
}

// drawn returns the parts that are large enough to be seen, with the indices of their
// patterns.
func (s stackBar) drawn() (parts []analyse.Part, kinds []int) {
	all := append(slices.Clone(s.Parts()), analyse.Part{Name: "residual", Cores: s.Residual})
	// Work that waits can take less CPU time than its baseline. A bar of both would be
	// longer than the cores and begin left of zero.
	if saved := min(0, all[1].Cores); strings.HasPrefix(all[1].Name, "inflation") {
		all[0].Cores, all[1].Cores = all[0].Cores+saved, all[1].Cores-saved
	}
	for _, part := range all {
		least := 0.004 * float64(s.P)
		if part.Name == "residual" {
			least = analyse.Tolerance * float64(s.P)
		}
		for i, known := range stackParts {
			if strings.HasPrefix(part.Name, known.name) && math.Abs(part.Cores) > least {
				parts, kinds = append(parts, part), append(kinds, i)
			}
		}
	}
	return parts, kinds
}

// reach returns the range of the bars. Negative parts lie left of zero.
func (b stackBars) reach() (low, high float64) {
	high = 1
	for _, s := range b.bars {
		left, right := 0.0, 0.0
		parts, _ := s.drawn()
		for _, part := range parts {
			left += min(0, part.Cores)
			right += max(0, part.Cores)
		}
		low, high = min(low, left), max(high, right, float64(s.P))
	}
	return low * 1.05, high
}

func (b stackBars) labels() (ticks plot.ConstantTicks) {
	style := b.t.text(small, b.t.Ink)
	for i, s := range b.bars {
		ticks = append(ticks, plot.Tick{Value: -float64(i), Label: clip(style, b.t.say(s.label), maxLabelWidth)})
	}
	return ticks
}

// legend explains the parts that occur. A part is named after everything that it holds in
// any of the bars.
func (b stackBars) legend() (entries []entry) {
	names := make([]string, len(stackParts))
	for _, s := range b.bars {
		parts, kinds := s.drawn()
		for i, k := range kinds {
			if len(parts[i].Name) > len(names[k]) {
				names[k] = parts[i].Name
			}
		}
	}
	for k, name := range names {
		if name != "" {
			entries = append(entries, entry{name, func(c draw.Canvas, r vg.Rectangle) { b.fill(c, r, k) }})
		}
	}
	return append(entries, entry{"cores that it had", wallMark(b.cores())})
}

func (b stackBars) fill(c draw.Canvas, r vg.Rectangle, kind int) {
	var ink color.Color = b.t.Muted
	if kind < len(b.t.Series) {
		ink = b.t.Series[kind]
	}
	stackParts[kind].fill(c, r, ink, b.t.Background)
}

func (b stackBars) cores() draw.LineStyle { return line(b.t.Ceiling, 2) }

func (b stackBars) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	for i, s := range b.bars {
		b.bar(c, s, tx, ty(-float64(i)))
	}
}

func (b stackBars) bar(c draw.Canvas, s stackBar, x func(float64) vg.Length, y vg.Length) {
	left, right := 0.0, 0.0
	parts, kinds := s.drawn()
	for i, part := range parts {
		from, to := right, right+part.Cores
		if part.Cores < 0 {
			from, to = left+part.Cores, left
			left = from
		} else {
			right = to
		}
		b.fill(c, span(x(from), x(to), y-stackHeight/2, y+stackHeight/2), kinds[i])
	}
	end := x(float64(s.P))
	c.StrokeLine2(b.cores(), end, y-stackHeight/2-2, end, y+stackHeight/2+2)
	style := b.t.aligned(small, b.t.Ink, text.XLeft, text.YCenter)
	at := max(end, x(right)) + 6
	c.FillText(style, vg.Point{X: at, Y: y + centred}, clip(style, b.t.say(s.loss()), c.Max.X-at))
}

// loss names the largest part that is not work.
func (s stackBar) loss() string {
	largest := s.Largest()
	if largest.Name == "" {
		return "all work"
	}
	absent := float64(s.P - s.Workers) // cores that had no worker to run on them
	if s.Workers > 0 && strings.HasPrefix(largest.Name, "imbalance") && absent > largest.Cores/2 {
		return "no worker " + table.Figures(min(absent, largest.Cores))
	}
	return largest.Name + " " + table.Figures(largest.Cores)
}

// stackAlt says for each bar how much was work, and its largest loss.
func stackAlt(bars []stackBar) string {
	return "A stacked bar each, in cores: " + sentence(len(bars), func(i int) string {
		s := bars[i]
		return fmt.Sprintf("%s: work %s of %s, %s", s.label, table.Figures(s.worked()), table.Count(s.P, "core"), s.loss())
	})
}

// worked returns the work as the bar shows it: what the jobs took, if that is less than
// their baseline.
func (s stackBar) worked() float64 {
	if strings.HasPrefix(s.Parts()[1].Name, "inflation") {
		return s.Work + min(0, s.Parts()[1].Cores)
	}
	return s.Work
}

// coreTicks labels round numbers of cores up to end.
type coreTicks struct{ end float64 }

func (k coreTicks) Ticks(low, _ float64) (ticks []plot.Tick) {
	step := 0.25
	for (k.end-low)/step > 8 {
		step *= 2
	}
	for i := int(math.Ceil(low / step)); float64(i)*step <= k.end; i++ {
		v := float64(i) * step
		ticks = append(ticks, plot.Tick{Value: v, Label: fmt.Sprintf("%g", v)})
	}
	return ticks
}
