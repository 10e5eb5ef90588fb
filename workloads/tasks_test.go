package workloads

import "testing"

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
