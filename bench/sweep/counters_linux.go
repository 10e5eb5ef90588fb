//go:build amd64 || arm64

package sweep

import (
	"os"
	"unsafe"

	"golang.org/x/sys/unix"

	"overlap/bench/overlay/recording"
)

// counted are the events of a counter group.
var counted = [len(recording.PeriodsOfRecording)]struct {
	kind   uint32
	config uint64
}{
	{unix.PERF_TYPE_HARDWARE, unix.PERF_COUNT_HW_CPU_CYCLES},
	{unix.PERF_TYPE_HARDWARE, unix.PERF_COUNT_HW_INSTRUCTIONS},
	{unix.PERF_TYPE_HARDWARE, unix.PERF_COUNT_HW_CACHE_MISSES},
}

// openCounters opens a group of sampled events for each CPU. They belong to the programs
// that this thread starts, and to all of their threads.
func openCounters(cpus []int) (files []*os.File, err error) {
	for _, cpu := range cpus {
		leader := -1
		for i, event := range counted {
			attr := unix.PerfEventAttr{
				Type: event.kind, Config: event.config, Sample: recording.PeriodsOfRecording[i],
				Sample_type: unix.PERF_SAMPLE_TID | unix.PERF_SAMPLE_PERIOD | unix.PERF_SAMPLE_CALLCHAIN,
				Bits:        unix.PerfBitInherit | unix.PerfBitExcludeKernel | unix.PerfBitExcludeHv | unix.PerfBitExcludeCallchainKernel,
			}
			attr.Size = uint32(unsafe.Sizeof(attr))
			if leader < 0 {
				attr.Bits |= unix.PerfBitDisabled | unix.PerfBitEnableOnExec
			}
			fd, err := unix.PerfEventOpen(&attr, 0, cpu, leader, unix.PERF_FLAG_FD_CLOEXEC)
			if err != nil {
				closeAll(files)
				return nil, os.NewSyscallError("perf_event_open", err)
			}
			if leader < 0 {
				leader = fd
			}
			files = append(files, os.NewFile(uintptr(fd), "counter"))
		}
	}
	return files, nil
}
