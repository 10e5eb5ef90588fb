package meter

import "math"

// enough is how many tasks a worker must have had on average for their shares
// to say anything: workers that take tasks by chance alone, n of them N tasks,
// have an index of about N/(N+n−1), which is 0.91 at ten tasks each.
const enough = 10

// fairness is Jain's index (Σx)²/(n·Σx²) of what n workers had (Jain, Chiu and
// Hawe, 1984): 1 if all had the same, k/n if k of them had all of it. It is NaN
// of one worker, which is fair to itself, and of too few tasks.
func fairness(ended []int64) float64 {
	var total, squares float64
	for _, x := range ended {
		total += float64(x)
		squares += float64(x) * float64(x)
	}
	n := float64(len(ended))
	if n < 2 || total < enough*n {
		return math.NaN()
	}
	return total * total / (n * squares)
}

// ended are the tasks that each worker ended.
func (m *Meter) ended() []int64 {
	counts := make([]int64, len(m.workers))
	for i := range m.workers {
		counts[i] = m.workers[i].ended
	}
	return counts
}
