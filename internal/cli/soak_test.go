package cli_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"overlap/internal/sampling"
	"overlap/report/load"
)

// hog computes until it is ended.
func hog() {
	for x := uint64(1); ; x = x*6364136223846793005 + 1 {
		if x == 0 {
			fmt.Println("the generator has period 2^64")
		}
	}
}

// A hog that comes and goes must not move the medians of the samples that are
// not marked. Turn by turn a quiet sweep and one beside a hog go on for half a
// minute each, so that the machine's drift hits both alike.
func TestSoakWithAHog(t *testing.T) {
	if os.Getenv("OVERLAP_SOAK") == "" {
		t.Skip("twenty minutes on a quiet machine; run with OVERLAP_SOAK=1")
	}
	const turns = 20
	quiet, disturbed := filepath.Join(t.TempDir(), "quiet"), filepath.Join(t.TempDir(), "hog")
	for range turns {
		goOn(t, quiet, 30*time.Second)
		end := make(chan struct{})
		ended := make(chan struct{})
		go comeAndGo(end, ended)
		goOn(t, disturbed, 30*time.Second)
		close(end)
		<-ended
	}
	a, b := loadRun(t, quiet), loadRun(t, disturbed)
	worst := 0.0
	for _, p := range a.Points {
		x, none := median(a.Samples(p))
		y, marked := median(b.Samples(p))
		change := y/x - 1
		t.Logf("%-10s %-6s %d workers on %d cores, %d slices ×%d: %+.1f %% (%d samples, %d marked; quiet %d, %d marked)",
			p.Workload, p.Executor, p.Workers, p.Cores, p.Slices, p.Copies, 100*change, len(b.Samples(p)), marked, len(a.Samples(p)), none)
		worst = max(worst, math.Abs(change)) // NaN, of no samples, stays
	}
	if t.Logf("the largest change is %.1f %%", 100*worst); !(worst <= 0.03) {
		t.Error("a median has moved by more than 3 %: was the machine quiet but for the hog?")
	}
}

// goOn lets the sweep of a directory go on, or begin, and interrupts it.
func goOn(t *testing.T, dir string, d time.Duration) {
	t.Helper()
	cmd := command("run", "--workloads=mandelbrot,hash,sleepers,request", "--workers=1,4", "--precision=0%", "--wait=0s", "--budget=1h", "--results="+dir, "--name=soak")
	if files, _ := filepath.Glob(filepath.Join(dir, "soak", "*.txt")); len(files) == 1 {
		cmd = command("run", "--resume="+files[0])
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(d)
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 130 {
		t.Fatalf("exit %d\n%s", code, cmd.Stderr)
	}
}

// comeAndGo runs a hog for spells of up to three seconds, with pauses as long.
func comeAndGo(end, ended chan struct{}) {
	defer close(ended)
	spell := func() <-chan time.Time { return time.After(time.Duration(rand.Int64N(int64(3 * time.Second)))) }
	for {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "BE_HOG=1")
		if err := cmd.Start(); err != nil {
			panic(err)
		}
		select {
		case <-spell():
		case <-end:
		}
		cmd.Process.Kill()
		cmd.Wait()
		select {
		case <-spell():
		case <-end:
			return
		}
	}
}

func loadRun(t *testing.T, dir string) *load.Data {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "soak", "*.txt"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%s: %v", strings.Join(files, " "), err)
	}
	d, err := load.Load(files[0])
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// median is over the samples that are not marked, which it counts.
func median(samples []load.Sample) (seconds float64, marked int) {
	var clean []float64
	for _, s := range samples {
		if s.Pressure > sampling.MaxPressure {
			marked++
		} else {
			clean = append(clean, s.Seconds)
		}
	}
	if len(clean) == 0 {
		return math.NaN(), marked
	}
	slices.Sort(clean)
	return (clean[(len(clean)-1)/2] + clean[len(clean)/2]) / 2, marked
}
