package meter

import (
	"os"
	"time"

	"github.com/prometheus/procfs"
)

// readDemand reads the scheduler's clocks. What cannot be read counts as
// nothing: pressure is a warning, and a system that cannot warn is no reason
// not to measure.
func readDemand(cpus []int) demand {
	d := demand{own: cpuTime()}
	if threads, err := procfs.AllThreads(os.Getpid()); err == nil {
		for _, thread := range threads {
			if s, err := thread.Schedstat(); err == nil {
				d.delayed += time.Duration(s.WaitingNanoseconds)
			}
		}
	}
	fs, err := procfs.NewDefaultFS()
	if err != nil {
		return d
	}
	stat, err := fs.Stat()
	if err != nil {
		return d
	}
	for _, id := range cpus {
		c := stat.CPU[int64(id)]
		d.busy += time.Duration((c.User + c.Nice + c.System + c.IRQ + c.SoftIRQ) * float64(time.Second))
		d.stolen += time.Duration(c.Steal * float64(time.Second))
	}
	return d
}
