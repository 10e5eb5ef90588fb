//go:build 386 || amd64 || arm64

package primitives

// goroutine returns a number that no other living goroutine has: the address
// of the runtime's record of it, which is only compared, never followed.
func goroutine() uintptr
