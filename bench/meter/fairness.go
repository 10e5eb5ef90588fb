package meter

import "math"

// minTasks is how many tasks a worker must have had on average for a meaningful index:
// n workers that take N tasks by chance have an index of about N/(N+n−1), which is 0.91
// at ten tasks each.
const minTasks = 10

// fairness is Jain's index (Σx)²/(n·Σx²) of what n workers had (Jain, Chiu and Hawe,
// 1984): 1 if all had the same, k/n if k of them had everything. It is NaN for one
// worker, and for too few tasks.
func fairness(ended []int64) float64 {
	var total, squares float64
	for _, x := range ended {
		total += float64(x)
		squares += float64(x) * float64(x)
	}
	n := float64(len(ended))
	if n < 2 || total < minTasks*n {
		return math.NaN()
	}
	return total * total / (n * squares)
}

// ended returns how many tasks each worker ended.
func (m *Meter) ended() []int64 {
	counts := make([]int64, len(m.workers))
	for i := range m.workers {
		counts[i] = m.workers[i].ended
	}
	return counts
}
