package meter

import (
	"os/exec"
	"testing"
	"time"
)

// Children that live on, as those of the executor processes, count as well.
func TestLivingChildrenCount(t *testing.T) {
	child := exec.Command("sh", "-c", "while :; do :; done")
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	defer child.Wait()
	defer child.Process.Kill()
	if len(Children()) == 0 {
		t.Skip("this kernel does not list the children of a process")
	}
	m := New(1, nil, 1)
	m.Prepare()
	m.Start()
	for deadline := time.Now().Add(30 * time.Second); m.readUsage().since(m.usage).cpu < 20*time.Millisecond; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("a child that spins has no CPU time after half a minute")
		}
	}
	m.Stop()
	if r := m.Reading(); !(r.CPUsBusy > 0) {
		t.Errorf("CPUs busy while a child spins: %v", r.CPUsBusy)
	}
}
