// Package lib is internal to the module.
package lib

// Spin computes for a while.
func Spin(n int) (sum uint64) {
	for i := range n {
		sum = sum*31 + uint64(i)
	}
	return sum
}
