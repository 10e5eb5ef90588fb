package host

import (
	"fmt"
	"math"
	"runtime"

	"github.com/klauspost/cpuid/v2"
	"golang.org/x/sys/windows"

	"overlap/internal/table"
)

// readHere asks the CPU itself. The system's own call
// (GetLogicalProcessorInformationEx) has no wrapper in x/sys, and is not worth one
// while processes are not bound here.
func readHere(tree) (Host, error) {
	ids, err := Affinity()
	if err != nil {
		return Host{}, err
	}
	v := windows.RtlGetVersion()
	cores := cpuid.CPU.PhysicalCores
	h := Host{
		Model:  "unknown " + runtime.GOARCH,
		Kernel: fmt.Sprintf("Windows %d.%d.%d", v.MajorVersion, v.MinorVersion, v.BuildNumber),
		Online: ids,
		Quota:  math.NaN(),
		CPUs:   alike(ids, cores),
		Notes:  []string{"packages, memory nodes, shared caches, classes of cores, clock policy and limits of jobs are not read on Windows"},
	}
	if cores != len(ids) {
		h.Notes = append(h.Notes, fmt.Sprintf("the CPU says %s with %s each, but not which of the %d CPUs are on one core: each counts as a core", table.Count(cores, "core"), table.Count(cpuid.CPU.ThreadsPerCore, "thread"), len(ids)))
	}
	return h, nil
}
