//go:build unix

package sweep_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestChildrenThatABenchmarkLeavesAreEnded(t *testing.T) {
	f := foreign(t)
	p := only(t, f, "./bad", "Child")
	file := filepath.Join(t.TempDir(), "child")
	t.Setenv("CHILD_FILE", file)
	if _, err := f.Sample(t.Context(), p, 1, 1); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Skip(err) // there is no program to leave behind
	}
	pid, err := strconv.Atoi(string(text))
	if err != nil {
		t.Fatal(err)
	}
	// It has the signal; whoever adopted it may not have waited for it yet.
	if err := syscall.Kill(pid, 0); err == nil && !zombie(pid) {
		t.Errorf("the child %d still runs", pid)
	}
}

func zombie(pid int) bool {
	for range 100 {
		stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
		if err != nil || strings.Contains(string(stat), ") Z ") || strings.Contains(string(stat), ") X ") {
			return true
		}
		time.Sleep(10 * time.Millisecond)
	}
	return false
}
