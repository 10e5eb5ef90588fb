// Package host knows the machine that a measurement runs on: which CPUs the
// process may use, which of them share a core, in which order to take them,
// and how to start a process on just those.
package host

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/klauspost/cpuid/v2"
)

// Host is what a process may use of its machine.
type Host struct {
	Name   string `json:"name"`   // host name
	Model  string `json:"model"`  // CPU model as it names itself
	OS     string `json:"os"`     // GOOS/GOARCH
	Kernel string `json:"kernel"` // "" if unknown
	Go     string `json:"go"`     // version of the Go runtime

	// CPUs are the hardware threads that the process may use, ascending.
	CPUs []CPU `json:"cpus"`

	// Notes say in sentences what could not be found out or done here.
	Notes []string `json:"notes,omitempty"`
}

// CPU is a hardware thread.
type CPU struct {
	ID      int `json:"id"`      // the kernel's number
	Package int `json:"package"` // socket; -1 if unknown
	Core    int `json:"core"`    // core within the package; -1 if unknown
}

// Read describes this machine as this process sees it.
func Read() (Host, error) {
	h := Host{
		Model:  model(),
		OS:     runtime.GOOS + "/" + runtime.GOARCH,
		Kernel: kernel(),
		Go:     runtime.Version(),
	}
	var err error
	if h.Name, err = os.Hostname(); err != nil {
		h.Name = "unknown"
		h.Notes = append(h.Notes, fmt.Sprintf("the host has no name (%v)", err))
	}
	ids, err := Affinity()
	if err != nil {
		return Host{}, err
	}
	var note string
	if h.CPUs, note = topology(ids); note != "" {
		h.Notes = append(h.Notes, note)
	}
	if !CanBind {
		h.Notes = append(h.Notes, runtime.GOOS+" cannot bind a process to CPUs: fewer cores are imitated by GOMAXPROCS alone, so system calls may still run elsewhere")
	}
	return h, nil
}

func model() string {
	if name := strings.TrimSpace(cpuid.CPU.BrandName); name != "" {
		return strings.Join(strings.Fields(name), " ")
	}
	return "unknown " + runtime.GOARCH
}

// Cores is the number of physical cores behind the CPUs.
func (h Host) Cores() int {
	seen := map[[2]int]bool{}
	for _, c := range h.CPUs {
		seen[c.core()] = true
	}
	return len(seen)
}

// core identifies the physical core; a CPU of unknown place is its own.
func (c CPU) core() [2]int {
	if c.Core < 0 {
		return [2]int{-1, c.ID}
	}
	return [2]int{c.Package, c.Core}
}

// Placement orders the CPUs in which a growing number of cores is taken: one
// hardware thread of every core first, so that SMT siblings do not pass for
// cores, then the second threads, and so on.
func (h Host) Placement() []int {
	taken := map[[2]int]int{} // threads of a core already placed
	type place struct{ turn, id int }
	places := make([]place, 0, len(h.CPUs))
	for _, c := range h.CPUs {
		places = append(places, place{taken[c.core()], c.ID})
		taken[c.core()]++
	}
	slices.SortStableFunc(places, func(a, b place) int { return a.turn - b.turn })
	ids := make([]int, len(places))
	for i, p := range places {
		ids[i] = p.id
	}
	return ids
}

// FormatList writes CPU numbers in the kernel's list format, such as 0-3,8.
func FormatList(ids []int) string {
	ids = slices.Sorted(slices.Values(ids))
	var b strings.Builder
	for i := 0; i < len(ids); {
		j := i
		for j+1 < len(ids) && ids[j+1] == ids[j]+1 {
			j++
		}
		if b.Len() > 0 {
			b.WriteByte(',')
		}
		b.WriteString(strconv.Itoa(ids[i]))
		if j > i {
			b.WriteString("-" + strconv.Itoa(ids[j]))
		}
		i = j + 1
	}
	return b.String()
}
