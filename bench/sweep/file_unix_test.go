//go:build unix

package sweep_test

import (
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"overlap/bench/sweep"
)

// set gives a limit its value, which FreeBSD counts with a sign.
func set[T int64 | uint64](limit *T, bytes int) { *limit = T(bytes) }

// A write that does not fit leaves the samples before it whole. The limit on
// the file's size stands for a full disk.
func TestFullDiskKeepsWholeSamples(t *testing.T) {
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		t.Skip(err)
	}
	f, err := sweep.Create(t.TempDir(), "h", sweep.Header{}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.Append(entry("Ep/workers=1/cores=1")); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(f.Path())
	if err != nil {
		t.Fatal(err)
	}
	limit := before
	set(&limit.Cur, len(whole)+10)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Skip(err)
	}
	err = f.Append(entry("Ep/workers=2/cores=1"))
	if restore := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before); restore != nil {
		t.Fatal(restore)
	}
	if err == nil {
		t.Error("a sample that did not fit was stored")
	}
	if now, _ := os.ReadFile(f.Path()); string(now) != string(whole) {
		t.Errorf("the file is now\n%s\nwant\n%s", now, whole)
	}
	if err := f.Append(entry("Ep/workers=2/cores=1")); err != nil {
		t.Errorf("after room was made: %v", err)
	}
	want := string(whole) + `# sample: {"round":1,"took_ns":1000000000,"point":"Ep/workers=2/cores=1"}` + "\ncpus: 0\n\nBenchmarkEp/workers=2/cores=1 1 1 ns/op\n"
	if now, _ := os.ReadFile(f.Path()); strings.ReplaceAll(string(now), "\n\n", "\n") != strings.ReplaceAll(want, "\n\n", "\n") {
		t.Errorf("the file is now\n%q\nwant\n%q", now, want)
	}
}
