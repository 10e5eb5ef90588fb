//go:build purego || (!386 && !amd64 && !arm64)

package primitives

// goroutine returns a number that no other living goroutine has.
func goroutine() uintptr { return goroutineByName() }
