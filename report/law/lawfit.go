package law

import (
	"math"

	"overlap/internal/interval"
)

// Measure is the throughput of a system at one size.
type Measure struct {
	N float64 // workers or cores, from 1
	X float64 // jobs per second, or any multiple of it

	// Error is the standard error of X as a share of X; 0 if unknown.
	Error float64
}

// Interval returns the throughput with its 95 % interval; its bounds are NaN if the
// error is unknown.
func (m Measure) Interval() interval.Interval {
	if !(m.Error > 0) {
		return interval.Interval{Value: m.X, Low: math.NaN(), High: math.NaN()}
	}
	half := math.Exp(1.96 * m.Error)
	return interval.Interval{Value: m.X, Low: m.X / half, High: m.X * half}
}

// Loss is what a fit minimises. The coefficients depend on it: SPEC SDM91 of Gunther
// (2007) has the published σ 0.02773 and κ 1.0434e-4 under Absolute only. Reports use
// Relative; Absolute is for comparison with published fits, as in the tests.
type Loss int

const (
	// Relative minimises ln X − ln f(N), in units of the errors where all are known:
	// noise is a share of the time, so the points of one worker and of many weigh the
	// same.
	Relative Loss = iota
	// Absolute minimises X − f(N), as published fits do (nls and usl of R, usl4j).
	// Points of small throughput hardly count, and errors are ignored.
	Absolute
)

// theta is the coefficients of a law: ln λ, σ and κ. A law with fewer has 0 for the
// others.
type theta [3]float64

// shape is a law without its λ: f(N) = λ·e^h. It returns h and its slopes in σ
// and κ.
type shape func(n float64, c theta) (h, sigma, kappa float64)

// universal is the universal scalability law. With κ = 0 it is Amdahl's law,
// whose serial fraction is σ.
func universal(n float64, c theta) (h, sigma, kappa float64) {
	d := 1 + c[1]*(n-1) + c[2]*n*(n-1)
	return math.Log(n / d), (1 - n) / d, n * (1 - n) / d
}

// gustafson is the scaled speedup N − s(N−1), with s in the place of σ.
func gustafson(n float64, c theta) (h, sigma, kappa float64) {
	s := n - c[1]*(n-1)
	return math.Log(s), (1 - n) / s, 0
}

// problem is a law and the points to fit it to.
type problem struct {
	law    shape
	loss   Loss
	points []Measure
	logs   []float64 // ln X of the points
	errors []float64 // expected residuals; if !known, up to a factor
	known  bool
	free   [3]bool // which coefficients the law has
}

// leastError is the smallest relative error of a point: no law is more exact than
// that, and one point must not outweigh the others.
const leastError = 0.005

func newProblem(law shape, loss Loss, points []Measure, free [3]bool) *problem {
	p := &problem{law: law, loss: loss, free: free, known: loss == Relative && len(points) > 0}
	for _, m := range points {
		if m.N >= 1 && m.X > 0 && !math.IsInf(m.N, 1) && !math.IsInf(m.X, 1) {
			p.points = append(p.points, m)
			p.known = p.known && m.Error > 0 && !math.IsInf(m.Error, 1)
		}
	}
	for _, m := range p.points {
		e := 1.0
		if p.known {
			e = max(m.Error, leastError)
		}
		p.errors = append(p.errors, e)
		p.logs = append(p.logs, math.Log(m.X))
	}
	return p
}

// distinct is the number of different N.
func (p *problem) distinct() int {
	seen := map[float64]bool{}
	for _, m := range p.points {
		seen[m.N] = true
	}
	return len(seen)
}

// freedom returns the number of points beyond those that the law needs.
func (p *problem) freedom() int {
	n := len(p.points)
	for _, free := range p.free {
		if free {
			n--
		}
	}
	return n
}

// residual returns the residual of point i, in units of its error, and its slopes.
func (p *problem) residual(i int, c theta) (r float64, slopes theta) {
	m, e := p.points[i], p.errors[i]
	h, sigma, kappa := p.law(m.N, c)
	if p.loss == Relative {
		return (p.logs[i] - c[0] - h) / e, theta{-1 / e, -sigma / e, -kappa / e}
	}
	f := math.Exp(c[0] + h)
	return (m.X - f) / e, theta{-f / e, -f * sigma / e, -f * kappa / e}
}

