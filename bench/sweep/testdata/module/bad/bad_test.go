package bad

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"testing"
	"time"
)

// fails reports whether a benchmark should show its bad side: some do from the
// second run on, so that they are found.
func fails(b *testing.B) bool { return b.N > 1 || os.Getenv("FAIL_AT_ONCE") != "" }

func BenchmarkFine(b *testing.B) {
	for i := 0; i < b.N; i++ {
		time.Sleep(time.Microsecond)
	}
}

func BenchmarkPanic(b *testing.B) {
	if fails(b) {
		panic("out of order")
	}
}

func BenchmarkHang(b *testing.B) {
	if fails(b) {
		hangHere()
	}
}

//go:noinline
func hangHere() { time.Sleep(time.Hour) }

func BenchmarkExit(b *testing.B) {
	if fails(b) {
		fmt.Fprintln(os.Stderr, "leaving early")
		os.Exit(7)
	}
}

func BenchmarkExitZero(b *testing.B) {
	if fails(b) {
		os.Exit(0)
	}
}

func BenchmarkGarbage(b *testing.B) {
	if fails(b) {
		fmt.Println("\x00\xffBenchmarkGarbage 1 2 3\nhost: elsewhere")
	}
}

func BenchmarkConfig(b *testing.B) {
	if b.N == 1 { // later, testing has written half of the line of the result
		fmt.Println("\nhost: elsewhere\nBenchmark")
	}
	for i := 0; i < b.N; i++ {
		time.Sleep(time.Microsecond)
	}
}

func BenchmarkFails(b *testing.B) {
	if fails(b) {
		b.Fatal("wrong result")
	}
}

func BenchmarkTimeless(b *testing.B) { b.ReportMetric(0, "ns/op") }

func BenchmarkGoroutine(b *testing.B) {
	for i := 0; i < b.N; i++ {
		if i == 0 {
			go func() { select {} }()
		}
		time.Sleep(time.Microsecond)
	}
}

// BenchmarkChild leaves a process behind that holds standard error open.
func BenchmarkChild(b *testing.B) {
	for i := 0; i < b.N; i++ {
		time.Sleep(time.Microsecond)
	}
	c := exec.Command("sleep", "3600")
	c.Stdout, c.Stderr = os.Stdout, os.Stderr
	if err := c.Start(); err != nil {
		b.Skip(err)
	}
	fmt.Fprintln(os.Stderr, "child", c.Process.Pid)
	if f := os.Getenv("CHILD_FILE"); f != "" {
		os.WriteFile(f, []byte(fmt.Sprint(c.Process.Pid)), 0o666)
	}
}

func BenchmarkProcs(b *testing.B) {
	if fails(b) {
		runtime.GOMAXPROCS(3)
	}
	for i := 0; i < b.N; i++ {
		time.Sleep(time.Microsecond)
	}
}
