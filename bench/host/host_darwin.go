package host

import (
	"math"
	"runtime"
	"strconv"

	"golang.org/x/sys/unix"

	"overlap/internal/table"
)

// readHere asks sysctl. macOS reports how many cores of each kind there are but not
// which CPU is which, and does not bind, so the places stay unknown.
func readHere(tree) (Host, error) {
	ids, err := Affinity()
	if err != nil {
		return Host{}, err
	}
	h := Host{Model: "unknown " + runtime.GOARCH, Online: ids, Quota: math.NaN()}
	if name, err := unix.Sysctl("machdep.cpu.brand_string"); err == nil {
		h.Model = oneLine(name)
	}
	if release, err := unix.Sysctl("kern.osrelease"); err == nil {
		h.Kernel = "Darwin " + oneLine(release)
	}
	cores, _ := unix.SysctlUint32("hw.physicalcpu")
	h.CPUs = alike(ids, int(cores))
	for _, cache := range []struct{ name, key string }{
		{"L1d", "hw.l1dcachesize"}, {"L1i", "hw.l1icachesize"}, {"L2", "hw.l2cachesize"}, {"L3", "hw.l3cachesize"},
	} {
		if bytes, err := unix.SysctlUint64(cache.key); err == nil && bytes > 0 {
			h.Caches = append(h.Caches, cache.name+" "+strconv.FormatUint(bytes>>10, 10)+"K")
		}
	}
	h.Notes = append(h.Notes, darwinNotes(len(ids), int(cores))...)
	return h, nil
}

func darwinNotes(cpus, cores int) (notes []string) {
	fast, err1 := unix.SysctlUint32("hw.perflevel0.physicalcpu")
	slow, err2 := unix.SysctlUint32("hw.perflevel1.physicalcpu")
	if err1 == nil && err2 == nil && slow > 0 {
		notes = append(notes, "there are performance and efficiency cores, "+strconv.Itoa(int(fast))+" and "+strconv.Itoa(int(slow))+": macOS does not say which, and decides itself where a thread runs, so cores are not equal here")
	}
	if cores != cpus {
		notes = append(notes, strconv.Itoa(cpus)+" CPUs are threads of "+table.Count(cores, "core")+", macOS does not say which: each CPU counts as a core")
	}
	return append(notes, "memory nodes, shared caches, governor and quotas are not read on macOS")
}
