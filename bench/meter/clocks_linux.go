package meter

import (
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/prometheus/procfs"
)

// readClocks reads the scheduler's clocks, as far as the system shows them.
func readClocks(cpus, children []int, quotas []string) clocks {
	d := clocksIn("/proc", cpus, append([]int{os.Getpid()}, children...))
	d.throttled = readThrottled(quotas)
	return d
}

func clocksIn(proc string, cpus, pids []int) (d clocks) {
	fs, err := procfs.NewFS(proc)
	if err != nil {
		return d
	}
	d.queued = queuedIn(fs, pids)
	if stat, err := fs.Stat(); err == nil && !covered(proc) {
		d.stat = d.add(stat, cpus)
	}
	return d
}

// covered reports whether a file is mounted over /proc/stat, as LXCFS does in
// containers: it has only what the container does, and numbers the CPUs anew.
func covered(proc string) bool {
	mounts, err := os.ReadFile(filepath.Join(proc, "self/mountinfo"))
	return err == nil && strings.Contains(string(mounts), " /proc/stat ")
}

// add adds the idle and stolen time of the CPUs. It returns false if one of them is
// missing or all zeros, which sandboxes write for what they do not know.
func (d *clocks) add(stat procfs.Stat, cpus []int) bool {
	for _, id := range cpus {
		c := stat.CPU[int64(id)]
		if c == (procfs.CPUStat{}) {
			return false
		}
		d.idle += time.Duration((c.Idle + c.Iowait) * float64(time.Second))
		d.stolen += time.Duration(c.Steal * float64(time.Second))
	}
	return true
}

// queuedIn returns the run-queue delay of the threads of these processes, nil if the
// kernel does not count it: every thread has run for a time slice.
func queuedIn(fs procfs.FS, pids []int) map[int]time.Duration {
	delays := map[int]time.Duration{}
	var slices uint64
	for _, pid := range pids {
		threads, err := fs.AllThreads(pid)
		if err != nil {
			continue // a child that has ended
		}
		for _, thread := range threads {
			if s, err := thread.Schedstat(); err == nil { // the thread may have ended
				delays[thread.PID] = time.Duration(s.WaitingNanoseconds)
				slices += s.RunTimeslices
			}
		}
	}
	if slices == 0 {
		return nil
	}
	return delays
}
