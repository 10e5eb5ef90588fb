package overlay

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/pprof/profile"
)

const recorded = `package m

import (
	"sync"
	"testing"
	"time"
)

func spin(d time.Duration) {
	for start := time.Now(); time.Since(start) < d; {
	}
}

func setUp() { spin(300 * time.Millisecond) }

func timed() { spin(100 * time.Millisecond) }

func BenchmarkReset(b *testing.B) {
	setUp()
	b.ResetTimer()
	for i := 0; i < b.N; i++ {
		timed()
	}
}

func BenchmarkLoop(b *testing.B) {
	setUp()
	for b.Loop() {
		timed()
	}
}

func BenchmarkParts(b *testing.B) {
	b.Run("a/b", func(b *testing.B) {
		setUp()
		b.ResetTimer()
		for i := 0; i < b.N; i++ {
			timed()
		}
	})
	b.StopTimer()
	b.StartTimer()
	setUp()
}

func BenchmarkLocks(b *testing.B) {
	var mu sync.Mutex
	for i := 0; i < b.N; i++ {
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() {
				mu.Lock()
				time.Sleep(time.Millisecond)
				mu.Unlock()
			})
		}
		wg.Wait()
	}
}
`

// record runs a benchmark of the binary for four operations.
func record(t *testing.T, binary, name, kind, prefix string) {
	t.Helper()
	cmd := exec.Command(binary, "-test.run=^$", "-test.bench=^Benchmark"+name, "-test.benchtime=4x")
	cmd.Env = append(os.Environ(), RecordVariable+"="+kind, FilesVariable+"="+prefix)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// functions are those of a profile.
func functions(t *testing.T, path string) (names []string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	p, err := profile.ParseData(text)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range p.Function {
		names = append(names, f.Name)
	}
	return names
}

// A CPU profile has what the timer covers, and not the set-up before it was reset.
func TestRecordingsAreOfWhatTheTimerTimes(t *testing.T) {
	binary := build(t, module(t, recorded))
	for name, pattern := range map[string]string{"Reset": "Reset$", "Loop": "Loop$", "Parts": "Parts$/^a$/^b$"} {
		prefix := filepath.Join(t.TempDir(), "x")
		record(t, binary, pattern, "cpu", prefix)
		got := functions(t, prefix+".cpu")
		if !slices.Contains(got, "example.com/m.timed") || slices.Contains(got, "example.com/m.setUp") {
			t.Errorf("%s: the profile has %v", name, got)
		}
	}
}

func TestRecordingsOfLocksAndTraces(t *testing.T) {
	binary := build(t, module(t, recorded))
	prefix := filepath.Join(t.TempDir(), "x")
	for _, kind := range []string{"locks", "trace"} {
		record(t, binary, "Locks$", kind, prefix)
	}
	for _, ending := range []string{".mutex", ".block"} {
		if got := functions(t, prefix+ending); !slices.ContainsFunc(got, func(name string) bool { return strings.HasPrefix(name, "example.com/m.BenchmarkLocks") }) {
			t.Errorf("%s has %v", ending, got)
		}
	}
	functions(t, prefix+".allocs")
	functions(t, prefix+".earlier")
	if text, err := os.ReadFile(prefix + ".trace"); err != nil || !strings.HasPrefix(string(text), "go 1.") || !strings.Contains(string(text), "runtime/pprof.profileWriter") { // which is there for the samples
		t.Errorf("the trace begins with %.20q, %v", text, err)
	}
}
