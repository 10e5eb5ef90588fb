package table

// AsFactor reports whether a ratio is told as a factor: × 69 says more than that
// 6800 % are added. Percent reach a little beyond a doubling, so that noise around
// one, the most that a second core gives, does not change the wording.
func AsFactor(ratio float64) bool { return ratio >= 2.2 }
