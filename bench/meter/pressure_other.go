//go:build !linux

package meter

// readDemand knows nothing here.
func readDemand([]int) demand { return demand{} }
