package host

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// tree makes a /sys with the given package and core of each CPU.
func tree(t *testing.T, places map[int][2]int) string {
	t.Helper()
	sys := t.TempDir()
	for id, place := range places {
		dir := filepath.Join(sys, "devices/system/cpu", fmt.Sprintf("cpu%d", id), "topology")
		if err := os.MkdirAll(dir, 0o777); err != nil {
			t.Fatal(err)
		}
		for name, text := range map[string]string{
			"physical_package_id":  fmt.Sprint(place[0]),
			"core_id":              fmt.Sprint(place[1]),
			"core_siblings_list":   "0",
			"thread_siblings_list": "0",
		} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text+"\n"), 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
	return sys
}

func TestTopologyOfATree(t *testing.T) {
	sys := tree(t, map[int][2]int{0: {0, 0}, 1: {0, 4}, 2: {1, 0}, 3: {0, 0}})
	cpus, note := topologyIn(sys, []int{0, 2, 3})
	if want := "[{0 0 0} {2 1 0} {3 0 0}]"; fmt.Sprint(cpus) != want || note != "" {
		t.Errorf("%v, %q; want %s", cpus, note, want)
	}
	if h := (Host{CPUs: cpus}); h.Cores() != 2 || fmt.Sprint(h.Placement()) != "[0 2 3]" {
		t.Errorf("%d cores, placement %v", h.Cores(), h.Placement())
	}

	cpus, note = topologyIn(sys, []int{0, 9})
	if want := "[{0 0 0} {9 -1 -1}]"; fmt.Sprint(cpus) != want || !strings.Contains(note, "the core of 1 CPUs is unknown") {
		t.Errorf("a CPU that is not in the tree: %v, %q", cpus, note)
	}
	cpus, note = topologyIn(t.TempDir(), []int{0, 1})
	if h := (Host{CPUs: cpus}); h.Cores() != 2 || note == "" {
		t.Errorf("an empty tree: %v, %q", cpus, note)
	}
}
