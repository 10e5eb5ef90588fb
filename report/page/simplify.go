package page

import (
	"math"
	"strconv"
	"strings"
)

// straight is the distance, in points, that nobody sees: the points of a line
// that are as near to a straight one are left out.
const straight = 0.05

type xy struct{ x, y float64 }

// simplify leaves out of a path the points that lie on the straight line between
// others: a bound is drawn as a hundred points and has one corner. Other paths
// than one open line are as they were.
func simplify(path string) string {
	rest, ok := strings.CutPrefix(path, "M")
	words := strings.Split(rest, "L")
	if !ok || len(words) < 3 {
		return path
	}
	points := make([]xy, len(words))
	for i, word := range words {
		x, y, ok := strings.Cut(word, ",")
		px, err1 := strconv.ParseFloat(x, 64)
		py, err2 := strconv.ParseFloat(y, 64)
		if !ok || err1 != nil || err2 != nil {
			return path
		}
		points[i] = xy{px, py}
	}
	var b strings.Builder
	b.WriteString("M" + words[0])
	for from, to := 0, 2; to <= len(points); to++ {
		if to == len(points) || bent(points[from:to+1]) {
			from = to - 1
			b.WriteString("L" + words[from])
		}
	}
	return b.String()
}

// bent reports whether a point lies off the line from the first to the last.
func bent(points []xy) bool {
	a, c := points[0], points[len(points)-1]
	dx, dy := c.x-a.x, c.y-a.y
	length := math.Hypot(dx, dy)
	for _, p := range points[1 : len(points)-1] {
		along := (p.x-a.x)*dx + (p.y-a.y)*dy
		if along < 0 || along > length*length || math.Abs((p.x-a.x)*dy-(p.y-a.y)*dx) > straight*length {
			return true
		}
	}
	return false
}
