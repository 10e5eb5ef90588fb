package host_test

import (
	"math"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"

	"overlap/bench/host"
)

func TestPlacementTakesCoresBeforeSiblings(t *testing.T) {
	// Two packages of two cores with two threads each, siblings numbered n and n+4.
	var h host.Host
	for id := range 8 {
		h.CPUs = append(h.CPUs, host.CPU{ID: id, Package: id / 2 % 2, Core: id % 2})
	}
	if got, want := h.OnePerCore(), []int{0, 1, 2, 3, 4, 5, 6, 7}; !slices.Equal(got, want) {
		t.Errorf("placement %v, want %v", got, want)
	}
	if h.Cores() != 4 {
		t.Errorf("%d cores, want 4", h.Cores())
	}

	// Siblings numbered side by side, and a CPU of unknown place.
	h.CPUs = nil
	for id := range 6 {
		h.CPUs = append(h.CPUs, host.CPU{ID: id, Package: 0, Core: id / 2})
	}
	h.CPUs = append(h.CPUs, host.CPU{ID: 9, Package: -1, Die: -1, Node: -1, LLC: -1, Core: -1})
	if got, want := h.OnePerCore(), []int{0, 2, 4, 9, 1, 3, 5}; !slices.Equal(got, want) {
		t.Errorf("placement %v, want %v", got, want)
	}
	if h.Cores() != 4 {
		t.Errorf("%d cores, want 4", h.Cores())
	}
}

func TestReadThisMachine(t *testing.T) {
	h, err := host.Read()
	if err != nil {
		t.Fatal(err)
	}
	ids, err := host.Affinity()
	if err != nil || !slices.Equal(h.IDs(), ids) {
		t.Errorf("allowed %v, the mask is %v, %v", h.IDs(), ids, err)
	}
	if len(h.CPUs) != runtime.NumCPU() || h.Cores() < 1 || h.Cores() > len(h.CPUs) || h.Model == "" {
		t.Errorf("%d CPUs in NumCPU, host says %+v", runtime.NumCPU(), h)
	}
}

func TestStartBindsTheChildOnly(t *testing.T) {
	if !host.CanBind {
		t.Skip("this system cannot bind")
	}
	ids, err := host.Affinity()
	if err != nil {
		t.Fatal(err)
	}
	last := ids[len(ids)-1:]
	cmd := exec.Command("grep", "Cpus_allowed_list", "/proc/self/status")
	var out strings.Builder
	cmd.Stdout = &out
	if err := host.Start(last, cmd.Start); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	if _, got, _ := strings.Cut(out.String(), ":"); strings.TrimSpace(got) != host.FormatList(last) {
		t.Errorf("child runs on %q, want %s", out.String(), host.FormatList(last))
	}
	if err := host.CheckThreads(ids); err != nil {
		t.Errorf("this process has changed: %v", err)
	}
	if len(ids) > 1 {
		if err := host.CheckThreads(last); err == nil {
			t.Error("CheckThreads accepts a mask that no thread has")
		}
	}
}

// What the kernel would leave out of the mask must not pass for bound.
func TestStartBindsToAllOrFails(t *testing.T) {
	if !host.CanBind {
		t.Skip("this system cannot bind")
	}
	ids, err := host.Affinity()
	if err != nil {
		t.Fatal(err)
	}
	for _, absent := range []int{-1, 5000, host.MaxCPUs, math.MaxInt32} {
		started := false
		err := host.Start([]int{ids[0], absent}, func() error { started = true; return nil })
		if err == nil || started || !strings.Contains(err.Error(), "bind to CPU") {
			t.Errorf("CPU %d: %v, started %v", absent, err, started)
		}
	}
	if err := host.CheckThreads(ids); err != nil {
		t.Errorf("this process has changed: %v", err)
	}
}