// sum returns the sum of the squared residuals; infinity where the law has no value.
func (p *problem) sum(c theta) (sum float64) {
	for i := range p.points {
		r, _ := p.residual(i, c)
		sum += r * r
	}
	if math.IsNaN(sum) {
		return math.Inf(1)
	}
	return sum
}

// descend minimises the sum, starting from c, by Gauss–Newton steps that are halved
// until they help; coefficients that are not free stay. It ignores bounds, and stops
// when a step reduces the sum by less than the share fine.
func (p *problem) descend(c theta, free [3]bool, fine float64) (theta, float64) {
	sum := p.sum(c)
	for range 60 {
		var a [3][3]float64
		var g theta
		for i := range p.points {
			r, slopes := p.residual(i, c)
			for j := range 3 {
				g[j] -= slopes[j] * r
				for k := range 3 {
					a[j][k] += slopes[j] * slopes[k]
				}
			}
		}
		step, ok := solve(a, g, free)
		if !ok {
			return c, sum
		}
		before := sum
		for scale := 1.0; scale > 1e-6; scale /= 2 {
			next := theta{c[0] + scale*step[0], c[1] + scale*step[1], c[2] + scale*step[2]}
			if s := p.sum(next); s < sum {
				c, sum = next, s
				break
			}
		}
		if before-sum <= fine*before {
			break
		}
	}
	return c, sum
}

// solve solves a·x = g for the free coefficients, by Gauss elimination of the
// matrix scaled to a diagonal of ones.
func solve(a [3][3]float64, g theta, free [3]bool) (x theta, ok bool) {
	var scale theta
	for i := range 3 {
		if !free[i] || !(a[i][i] > 0) {
			if free[i] {
				return x, false
			}
			a[i], g[i], scale[i] = [3]float64{}, 0, 1
			for j := range 3 {
				a[j][i] = 0
			}
			a[i][i] = 1
			continue
		}
		scale[i] = math.Sqrt(a[i][i])
	}
	for i := range 3 {
		g[i] /= scale[i]
		for j := range 3 {
			a[i][j] /= scale[i] * scale[j]
		}
	}
	for i := range 3 {
		if !(a[i][i] > 1e-13) { // positive semidefinite: pivots shrink to 0 where points are too few
			return x, false
		}
		for j := i + 1; j < 3; j++ {
			f := a[j][i] / a[i][i]
			g[j] -= f * g[i]
			for k := i; k < 3; k++ {
				a[j][k] -= f * a[i][k]
			}
		}
	}
	for i := 2; i >= 0; i-- {
		x[i] = g[i]
		for j := i + 1; j < 3; j++ {
			x[i] -= a[i][j] * x[j]
		}
		x[i] /= a[i][i]
	}
	for i := range 3 {
		x[i] /= scale[i]
	}
	return x, true
}

// exactly and coarse are the precision of a fit, and of one of a thousand fits.
const exactly, coarse = 1e-12, 1e-5

// start returns the best of a few coefficients to descend from.
func (p *problem) start() (best theta) {
	least := math.Inf(1)
	for _, sigma := range []float64{0, 1e-3, 0.02, 0.1, 0.5, 1} {
		for _, kappa := range []float64{0, 1e-6, 1e-4, 1e-2, 1} {
			if !p.free[2] && kappa > 0 {
				continue
			}
			c, s := p.descend(theta{math.Log(p.points[0].X / p.points[0].N), sigma, kappa}, [3]bool{true, false, false}, coarse)
			if s < least {
				least, best = s, c
			}
		}
	}
	return best
}

// bounded returns the fit with σ from 0 to 1 and κ from 0, given the fit without
// bounds. Where that breaks a bound, the best fit lies on the bound, as the sum is
// close to convex; where it breaks two, on one of them.
func (p *problem) bounded(c theta, fine float64) theta {
	if within(c) {
		return c
	}
	least, best := math.Inf(1), c
	for i := 1; i <= 2; i++ {
		on := c
		if on[i] = min(max(c[i], 0), [3]float64{0, 1, math.Inf(1)}[i]); on[i] == c[i] {
			continue
		}
		other := 3 - i
		free := p.free
		free[i] = false
		face, sum := p.descend(on, free, fine)
		if !within(face) {
			face[other] = min(max(face[other], 0), [3]float64{0, 1, math.Inf(1)}[other])
			face, sum = p.descend(face, [3]bool{true, false, false}, fine)
		}
		if sum < least {
			least, best = sum, face
		}
	}
	return best
}

func within(c theta) bool { return c[1] >= 0 && c[1] <= 1 && c[2] >= 0 }
