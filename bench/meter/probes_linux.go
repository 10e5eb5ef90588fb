package meter

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// idleTimes are files with the time that a CPU was in each of its idle states, in
// microseconds.
type idleTimes []*os.File

func openIdle(cpu int) (t idleTimes) {
	paths, err := filepath.Glob(fmt.Sprintf("/sys/devices/system/cpu/cpu%d/cpuidle/state*/time", cpu))
	if err != nil {
		return nil // there is no such pattern
	}
	for _, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			t.close()
			return nil
		}
		t = append(t, f)
	}
	return t
}

func (t idleTimes) close() {
	for _, f := range t {
		f.Close()
	}
}

func (t idleTimes) read() time.Duration {
	if len(t) == 0 {
		return -1
	}
	total := time.Duration(0)
	for _, f := range t {
		var text [24]byte
		n, _ := f.ReadAt(text[:], 0) // the end of the file is an error, too
		us, err := strconv.ParseInt(string(bytes.TrimSpace(text[:n])), 10, 64)
		if err != nil {
			return -1
		}
		total += time.Duration(us) * time.Microsecond
	}
	return total
}

// bindThread binds the thread of the caller, which must be locked to it, to a CPU. The
// function that it returns binds it as before and unlocks it.
func bindThread(cpu int) (free func()) {
	before := unix.NewCPUSet(1 << 16)
	one := unix.NewCPUSet(1 << 16)
	one.Set(cpu)
	if unix.SchedGetaffinityDynamic(0, before) != nil || unix.SchedSetaffinityDynamic(0, one) != nil {
		return runtime.UnlockOSThread // it looks at whatever CPU it is on
	}
	return func() {
		if unix.SchedSetaffinityDynamic(0, before) == nil {
			runtime.UnlockOSThread()
		}
	}
}

// ProcessCPU returns the CPU time of a process, including that of its threads that have
// ended, but not of its children.
func ProcessCPU(pid int) (time.Duration, bool) {
	var t unix.Timespec
	if err := unix.ClockGettime(int32(^pid<<3|2), &t); err != nil { // the clock of a process, see clock_getcpuclockid(3)
		return 0, false
	}
	return time.Duration(t.Nano()), true
}
