package historypage

import (
	"fmt"
	"html"
	"html/template"
	"math"
	"strconv"
	"strings"

	"overlap/report/history"
)

// The chart in its units, which are CSS pixels on a phone: the whole, and the place of the
// plot in it, with room for the labels of the axes.
const (
	wide, tall                = 328, 156
	left, top                 = 46, 4
	plotWidth, plotHeight     = wide - left - 4, tall - top - 20
	labelHeight, digitAdvance = 13, 7.2
)

// maxDots limits the commits that have dots: more would touch.
const maxDots = 40

// plot maps commits and levels to places.
type plot struct {
	first, last int
	low, high   float64 // binary logarithms of levels
}

func (p plot) x(commit float64) float64 {
	const margin = 4 // of the first and the last commit
	return margin + (plotWidth-2*margin)*(commit-float64(p.first))/float64(max(1, p.last-p.first))
}

func (p plot) y(log float64) float64 { return plotHeight * (p.high - log) / (p.high - p.low) }

// level is the place of a level, not too far beyond the plot.
func (p plot) level(value float64) float64 {
	return max(-plotHeight, min(2*plotHeight, p.y(math.Log2(value))))
}

// lines are the classes of the lines of a chart: of the first series, and of another.
var lines = [2]string{"one", "two"}

