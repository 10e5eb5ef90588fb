//go:build (386 || amd64 || arm64) && !purego

package primitives

// goroutine returns a number that no other living goroutine has: the address of the
// runtime's record of it, which is only compared, never followed. Go's assemblers name where
// the address is: (TLS) on 386 and amd64, the register g on arm64.
//
// If a release of Go moves the record, or moves a living goroutine to another record, the
// assembly no longer builds or TestGoroutine fails; that is all that depends on it. Until it
// is mended, the build tag purego selects the runtime's text, which every release has.
func goroutine() uintptr
