package gate

// Regression reports whether a change is one that a check fails for. That fewer
// CPUs are busy is no fault by itself, and the efficiency is the speedup said
// otherwise.
func Regression(c Change) bool {
	switch c.Quantity {
	case AverageParallelism, Efficiency:
		return false
	}
	return c.Verdict == Worse
}
