// Package host describes the machine that a measurement runs on. It reads the kernel's
// files, or a copy of them, and returns the CPUs that the process may use, which of them
// share a core, a cache, a memory node or a package, an order in which to use them, and
// their limits. It also starts a process on some of the CPUs. It does not know benchmarks.
package host

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/klauspost/cpuid/v2"
)

// Host is what a process may use of its machine. Empty strings and lists mean none or
// unknown.
type Host struct {
	Name   string `json:"name"`         // host name
	Model  string `json:"model"`        // CPU model as it names itself
	OS     string `json:"os"`           // GOOS/GOARCH
	Kernel string `json:"kernel"`       // "" if unknown
	Go     string `json:"go,omitempty"` // version of the Go runtime

	// CPUs are the hardware threads that the process may use, ascending: those of
	// its affinity mask; in a copied tree, only those in its cpuset and online.
	CPUs     []CPU `json:"cpus"`
	Online   []int `json:"online"`   // CPUs that the machine runs, ascending
	Isolated []int `json:"isolated"` // CPUs that the kernel does not balance

	// Quota is how many CPUs' worth of time the process may use: the tightest
	// of its cgroup and all that hold it. 0 means no limit.
	Quota float64 `json:"-"`

	Caches   []string `json:"caches,omitempty"`   // of the first allowed CPU, such as "L1d 48K"
	Features []string `json:"features,omitempty"` // instruction sets, as the CPU reports them

	Governor       string `json:"governor,omitempty"`       // of the allowed CPUs' clocks
	Turbo          string `json:"turbo,omitempty"`          // on or off
	Clocksource    string `json:"clocksource,omitempty"`    // the kernel's clock
	Virtualisation string `json:"virtualisation,omitempty"` // hypervisor and container, none if there is proof of neither

	// Notes are sentences on what could not be found out or done here.
	Notes []string `json:"notes,omitempty"`
}

// CPU is a hardware thread. Numbers are -1 if unknown. Packages, dies and
// nodes have the kernel's numbers, dies those within a package; caches and
// cores are counted from 0 over all allowed CPUs, because the kernel's numbers
// of them repeat from one package or die to the next.
type CPU struct {
	ID      int    `json:"id"`              // the kernel's number
	Package int    `json:"package"`         // socket
	Die     int    `json:"die"`             // piece of silicon in the package
	Node    int    `json:"node"`            // NUMA node
	LLC     int    `json:"llc"`             // group that shares the last-level cache
	Core    int    `json:"core"`            // physical core
	Thread  int    `json:"thread"`          // 0, 1 … among the core's online CPUs
	Class   string `json:"class,omitempty"` // Performance or Efficiency on CPUs with unequal cores
}

// The classes of cores. A CPU with more than two kinds of cores is split where
// their speeds differ most.
const (
	Performance = "performance"
	Efficiency  = "efficiency"
)

// Read describes this machine as this process sees it. It fails only if it cannot find
// the allowed CPUs.
func Read() (Host, error) { return ReadRoot("") }

// ReadRoot describes the machine with /sys and /proc copied to root/sys and
// root/proc; with "" or "/" it is Read. The process is the one that copied
// its /proc/self; without that it may use all CPUs online. What is missing or
// garbled becomes a note. It fails if the tree has no CPUs.
func ReadRoot(root string) (Host, error) {
	t, done, err := openTree(root)
	if err != nil {
		return Host{}, err
	}
	defer done()
	if root != "" && root != "/" {
		h, err := readTree(t, nil)
		if err != nil {
			return Host{}, fmt.Errorf("%s: %w", root, err)
		}
		return h, nil
	}
	h, err := readHere(t)
	if err != nil {
		return Host{}, err
	}
	h.OS, h.Go = runtime.GOOS+"/"+runtime.GOARCH, runtime.Version()
	if name := oneLine(cpuid.CPU.BrandName); name != "" {
		h.Model = name
	}
	if h.Name, err = os.Hostname(); err != nil {
		h.Name = "unknown"
		h.Notes = append(h.Notes, fmt.Sprintf("the host has no name (%v)", err))
	}
	h.Name = oneLine(h.Name)
	h.Features = cpuid.CPU.FeatureSet()
	if h.Caches == nil {
		h.Caches = cpuidCaches()
	}
	h.Virtualisation = virtualisation(t, strings.TrimSpace(cpuid.CPU.HypervisorVendorString))
	if !CanBind {
		h.Notes = append(h.Notes, runtime.GOOS+" cannot bind a process to CPUs: GOMAXPROCS alone imitates fewer cores, so system calls may still run elsewhere")
	}
	return h, nil
}

