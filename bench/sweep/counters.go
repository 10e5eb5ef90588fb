package sweep

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"runtime"
)

// CountersKind is the kind of recording for which CheckCounters must return nil.
const CountersKind = "counters"

// CheckCounters returns why nobody can read the hardware counters of this machine; nil if we can.
func CheckCounters() error {
	runtime.LockOSThread() // all of a group are of one thread
	defer runtime.UnlockOSThread()
	files, err := openCounters([]int{-1}) // whichever CPU
	closeAll(files)
	switch {
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%w: the setting kernel.perf_event_paranoid must be at most 2, and a container must allow the call", err)
	case errors.Is(err, errors.ErrUnsupported), errors.Is(err, fs.ErrNotExist):
		return errors.New("this system has none, or hides them, as most virtual machines do")
	}
	return err
}

// startCounted starts a process that inherits counters for some CPUs, from its file 3 on.
func startCounted(cmd *exec.Cmd, cpus []int) error {
	files, err := openCounters(cpus)
	if err != nil {
		return err
	}
	defer closeAll(files)
	cmd.ExtraFiles = files
	return cmd.Start()
}

func closeAll(files []*os.File) {
	for _, f := range files {
		f.Close()
	}
}
