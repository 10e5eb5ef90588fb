package gate

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"overlap/bench"
	"overlap/bench/host"
	"overlap/bench/sweep"
)

const stock = `package m

import (
	"testing"
	"time"
)

var sink []byte

func BenchmarkAlloc(b *testing.B) {
	for i := 0; i < b.N; i++ {
		sink = make([]byte, 128)
		time.Sleep(100 * time.Microsecond)
	}
}

func BenchmarkFails(b *testing.B) {
	if b.N > 1 {
		b.Fatal("only once")
	}
}
`

func TestSlotsOfStockBenchmarks(t *testing.T) {
	if testing.Short() {
		t.Skip("builds package testing")
	}
	dir := t.TempDir()
	for name, text := range map[string]string{"go.mod": "module example.com/m\n\ngo 1.24\n", "m_test.go": stock} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	cpus, err := host.Affinity()
	if err != nil {
		t.Fatal(err)
	}
	f := &sweep.Foreign{Go: "go", Dir: dir, Placement: cpus, SampleTime: time.Millisecond, Timeout: time.Minute}
	t.Cleanup(func() { f.Close() })
	one := sweep.Level{Cores: 1, Procs: 1}
	if !host.CanBind {
		one.Cores = len(cpus)
	}
	if _, _, _, err := f.Find(t.Context(), ".", ".", one); err != nil {
		t.Fatal(err)
	}
	at := func(name string, copies int) sweep.Point {
		return sweep.Point{Point: bench.Point{Workload: name, Cores: one.Cores, Procs: 1, Slices: 1}, Package: "example.com/m", Copies: copies}
	}
	s := SliceSampler{Slicer: f}
	slot, err := s.Slot(t.Context(), at("Alloc", 1), 7, 20*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	if slot.Ops != 7 || slot.Allocs < 1 || slot.Allocs > 3 || slot.Bytes < 128 || slot.Bytes > 1024 || !(slot.CPUs < 0.9) {
		t.Errorf("%d operations a slice, %v allocations of %v bytes, %v CPUs busy", slot.Ops, slot.Allocs, slot.Bytes, slot.CPUs)
	}
	if n := len(slot.Slices); n < 1 || n > 28 {
		t.Errorf("%d slices of 0.7 ms in 20 ms", n)
	}
	for _, ns := range slot.Slices {
		if ns < 1e5 {
			t.Errorf("an operation of 0.1 ms took %v ns", ns)
		}
	}
	if fitted, err := s.Slot(t.Context(), at("Alloc", 1), 0, 0); err != nil || fitted.Ops < 1 || fitted.Ops > 3 || len(fitted.Slices) != 1 {
		t.Errorf("%d operations in %d slices: %v", fitted.Ops, len(fitted.Slices), err)
	}
	if n := min(2, len(cpus)); n == 2 && host.CanBind {
		both, err := s.Slot(t.Context(), at("Alloc", n), 7, 0)
		if err != nil || len(both.Slices) != n {
			t.Errorf("%d slices of %d copies: %v", len(both.Slices), n, err)
		}
	}
	if _, err := s.Slot(t.Context(), at("Fails", 1), 7, 0); err == nil || !strings.Contains(err.Error(), "only once") {
		t.Errorf("a benchmark that fails: %v", err)
	}
	if _, err := s.Slot(t.Context(), at("Missing", 1), 7, 0); err == nil || !strings.Contains(err.Error(), "Missing was not found") {
		t.Errorf("a benchmark that is not there: %v", err)
	}
}
