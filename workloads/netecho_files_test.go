//go:build linux || darwin

package workloads

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"overlap/primitives"
)

// withFiles runs f in a process that may open so many more files, and returns its
// error; it fails the test if f does not return.
func withFiles(t *testing.T, more int, f func() error) error {
	t.Helper()
	var old unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &old); err != nil {
		t.Fatal(err)
	}
	next, err := os.Open(os.DevNull) // has the lowest number that is free
	if err != nil {
		t.Fatal(err)
	}
	less := old
	less.Cur = uint64(int(next.Fd()) + more)
	next.Close()
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &less); err != nil {
		t.Skip(err)
	}
	defer unix.Setrlimit(unix.RLIMIT_NOFILE, &old)
	done := make(chan error, 1)
	go func() { done <- f() }()
	select {
	case err := <-done:
		return err
	case <-time.After(20 * time.Second):
		t.Fatal("it hangs")
		return nil
	}
}

// A server that can accept no more connections must not let those wait that are not
// accepted yet.
func TestNetechoWithoutFilesFailsAtOnce(t *testing.T) {
	err := withFiles(t, 60, func() error {
		job, err := Netecho.New(Params{Size: Small, Workers: 100})
		if err == nil {
			job.Close()
		}
		return err
	})
	if err == nil || !strings.Contains(err.Error(), "too many open files") {
		t.Errorf("set-up: %v", err)
	}

	job, err := Netecho.New(Params{Size: Medium, Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer job.Close()
	ex := primitives.Must(primitives.NewPool(primitives.Config{Workers: 64}))
	defer ex.Shutdown(context.Background())
	for more := range 12 { // the client's or the server's end may be the first without a file
		if err = withFiles(t, more, func() error { return job.Run(context.Background(), ex) }); err == nil || !strings.Contains(err.Error(), "too many open files") {
			t.Errorf("run with %d files: %v", more, err)
		}
		job.Close()
		if job, err = Netecho.New(Params{Size: Medium, Workers: 1}); err != nil {
			t.Fatal(err)
		}
	}
}
