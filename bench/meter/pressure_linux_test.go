package meter

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestDemandComesFromTheKernelsFiles(t *testing.T) {
	proc := t.TempDir()
	files := map[string]string{
		// user nice system idle iowait irq softirq steal guest guest_nice, in ticks
		"stat": "cpu  0 0 0 0 0 0 0 0 0 0\ncpu0 100 10 20 999 7 3 2 40 5 1\ncpu1 500 0 0 0 0 0 0 500 0 0\ncpu2 1 0 0 0 0 0 0 2 0 0\n",
		fmt.Sprintf("%d/task/7/schedstat", os.Getpid()): "1000 2000000 3\n",
		fmt.Sprintf("%d/task/8/schedstat", os.Getpid()): "1000 5000000 3\n",
	}
	for name, text := range files {
		path := filepath.Join(proc, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	const tick = 10 * time.Millisecond
	d := demandIn(proc, []int{0, 2})
	if !d.known || d.busy != 136*tick || d.stolen != 42*tick || d.delayed != 7*time.Millisecond {
		t.Errorf("%+v", d)
	}
	if d := demandIn(filepath.Join(proc, "none"), []int{0}); d.known {
		t.Errorf("a system without the files: %+v", d)
	}
}

// The CPU time includes the kernel's share, and is that of the whole process.
func TestCPUTimeIsTheProcessClock(t *testing.T) {
	for end := time.Now().Add(50 * time.Millisecond); time.Now().Before(end); {
		os.Getppid()
	}
	var ts unix.Timespec
	before := cpuTime()
	if err := unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &ts); err != nil {
		t.Fatal(err)
	}
	clock := time.Duration(ts.Nano())
	var children unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_CHILDREN, &children); err != nil {
		t.Fatal(err)
	}
	clock += time.Duration(children.Utime.Nano() + children.Stime.Nano())
	if after := cpuTime(); clock < before-5*time.Millisecond || clock > after+5*time.Millisecond {
		t.Errorf("the process clock says %v, cpuTime %v and then %v", clock, before, after)
	}
}
