package workloads

import "testing"

func (j *stencilJob) last() any { return j.norm() / float64(j.runs) }

// The kernel's own grid has the same differences everywhere, so that it does
// not show whose neighbours a point has.
func TestStencilTakesTheRightNeighbours(t *testing.T) {
	j := &stencilJob{rows: 11, n: 13, lastInside: 9}
	j.in, j.out = make([]float64, 11*13), make([]float64, 11*13)
	for k := range j.in {
		j.in[k] = float64(splitmixAt(uint64(k)) % 1000)
	}
	j.star(0, 5)
	j.star(5, 11)
	for k, got := range j.out {
		var want float64
		if row, column := k/13, k%13; row >= 2 && row < 9 && column >= 2 && column < 11 {
			for d := 1; d <= 2; d++ {
				want += (j.in[k+d] - j.in[k-d] + j.in[k+13*d] - j.in[k-13*d]) / float64(4*d)
			}
		}
		if got != want {
			t.Errorf("point %d, %d is %v, want %v", k/13, k%13, got, want)
		}
	}
}
