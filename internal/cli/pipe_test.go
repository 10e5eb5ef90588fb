//go:build unix

package cli

import (
	"strings"
	"syscall"
	"testing"
	"time"
)

// Opening a pipe in the place of a result file would block for ever.
func TestWatchOutlivesAPipe(t *testing.T) {
	f := newGrowing(t, "")
	w := watcher{path: f.path + ".pipe"}
	if err := syscall.Mkfifo(w.path, 0o666); err != nil {
		t.Skip(err)
	}
	done := make(chan error, 1)
	go func() {
		_, err := w.read()
		done <- err
	}()
	select {
	case err := <-done:
		if err == nil || !strings.Contains(err.Error(), "is not a regular file") || !mayGrow(w.path) {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Error("it waits for somebody to write into the pipe")
	}
}
