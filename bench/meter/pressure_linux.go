package meter

import (
	"os"
	"time"

	"github.com/prometheus/procfs"
)

// readDemand reads the scheduler's clocks. A system that hides them is no
// reason not to measure: pressure is a warning.
func readDemand(cpus []int) demand { return demandIn("/proc", cpus) }

func demandIn(proc string, cpus []int) demand {
	fs, err := procfs.NewFS(proc)
	if err != nil {
		return demand{}
	}
	threads, err := fs.AllThreads(os.Getpid())
	if err != nil {
		return demand{}
	}
	d := demand{known: true, own: cpuTime()}
	for _, thread := range threads {
		if s, err := thread.Schedstat(); err == nil { // a thread may have ended
			d.delayed += time.Duration(s.WaitingNanoseconds)
		}
	}
	stat, err := fs.Stat()
	if err != nil {
		return demand{}
	}
	for _, id := range cpus {
		c := stat.CPU[int64(id)]
		d.busy += time.Duration((c.User + c.Nice + c.System + c.IRQ + c.SoftIRQ) * float64(time.Second))
		d.stolen += time.Duration(c.Steal * float64(time.Second))
	}
	return d
}
