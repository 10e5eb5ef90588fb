package meter

import (
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"
)

// Children that live on, as those of the executor processes, count as well.
func TestLivingChildrenCount(t *testing.T) {
	if lists, err := os.ReadFile("/proc/thread-self/children"); err != nil {
		t.Skip("this kernel does not list the children of a process", lists)
	}
	child := exec.Command("sh", "-c", "while :; do :; done")
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	defer child.Wait()
	defer child.Process.Kill()
	if all := Children(); !slices.Contains(all, child.Process.Pid) {
		t.Fatalf("the children are %v, without %d", all, child.Process.Pid)
	}
	m := New(1, nil, 1)
	m.Prepare()
	m.Start()
	for deadline := time.Now().Add(30 * time.Second); cpuOf(child.Process.Pid) < 100*time.Millisecond; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("a child that spins has no CPU time after half a minute")
		}
	}
	own := readUsage()
	m.Stop()
	if used := time.Duration(m.Reading().CPUsBusy * float64(m.wall)); used < 50*time.Millisecond || own.cpu > m.readUsage().cpu-50*time.Millisecond {
		t.Errorf("a child used 100 ms, the sample has %v", used)
	}
}
