package meter

import (
	"maps"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestClocksComeFromTheKernelsFiles(t *testing.T) {
	proc := t.TempDir()
	files := map[string]string{
		// user nice system idle iowait irq softirq steal guest guest_nice, in ticks
		"stat":               "cpu  0 0 0 0 0 0 0 0 0 0\ncpu0 100 10 20 999 7 3 2 40 5 1\ncpu1 500 0 0 0 0 0 0 500 0 0\ncpu2 1 0 0 5 0 0 0 2 0 0\n",
		"7/task/7/schedstat": "1000 2000000 3\n",
		"7/task/8/schedstat": "1000 5000000 3\n",
		"9/task/9/schedstat": "1000 1000000 3\n", // a child
	}
	write(t, proc, files)
	const tick = 10 * time.Millisecond
	d := clocksIn(proc, []int{0, 2}, []int{7, 9, 404})
	if !d.stat || d.idle != 1011*tick || d.stolen != 42*tick {
		t.Errorf("%+v", d)
	}
	if want := map[int]time.Duration{7: 2 * time.Millisecond, 8: 5 * time.Millisecond, 9: time.Millisecond}; !maps.Equal(d.queued, want) {
		t.Errorf("delays %v, want %v", d.queued, want)
	}
	if d := clocksIn(filepath.Join(proc, "none"), []int{0}, []int{7}); d.stat || d.queued != nil {
		t.Errorf("a system without the files: %+v", d)
	}
}

// What a sandbox or container fills with zeros, cuts or garbles is not reported.
func TestWhatIsNotToldIsNotZero(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"zeros":                 {"stat": "cpu  0 0 0 0 0 0 0 0 0 0\ncpu0 0 0 0 0 0 0 0 0 0 0\n", "7/task/7/schedstat": "0 0 0\n"},
		"mounted over":          {"stat": "cpu  1 1 1 1 1 1 1 1 1 1\ncpu0 1 1 1 1 1 1 1 1 1 1\n", "self/mountinfo": "22 27 0:21 / /proc rw - proc proc rw\n90 22 0:50 /proc/stat /proc/stat rw - fuse.lxcfs lxcfs rw\n"},
		"another CPU":           {"stat": "cpu  1 1 1 1 1 1 1 1 1 1\ncpu5 1 1 1 1 1 1 1 1 1 1\n", "7/task/7/schedstat": "\n"},
		"garbled":               {"stat": "cpu0 \x00\xff -\n", "7/task/7/schedstat": "a b c\n", "7/task/x/schedstat": "1 2 3\n"},
		"numbers that are none": {"stat": "cpu0 1 1 1 1e\n", "7/task/7/schedstat": "99999999999999999999999 1 1\n"},
	} {
		proc := t.TempDir()
		write(t, proc, files)
		if d := clocksIn(proc, []int{0}, []int{7}); d.stat || d.queued != nil {
			t.Errorf("%s: %+v", name, d)
		}
	}
}

func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// The CPU time includes the kernel's share, and is that of the whole process.
func TestCPUTimeIsTheProcessClock(t *testing.T) {
	for end := time.Now().Add(50 * time.Millisecond); time.Now().Before(end); {
		os.Getppid()
	}
	var ts unix.Timespec
	before := readUsage().cpu
	if err := unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &ts); err != nil {
		t.Fatal(err)
	}
	clock := time.Duration(ts.Nano())
	var children unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_CHILDREN, &children); err != nil {
		t.Fatal(err)
	}
	clock += time.Duration(children.Utime.Nano() + children.Stime.Nano())
	if after := readUsage().cpu; clock < before-5*time.Millisecond || clock > after+5*time.Millisecond {
		t.Errorf("the process clock says %v, getrusage %v and then %v", clock, before, after)
	}
}
