package host

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"

	"golang.org/x/sys/unix"
)

// CanBind says whether this system can bind a process to CPUs.
const CanBind = true

// readHere describes this machine. The mask is the calling thread's, which the
// kernel keeps within its cpuset and the CPUs online.
func readHere(t tree) (Host, error) {
	mask, err := Affinity()
	if err != nil {
		return Host{}, err
	}
	return readTree(t, mask)
}

// Affinity returns the CPUs that the calling thread may run on, ascending.
func Affinity() ([]int, error) { return affinityOf(0) }

func affinityOf(tid int) ([]int, error) {
	set, err := maskOf(tid)
	if err != nil {
		return nil, err
	}
	var ids []int
	for id, left := 0, set.Count(); len(ids) < left; id++ {
		if set.IsSet(id) {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// maskOf reads the mask of a thread. The kernel refuses a buffer that is smaller than
// its own masks, and no file has their size, so the buffer grows. unix.CPUSet would
// stop at 1024 CPUs.
func maskOf(tid int) (unix.CPUSetDynamic, error) {
	for size := 1024; ; size *= 2 {
		set := unix.NewCPUSet(size)
		err := unix.SchedGetaffinityDynamic(tid, set)
		if err == nil {
			return set, nil
		}
		if !errors.Is(err, unix.EINVAL) || size > 64*MaxCPUs {
			return nil, fmt.Errorf("read CPU affinity: %w", err)
		}
	}
}

// CheckThreads returns an error that names the first thread of this process that may
// run on other CPUs than the given ones, as after a mask that was set when the Go
// runtime had started: it binds one thread only.
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

// Rebind binds all threads of a process to the given CPUs.
func Rebind(pid int, ids []int) error {
	mask, err := newMask(ids)
	if err != nil {
		return err
	}
	bound := map[int]bool{}
	for more := true; more; { // threads start threads, with the mask that they have
		threads, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
		if err != nil {
			return fmt.Errorf("bind process: %w", err)
		}
		more = false
		for _, thread := range threads {
			tid, err := strconv.Atoi(thread.Name())
			if err != nil || bound[tid] {
				continue
			}
			if err := unix.SchedSetaffinityDynamic(tid, mask); err != nil && !errors.Is(err, unix.ESRCH) { // it has ended
				return fmt.Errorf("bind thread %d to CPUs %s: %w", tid, FormatList(ids), err)
			}
			bound[tid], more = true, true
		}
	}
	return nil
}

// Start calls start, which must start a process, with the calling thread bound to the
// given CPUs, so that the new process has the mask before its runtime starts. Binding
// later would leave threads behind: the Go runtime reads the mask once, and clones
// threads from threads. It is an error if the kernel binds to other CPUs: it silently
// leaves out CPUs that are offline or not in the cpuset.
func Start(ids []int, start func() error) (err error) {
	bound, err := newMask(ids)
	if err != nil {
		return err
	}
	runtime.LockOSThread()
	before, err := maskOf(0)
	if err != nil {
		runtime.UnlockOSThread()
		return err
	}
	if err := unix.SchedSetaffinityDynamic(0, bound); err != nil {
		runtime.UnlockOSThread()
		if errors.Is(err, unix.EINVAL) {
			return fmt.Errorf("bind to CPUs %s: this process may not use any of them, or they are offline: %w", FormatList(ids), err)
		}
		return fmt.Errorf("bind to CPUs %s: %w", FormatList(ids), err)
	}
	defer func() {
		if restore := unix.SchedSetaffinityDynamic(0, before); restore != nil {
			// The thread stays locked, so it ends with its goroutine and
			// nothing else runs with the wrong mask.
			err = fmt.Errorf("restore CPU affinity: %w", restore)
			return
		}
		runtime.UnlockOSThread()
	}()
	have, err := maskOf(0)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if !have.IsSet(id) {
			return fmt.Errorf("bind to CPUs %s: this process may not use CPU %d, or it is offline", FormatList(ids), id)
		}
	}
	return start()
}

func newMask(ids []int) (unix.CPUSetDynamic, error) {
	mask := unix.NewCPUSet(MaxCPUs)
	for _, id := range ids {
		if id < 0 || id >= MaxCPUs {
			return nil, fmt.Errorf("bind to CPU %d: numbers are from 0 to %d", id, MaxCPUs-1)
		}
		mask.Set(id)
	}
	return mask, nil
}
