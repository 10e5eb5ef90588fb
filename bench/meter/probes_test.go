package meter

import (
	"os"
	"runtime"
	"testing"
)

// Probes see every CPU that they are asked for, as often as they are, and idle times that
// do not go back.
func TestProbes(t *testing.T) {
	cpus := []int{0, 0}
	if n := runtime.NumCPU(); n > 1 && runtime.GOOS == "linux" {
		cpus = []int{0, 1}
	}
	p := NewProbes(cpus)
	defer p.Close()
	first := p.Look(cpus[:1], true)
	for range 3 {
		looks := p.Look(cpus[:1], false)
		if len(looks) != 1 || looks[0].Speed <= 0 || looks[0].At.Before(first[0].At) || looks[0].Idle < first[0].Idle {
			t.Fatalf("%+v after %+v", looks, first)
		}
		first = looks
	}
	if _, ok := ProcessCPU(os.Getpid()); ok != (runtime.GOOS == "linux") {
		t.Errorf("the CPU time of this process is known: %v", ok)
	}
	if _, ok := ProcessCPU(-7); ok {
		t.Error("that of a process that cannot be is known")
	}
}
