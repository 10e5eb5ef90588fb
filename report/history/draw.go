package history

import (
	"fmt"
	"math"
	"slices"
	"strconv"
)

// Piece is a stretch of a series without a gap, thinned to what a picture can show.
type Piece struct {
	Joint  []Point // the ends of the gap before it; empty if it has none
	Points []Point // of the line
	Bounds []Point // of the band, which has no peaks to keep
}

// Pieces returns the series as a picture of the commits from first to last shows it that
// has so many columns: in each, the first, the lowest, the highest and the last point stay.
func (s Series) Pieces(first, last, columns int) (list []Piece) {
	column := func(p Point) int { return (p.Commit - first) * columns / max(columns, last-first+1) }
	points := s.Points
	for i := 0; i < len(points); {
		var p Piece
		if n := len(list); n > 0 && points[i].Gap {
			before := list[n-1].Points
			p.Joint = []Point{before[len(before)-1], points[i]}
		}
		for from := i; i < len(points) && (i == from || points[i].Base >= 0); {
			end := i + 1
			for end < len(points) && points[end].Base >= 0 && column(points[end]) == column(points[i]) {
				end++
			}
			p.add(points[i:end])
			i = end
		}
		list = append(list, p)
	}
	return list
}

// add adds the points of a column.
func (p *Piece) add(points []Point) {
	lowest, highest := 0, 0
	for i, x := range points {
		if x.Level < points[lowest].Level {
			lowest = i
		}
		if x.Level > points[highest].Level {
			highest = i
		}
	}
	last := len(points) - 1
	if len(p.Bounds) == 0 && last > 0 {
		p.Bounds = append(p.Bounds, points[0])
	}
	p.Bounds = append(p.Bounds, points[last])
	keep := []int{0, lowest, highest, last}
	slices.Sort(keep)
	for _, i := range slices.Compact(keep) {
		p.Points = append(p.Points, points[i])
	}
}

// Extent returns the commits of the series, as indices, and the range of an axis for their
// levels, as binary logarithms: a doubling and a halving are equally far from no change.
// Bands, and means beside other series, may leave it, but not press the lines flat. Above
// there is room for a label, or for one each of two series.
func Extent(series []Series) (first, last int, low, high float64) {
	first = math.MaxInt
	for _, s := range series {
		for _, x := range s.Points {
			first, last = min(first, x.Commit), max(last, x.Commit)
			if s.Quantity != MeanTime || len(series) == 1 {
				low, high = min(low, math.Log2(x.Level)), max(high, math.Log2(x.Level))
			}
		}
	}
	room := max(high-low, math.Log2(1.04))
	lowest, highest := low-room, high+room
	for _, s := range series {
		for _, x := range s.Points {
			from, to := x.Low, x.High
			if s.Quantity == MeanTime {
				from, to = x.Level, x.Level
			}
			low = min(low, max(math.Log2(from), lowest))
			high = max(high, min(math.Log2(to), highest))
		}
	}
	if pad := 0.08 * (high - low); 1.32*(high-low) >= 0.02 {
		return first, last, low - pad, high + pad*float64(min(1+2*len(series), 5))
	}
	return first, last, -0.03, 0.03
}

// Tick is a mark of an axis of levels.
type Tick struct {
	Log2  float64 // of the level
	Label string  // the change in per cent; the factor where the range is more than a doubling
}

// Ticks returns about as many marks as most for an axis between two binary logarithms.
func Ticks(low, high float64, most int) (ticks []Tick) {
	if high-low > 1.6 {
		for e := math.Ceil(low); e <= high; e += math.Ceil((high - low) / float64(most)) {
			ticks = append(ticks, Tick{e, "× " + strconv.FormatFloat(math.Exp2(e), 'g', 5, 64)})
		}
		return ticks
	}
	from, to := 100*(math.Exp2(low)-1), 100*(math.Exp2(high)-1)
	step := math.Pow(10, math.Floor(math.Log10((to-from)/2)))
	for _, more := range []float64{2, 2.5, 2} {
		if (to-from)/step > float64(most-1) {
			step *= more
		}
	}
	for i := math.Ceil(from / step); i*step <= to; i++ {
		label := "0 %"
		if i != 0 {
			label = fmt.Sprintf("%c%.3g %%", map[bool]rune{true: '+', false: '−'}[i > 0], math.Abs(i*step))
		}
		ticks = append(ticks, Tick{math.Log2(1 + i*step/100), label})
	}
	return ticks
}
