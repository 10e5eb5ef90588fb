package sweep

import (
	"errors"
	"strings"
	"testing"
	"time"
)

const quitDump = `a log line
SIGQUIT: quit
PC=0x47bf61 m=0 sigcode=0

goroutine 0 gp=0x6a [idle]:
runtime.futex(0x1)
	/go/src/runtime/sys.s:557 +0x21

goroutine 1 gp=0xc0 m=nil [chan receive, 1 minutes]:
runtime.gopark(0x1)
	/go/src/runtime/proc.go:460 +0xce
testing.(*B).run1(0xc000)
	/go/src/testing/benchmark.go:246 +0x9a
main.main()
	_testmain.go:47 +0x9b

goroutine 22 gp=0xc1 m=nil [select (no cases), 1 minutes]:
runtime.block()
	/go/src/runtime/select.go:104 +0x26
example.com/m.(*Queue).take(0xc0, {0x1, 0x2})
	/home/me/m/queue.go:33 +0x1d
example.com/m.BenchmarkHang(0xc000)
	/home/me/m/m_test.go:12 +0x2d
created by testing.(*B).run1 in goroutine 1
	/go/src/testing/benchmark.go:238 +0x90
`

// A reason in at most three lines, and the same for the same cause, however long
// what the program said.
func TestFailuresAreToldInThreeLines(t *testing.T) {
	long := strings.Repeat("chatter\n", 500)
	for name, c := range map[string]struct {
		err    error
		said   string
		reason string
		want   string
	}{
		"hangs":     {errLate{time.Minute}, long + quitDump, "", "no result within 1m0s: [select (no cases)]\n    example.com/m.(*Queue).take\n    /home/me/m/queue.go:33"},
		"panics":    {errors.New("exit status 2"), long + "panic: out of order\n\ngoroutine 7 [running]:\npanic({0x1, 0x2})\n\t/go/src/runtime/panic.go:787 +0x132\nexample.com/m.BenchmarkP(...)\n\t/home/me/m/m_test.go:44\n\nexit", "", "exit status 2: panic: out of order\n    example.com/m.BenchmarkP\n    /home/me/m/m_test.go:44"},
		"deadlock":  {errors.New("exit status 2"), "fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 [chan receive]:\nmain.main()\n\t/x.go:1\n", "", "exit status 2: fatal error: all goroutines are asleep - deadlock!"},
		"no frames": {errLate{time.Second}, "SIGQUIT: quit\n", "", "no result within 1s: it does not say where it was"},
		"silent":    {errLate{time.Second}, "", "", "no result within 1s"},
		"one line":  {errors.New("exit status 7"), "leaving early", "", "exit status 7: leaving early"},
		"many":      {errors.New("exit status 7"), "first\n" + long + "last", "", "exit status 7: first\n    …\n    last"},
		"fails":     {errors.New("exit status 1"), long, "m_test.go:5: wrong result\n", "exit status 1: m_test.go:5: wrong result"},
		"garbage":   {errors.New("exit status 1"), "\x1b[31mred\x00", "", "exit status 1: \ufffd[31mred\ufffd"},
		"wide":      {errors.New("exit status 1"), strings.Repeat("x", 5000), "", "exit status 1: " + strings.Repeat("x", 300) + " …"},
	} {
		e := &SampleError{Err: c.err, Output: strings.TrimSpace(c.said), Reason: c.reason}
		if got := e.Error(); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, c.want)
		}
		if n := strings.Count(e.Error(), "\n"); n > 2 {
			t.Errorf("%s: %d lines", name, n+1)
		}
	}
}

func TestOneSentenceForOneReason(t *testing.T) {
	list := []Omission{{Name: "a", Why: "left out"}, {Name: "b", Why: "it panics"}, {Name: "c", Why: "left out"}}
	if got := strings.Join(sentences(list), "; "); got != "a, c: left out; b: it panics" {
		t.Errorf("%s", got)
	}
}
