// Package racing is for tests that the race detector slows down for nothing.
package racing

import "testing"

// Skip skips a simulation or a golden picture where the race detector watches. It makes
// them several times as slow and finds nothing in what is done again and again on one
// goroutine; that the code under them races with itself, other tests find. They run
// without the detector, in full and in short. Fewer trials are no substitute: with as few
// as the detector has time for, a simulation could no longer fail.
func Skip(t testing.TB) {
	if On {
		t.Skip("the race detector finds nothing in one goroutine")
	}
}

// Long skips a simulation, or another test that takes seconds and whose subject others
// test briefly, where there is little time: in go test -short, which is make test, and
// under the race detector. make test-all runs it.
func Long(t testing.TB) {
	Skip(t)
	if testing.Short() {
		t.Skip("it takes long: make test-all runs it")
	}
}
