//go:build amd64 || arm64

package sweep

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/pprof/profile"
	"golang.org/x/sys/unix"

	"overlap/bench/host"
)

// The counters have what all threads of a benchmark do while it is timed, and nothing of its
// set-up. Clocks of the kernel stand for those of the processor, which virtual machines hide.
func TestCountersCountWhatIsTimed(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a test binary")
	}
	hardware := counted
	t.Cleanup(func() { counted = hardware })
	for i, event := range []uint64{unix.PERF_COUNT_SW_TASK_CLOCK, unix.PERF_COUNT_SW_CPU_CLOCK, unix.PERF_COUNT_SW_EMULATION_FAULTS} {
		counted[i].kind, counted[i].config = unix.PERF_TYPE_SOFTWARE, event
	}
	if err := CheckCounters(); err != nil {
		t.Skip(err)
	}
	h, err := host.Read()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := filepath.Abs("testdata/module")
	if err != nil {
		t.Fatal(err)
	}
	f := &Foreign{Go: "go", Dir: dir, Placement: h.OnePerCore(), SampleTime: time.Millisecond, Timeout: time.Minute, Host: h}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	cores := min(2, len(f.Placement))
	level := Level{Cores: cores, Procs: cores}
	found, _, _, err := f.Find(t.Context(), "./counters", "", level)
	if err != nil || len(found) != 1 {
		t.Fatal(found, err)
	}
	prefix := filepath.Join(t.TempDir(), "all")
	if _, err := f.Record(t.Context(), ForeignPlan{Benchmarks: found, Levels: []Level{level}}.FixedPoints()[0], 2, CountersKind, prefix); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(prefix + ".counters")
	if err != nil {
		t.Fatal(err)
	}
	p, err := profile.ParseData(text)
	if err != nil {
		t.Fatal(err)
	}
	sums := map[string][4]int64{}
	for _, s := range p.Sample {
		for _, at := range s.Location {
			for _, l := range at.Line {
				sum := sums[l.Function.Name]
				for i := range sum {
					sum[i] += s.Value[i]
				}
				sums[l.Function.Name] = sum
			}
		}
	}
	const pkg = "example.com/foreign/counters."
	got := sums[pkg+"timed"]
	if got != sums[pkg+"count"] || sums["sync.(*WaitGroup).Go.func1"][0] < got[0] || got[1] == 0 || got[2] == 0 || got[3] != 0 || got[0] != got[1]/4_000_037+got[2]/4_000_079 || p.Period != 24_001 {
		t.Errorf("of what is timed: %v samples, cycles, instructions, misses", got)
	}
	if got := sums[pkg+"setUp"]; got[0] != 0 {
		t.Errorf("of the set-up: %v", got)
	}
	if files, err := filepath.Glob("/proc/self/fd/*"); err != nil || events(files) > 0 {
		t.Errorf("open events: %d, %v", events(files), err)
	}
}

func events(files []string) (n int) {
	for _, file := range files {
		if name, _ := os.Readlink(file); name == "anon_inode:[perf_event]" {
			n++
		}
	}
	return n
}