// figure draws series of one point that go together: a time and its mean, a speedup, or
// bytes and allocations.
func (g *group) figure(x place, series []history.Series, first, last int, d detail) figure {
	var banded []history.Series // two bands would cover each other
	var names, values []string
	for i, s := range series {
		if s.Quantity != history.MeanTime || len(series) == 1 {
			banded = append(banded, s)
		}
		name := s.Quantity.String()
		if s.Quantity == history.Speedup {
			name = "speedup S, efficiency E"
		}
		names = append(names, name)
		if text := now(s, x, ""); text != "" && (i == 0 || s.Quantity != history.MeanTime) {
			values = append(values, text+map[bool]string{true: " " + s.Quantity.String()}[s.Quantity == history.Bytes || s.Quantity == history.Allocs])
		}
	}
	_, _, low, high := history.Extent(series)
	p := plot{first, last, low, high}
	title := x.Of(strings.Join(names, " and "))
	f := figure{Title: title, Now: strings.Join(values, ", ")}

	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="series" viewBox="0 0 %d %d" role="img" aria-label="%s">`, wide, tall, html.EscapeString(g.name+": "+title+": "+described(series, g.commits)))
	p.axes(&b, g.commits)
	fmt.Fprintf(&b, `<svg x="%d" y="%d" width="%d" height="%d">`, left, top, plotWidth, plotHeight) // clips what leaves the plot
	for _, s := range banded {
		p.bands(&b, s.Pieces(first, last, d.columns))
	}
	for i, s := range series {
		class := lines[i]
		if s.Quantity == history.MeanTime {
			class = "mean"
		}
		p.line(&b, s.Pieces(first, last, d.columns), class)
	}
	told := map[string]bool{}
	for i, s := range series {
		p.steps(&b, s.Steps, i, told)
	}
	b.WriteString("</svg></svg>")
	f.SVG = template.HTML(b.String())
	return f
}

// described says what a chart shows to those who cannot see it.
func described(series []history.Series, commits []history.Commit) string {
	var parts []string
	for _, s := range series {
		end := s.Points[len(s.Points)-1]
		text := fmt.Sprintf("%s %s since %s", s.Quantity, (history.Ratio{Value: end.Level}).Percent(), commits[s.Points[0].Commit].Short())
		for i, step := range s.Steps {
			if i == 5 {
				text += fmt.Sprintf(", and %d more", len(s.Steps)-i)
				break
			}
			text += fmt.Sprintf(", a step of %s at %s", step.Percent(), step.After.Short())
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, "; ")
}

// axes draws changes on the left and dates below.
func (p plot) axes(b *strings.Builder, commits []history.Commit) {
	var grid strings.Builder
	for _, t := range history.Ticks(p.low, p.high, 5) {
		y := top + p.y(t.Log2)
		fmt.Fprintf(&grid, "M%d %.1fh%d", left, y, plotWidth)
		fmt.Fprintf(b, `<text class="end" x="%d" y="%.1f">%s</text>`, left-4, y+4, html.EscapeString(t.Label))
	}
	fmt.Fprintf(b, `<path class="grid" d="%s"/><path class="axis" d="M%d %dv%dh%d"/>`, grid.String(), left, top, plotHeight, plotWidth)
	named := []int{p.first, p.last}
	if p.last-p.first > 3 {
		named = []int{p.first, (p.first + p.last) / 2, p.last}
	}
	var ticks strings.Builder
	for i, commit := range named {
		x := left + p.x(float64(commit))
		fmt.Fprintf(&ticks, "M%.1f %dv3", x, top+plotHeight)
		label := commits[commit].Day()
		if commits[commit].Time.IsZero() {
			label = commits[commit].Short()
		}
		class, at := "middle", x
		switch {
		case i == 0:
			class, at = "start", max(0, x-digitAdvance*5)
		case i == len(named)-1:
			class, at = "end", wide
		}
		fmt.Fprintf(b, `<text class="%s" x="%.1f" y="%d">%s</text>`, class, at, tall-3, html.EscapeString(label))
	}
	fmt.Fprintf(b, `<path class="axis" d="%s"/>`, ticks.String())
}

// pen writes a path briefly: in differences of a tenth, as 4-.5.
type pen struct {
	strings.Builder
	x, y float64
	line bool // the last command was to
}

func tenth(v float64) float64 { return math.Round(10*v) / 10 }

func (p *pen) move(x, y float64) {
	p.x, p.y, p.line = tenth(x), tenth(y), false
	fmt.Fprintf(p, "M%g %g", p.x, p.y)
}

func (p *pen) to(x, y float64) {
	dx, dy := number(tenth(x)-p.x), number(tenth(y)-p.y)
	p.x, p.y = tenth(x), tenth(y)
	switch {
	case !p.line:
		p.WriteByte('l')
	case dx[0] != '-':
		p.WriteByte(' ')
	}
	p.WriteString(dx)
	if dy[0] != '-' {
		p.WriteByte(' ')
	}
	p.WriteString(dy)
	p.line = true
}

// number writes a tenth without the zero before the point.
func number(v float64) string {
	text := strconv.FormatFloat(tenth(v)+0, 'f', -1, 64) // + 0, because -0 is written so
	switch {
	case strings.HasPrefix(text, "0."):
		return text[1:]
	case strings.HasPrefix(text, "-0."):
		return "-" + text[2:]
	}
	return text
}

func (p plot) bands(b *strings.Builder, pieces []history.Piece) {
	var d pen
	for _, piece := range pieces {
		if piece.Bounds[0].Low == piece.Bounds[0].High && piece.Bounds[len(piece.Bounds)-1].Low == piece.Bounds[len(piece.Bounds)-1].High {
			continue // counted
		}
		d.move(p.x(float64(piece.Bounds[0].Commit)), p.level(piece.Bounds[0].High))
		for _, x := range piece.Bounds[1:] {
			d.to(p.x(float64(x.Commit)), p.level(x.High))
		}
		for i := len(piece.Bounds) - 1; i >= 0; i-- {
			d.to(p.x(float64(piece.Bounds[i].Commit)), p.level(piece.Bounds[i].Low))
		}
		d.WriteString("z")
	}
	if d.Len() > 0 {
		fmt.Fprintf(b, `<path class="band" d="%s"/>`, d.String())
	}
}

func (p plot) line(b *strings.Builder, pieces []history.Piece, class string) {
	var line, joints, dots pen
	for _, piece := range pieces {
		if len(piece.Joint) == 2 {
			joints.move(p.x(float64(piece.Joint[0].Commit)), p.level(piece.Joint[0].Level))
			joints.to(p.x(float64(piece.Joint[1].Commit)), p.level(piece.Joint[1].Level))
		}
		for i, x := range piece.Points {
			at, level := p.x(float64(x.Commit)), p.level(x.Level)
			if i == 0 {
				line.move(at, level)
			} else {
				line.to(at, level)
			}
			if p.last-p.first <= maxDots && class != "mean" {
				dots.move(at, level)
				dots.WriteString("h0")
			}
		}
	}
	for _, path := range []struct {
		class string
		pen   *pen
	}{{"joint", &joints}, {"line " + class, &line}, {"dots " + class, &dots}} {
		if path.pen.Len() > 0 {
			fmt.Fprintf(b, `<path class="%s" d="%s"/>`, path.class, path.pen.String())
		}
	}
}

// steps draws an upright line where a series left its level, and the change if there is
// room, that of another series a line below. What two series say of the same commits, as
// B/op and allocs/op often do, is told once.
func (p plot) steps(b *strings.Builder, steps []history.Step, row int, told map[string]bool) {
	free := 0.0
	for _, s := range steps {
		class := "better"
		if s.Worse {
			class = "worse"
		}
		from, to := p.x(float64(s.At[0])), p.x(float64(s.At[1]))
		fmt.Fprintf(b, `<path class="step %s" d="M%.1f 0v%d"/>`, class, (from+to)/2, plotHeight)
		if s.At[1]-s.At[0] > 1 { // the commits among which it is
			fmt.Fprintf(b, `<path class="range %s" d="M%.1f %dH%.1f"/>`, class, from, plotHeight-1, to)
		}
		label := s.Percent()
		once := fmt.Sprint(s.At, label)
		if told[once] {
			continue
		}
		told[once] = true
		width := digitAdvance * float64(len([]rune(label)))
		at := (from+to)/2 + 3
		if at+width > plotWidth {
			at = (from+to)/2 - 3 - width
		}
		if at >= free {
			fmt.Fprintf(b, `<text class="%s" x="%.1f" y="%d">%s</text>`, class, at, 10+row*labelHeight, html.EscapeString(label))
			free = at + width + 3
		}
	}
}