// readTree describes a Linux machine. mask is the allowed CPUs by the kernel, nil to
// take them from the tree.
func readTree(t tree, mask []int) (Host, error) {
	h := Host{
		Name:  t.line("proc/sys/kernel/hostname"),
		Model: modelIn(t),
		OS:    "linux",
	}
	if h.Name == "" {
		h.Name = "unknown"
	}
	if release := t.line("proc/sys/kernel/osrelease"); release != "" {
		h.Kernel = "Linux " + release
	}
	var allowed []int
	h.Online, allowed = usable(t, mask)
	if len(allowed) == 0 {
		return Host{}, errors.New("no CPUs found: a machine's tree needs at least sys/devices/system/cpu/online or proc/self/status")
	}
	noteEmpty(t)
	h.CPUs = topology(t, h.Online, allowed)
	h.Isolated, _ = t.list(cpuDir + "/isolated")
	h.Caches = cachesIn(t, allowed[0])
	h.Quota = quota(t)
	h.Governor, h.Turbo = governor(t, allowed), turbo(t)
	h.Clocksource = t.line("sys/devices/system/clocksource/clocksource0/current_clocksource")
	h.Virtualisation = virtualisation(t, "")
	if idle := intersect(allowed, h.Isolated); len(idle) > 0 {
		t.note("isolated and in the mask: CPU %s; the kernel does not balance load there, so a thread stays where it starts", FormatList(idle))
	}
	h.Notes = t.notes.lines()
	return h, nil
}

// noteEmpty notes the files of /proc that are empty in a copy: they claim to have no
// size, and tar believes that.
func noteEmpty(t tree) {
	empty := slices.DeleteFunc([]string{statusFile, cpuinfoFile}, func(name string) bool { return !t.exists(name) || t.text(name) != "" })
	if len(empty) > 0 {
		t.note("nothing is in %s, as tar copies files of /proc: copy them with cp", strings.Join(empty, " and "))
	}
}

// IDs are the numbers of the allowed CPUs, ascending.
func (h Host) IDs() []int {
	ids := make([]int, len(h.CPUs))
	for i, c := range h.CPUs {
		ids[i] = c.ID
	}
	return ids
}

// Cores is the number of physical cores behind the CPUs.
func (h Host) Cores() int {
	seen := map[[2]int]bool{}
	for _, c := range h.CPUs {
		seen[c.core()] = true
	}
	return len(seen)
}

// WithinQuota returns how many of so many cores the CPU quota allows, at least one:
// more would be throttled, and look as if they did not help.
func (h Host) WithinQuota(cores int) int {
	if h.Quota > 0 {
		return max(1, min(cores, int(h.Quota)))
	}
	return cores
}

// Count has the numbers of the parts that hold the allowed CPUs; 0 is unknown.
type Count struct {
	Packages int `json:"packages"`
	Dies     int `json:"dies"`
	Nodes    int `json:"nodes"`
	LLCs     int `json:"llc_groups"`
	Cores    int `json:"cores"`
}

// Count counts the parts of the machine that the process may use.
func (h Host) Count() Count {
	return Count{
		Packages: len(h.distinct(func(c CPU) int { return c.Package })),
		Dies:     len(h.distinct(CPU.die)),
		Nodes:    len(h.distinct(func(c CPU) int { return c.Node })),
		LLCs:     len(h.distinct(func(c CPU) int { return c.LLC })),
		Cores:    h.Cores(),
	}
}

// die identifies the die; the kernel numbers the dies of each package anew.
func (c CPU) die() int {
	if c.Die < 0 {
		return -1
	}
	return max(0, c.Package)*MaxCPUs + c.Die
}

// Classes lists the allowed CPUs of each class, ascending. It is empty if the
// cores are equal.
func (h Host) Classes() map[string][]int {
	classes := map[string][]int{}
	for _, c := range h.CPUs {
		if c.Class != "" {
			classes[c.Class] = append(classes[c.Class], c.ID)
		}
	}
	return classes
}

// core identifies the physical core; a CPU of unknown place is its own.
func (c CPU) core() [2]int {
	if c.Core < 0 {
		return [2]int{-1, c.ID}
	}
	return [2]int{c.Package, c.Core}
}

// cpuidCaches asks the CPU itself, where the system does not report caches.
func cpuidCaches() (list []string) {
	c := cpuid.CPU.Cache
	for _, level := range []struct {
		name  string
		bytes int
	}{{"L1d", c.L1D}, {"L1i", c.L1I}, {"L2", c.L2}, {"L3", c.L3}} {
		if level.bytes > 0 {
			list = append(list, fmt.Sprintf("%s %dK", level.name, level.bytes>>10))
		}
	}
	return list
}
