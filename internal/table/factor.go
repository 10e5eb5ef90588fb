package table

// AsFactor reports whether a ratio is written as a factor: × 69 is clearer than +6800 %.
// The limit is a little more than 2, the largest gain from a second core, so that noise
// around a doubling does not change the wording.
func AsFactor(ratio float64) bool { return ratio >= 2.2 }
