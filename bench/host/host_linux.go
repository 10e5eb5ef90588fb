package host

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"

	"github.com/prometheus/procfs/sysfs"
	"golang.org/x/sys/unix"
)

// CanBind says whether this system can bind a process to CPUs.
const CanBind = true

// Affinity returns the CPUs that the calling thread may run on, ascending.
func Affinity() ([]int, error) { return affinityOf(0) }

func affinityOf(tid int) ([]int, error) {
	// The kernel refuses a mask smaller than its own, which no file tells;
	// unix.CPUSet ends at 1024 CPUs, more than any machine that Go runs on.
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(tid, &set); err != nil {
		return nil, fmt.Errorf("read CPU affinity: %w", err)
	}
	var ids []int
	for id := 0; len(ids) < set.Count(); id++ {
		if set.IsSet(id) {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// CheckThreads returns an error naming the first thread of this process that
// may run on other CPUs than the given ones. A mask set after the Go runtime
// has started binds one thread only, and that is what it finds.
func CheckThreads(ids []int) error {
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return fmt.Errorf("read threads: %w", err)
	}
	want := FormatList(ids)
	for _, thread := range threads {
		tid, err := strconv.Atoi(thread.Name())
		if err != nil {
			continue
		}
		have, err := affinityOf(tid)
		if err != nil {
			continue // the thread has ended
		}
		if got := FormatList(have); got != want {
			return fmt.Errorf("thread %d is bound to CPUs %s, the sample is labelled for CPUs %s", tid, got, want)
		}
	}
	return nil
}

// Start calls start, which must start a process, with the calling thread
// bound to the given CPUs, so that the new process has the mask before its
// runtime starts. Binding later would leave threads behind: the Go runtime
// reads the mask once, and clones threads from threads.
func Start(ids []int, start func() error) (err error) {
	runtime.LockOSThread()
	var before, bound unix.CPUSet
	if err := unix.SchedGetaffinity(0, &before); err != nil {
		runtime.UnlockOSThread()
		return fmt.Errorf("read CPU affinity: %w", err)
	}
	for _, id := range ids {
		bound.Set(id)
	}
	if err := unix.SchedSetaffinity(0, &bound); err != nil {
		runtime.UnlockOSThread()
		return fmt.Errorf("bind to CPUs %s: %w", FormatList(ids), err)
	}
	defer func() {
		if restore := unix.SchedSetaffinity(0, &before); restore != nil {
			// The thread stays locked, so it ends with its goroutine and
			// nothing else runs with the wrong mask.
			err = fmt.Errorf("restore CPU affinity: %w", restore)
			return
		}
		runtime.UnlockOSThread()
	}()
	return start()
}

// topology finds the place of each CPU. A machine that does not tell (or a
// container that hides it) gets CPUs of unknown place and a note.
func topology(ids []int) ([]CPU, string) { return topologyIn("/sys", ids) }

func topologyIn(sys string, ids []int) ([]CPU, string) {
	cpus := make([]CPU, len(ids))
	for i, id := range ids {
		cpus[i] = CPU{ID: id, Package: -1, Core: -1}
	}
	fs, err := sysfs.NewFS(sys)
	var all []sysfs.CPU
	if err == nil {
		all, err = fs.CPUs()
	}
	if err != nil {
		return cpus, fmt.Sprintf("the core layout is unknown, each CPU counts as a core (%v)", err)
	}
	places := map[string]*sysfs.CPUTopology{}
	for _, c := range all {
		if t, err := c.Topology(); err == nil {
			places[c.Number()] = t
		}
	}
	unknown := 0
	for i := range cpus {
		t := places[strconv.Itoa(cpus[i].ID)]
		if t == nil {
			unknown++
			continue
		}
		pkg, err1 := strconv.Atoi(t.PhysicalPackageID)
		core, err2 := strconv.Atoi(t.CoreID)
		if err1 != nil || err2 != nil {
			unknown++
			continue
		}
		cpus[i].Package, cpus[i].Core = pkg, core
	}
	if unknown > 0 {
		return cpus, fmt.Sprintf("the core of %d CPUs is unknown, each of them counts as one", unknown)
	}
	return cpus, ""
}

func kernel() string {
	b, err := os.ReadFile("/proc/sys/kernel/osrelease")
	if err != nil {
		return ""
	}
	return "Linux " + strings.TrimSpace(string(b))
}
