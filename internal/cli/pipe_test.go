//go:build unix

package cli

import (
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// A result file that a pipe replaced would hold the server up for ever.
func TestServedPageOutlivesAPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.txt")
	if err := syscall.Mkfifo(path, 0o666); err != nil {
		t.Skip(err)
	}
	done := make(chan view, 1)
	go func() { done <- (&live{path: path, say: func(string) {}}).view() }()
	select {
	case v := <-done:
		holds(t, string(v.page), "is no regular file")
	case <-time.After(10 * time.Second):
		t.Error("it waits for somebody to write into the pipe")
	}
}
