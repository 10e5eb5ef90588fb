package meter

import (
	"fmt"
	"math"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"overlap/bench/host"
)

// busy is the variable that makes this binary the measured process: a hog must
// not be its child, whose CPU time is its own.
const busy = "OVERLAP_METER_BUSY_CPU"

// A real hog on the same CPU is found, by a process that wants the CPU.
func TestAHogBesideASampleIsFound(t *testing.T) {
	cpus, err := host.Affinity()
	if err != nil {
		t.Fatal(err)
	}
	one := cpus[:1]
	hog := exec.Command("sh", "-c", "while :; do :; done")
	if err := host.Start(one, hog.Start); err != nil {
		t.Fatal(err)
	}
	defer hog.Wait()
	defer hog.Process.Kill()

	var out strings.Builder
	self := exec.Command(os.Args[0], "-test.run=^TestBusySample$", "-test.v")
	self.Env = append(os.Environ(), fmt.Sprintf("%s=%d", busy, one[0]))
	self.Stdout = &out
	if err := host.Start(one, self.Start); err != nil {
		t.Fatal(err)
	}
	if err := self.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	_, text, _ := strings.Cut(out.String(), "pressure=")
	var pressure float64
	if _, err := fmt.Sscan(text, &pressure); err != nil {
		t.Fatalf("%v in\n%s", err, out.String())
	}
	if math.IsNaN(pressure) {
		t.Skip("this system hides the scheduler's clocks")
	}
	if !(pressure > 0.1) || pressure > 1 {
		t.Errorf("pressure %v beside a hog", pressure)
	}
}

// TestBusySample is what the measured process of the test above does.
func TestBusySample(t *testing.T) {
	var cpu int
	if _, err := fmt.Sscan(os.Getenv(busy), &cpu); err != nil {
		t.Skip("it is run by TestAHogBesideASampleIsFound")
	}
	m := New(1, []int{cpu}, 1)
	m.Prepare()
	m.Start()
	for start := time.Now(); time.Since(start) < 300*time.Millisecond; {
	}
	m.Stop()
	fmt.Printf("pressure=%v\n", m.Reading().Pressure)
}
