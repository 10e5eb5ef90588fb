package workloads

import (
	"testing"
)

func init() {
	goldens["bintrees"] = []golden{
		{Params{Size: Small}, "[1984 2032 0 0 0 0 0 0]", "trees times 2^(d+1)-1: 64·31 and 16·127"},
		{Params{Size: Medium}, "[126976 130048 130816 131008 131056 0 0 0]", "trees times 2^(d+1)-1: 4096·31, 1024·127, 256·511, 64·2047, 16·8191"},
	}
	goldens["stencil"] = []golden{{Params{Size: Small}, "2", "PRK stencil: the norm grows by 2 in an iteration"}}
	damages["nstream"] = func(j Job) { j.(*nstreamJob).a[17] += 8 }
	damages["transpose"] = func(j Job) { j.(*transposeJob).a[1000]++ }
	damages["gups"] = func(j Job) { j.(*gupsJob).table[17] ^= 1 }
	damages["stencil"] = func(j Job) { j.(*stencilJob).in[10*48+10]++ } // its neighbours then see two runs
	damages["bintrees"] = func(j Job) { j.(*bintreesJob).args[3].Trees-- }
}

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

func TestSplitmix(t *testing.T) {
	// The first numbers from seed 0 of the reference, splitmix64.c (Vigna, 2015).
	for i, want := range []uint64{0xe220a8397b1dcdaf, 0x6e789e6aa1b965f4, 0x06c45d188009454f} {
		if got := splitmixAt(uint64(i)); got != want {
			t.Errorf("number %d is %x, want %x", i, got, want)
		}
	}
}

func TestTouchReachesEveryElementOnce(t *testing.T) {
	for _, n := range []int{0, 1, 2, 7, 1000} {
		count := make([]int, n)
		touch(n, func(lo, hi int) {
			for i := lo; i < hi; i++ {
				count[i]++
			}
		})
		for i, c := range count {
			if c != 1 {
				t.Fatalf("element %d of %d was touched %d times", i, n, c)
			}
		}
	}
}
