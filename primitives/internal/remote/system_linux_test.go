package remote

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// streams lists what a sibling must not share. Descriptors that this process
// was itself started with are not ours to close.
func streams() (list []string) {
	fds, _ := os.ReadDir("/proc/self/fd")
	for _, e := range fds {
		to, _ := os.Readlink("/proc/self/fd/" + e.Name())
		if strings.HasPrefix(to, "pipe:") || strings.HasPrefix(to, "socket:") || strings.Contains(to, "memfd:") {
			list = append(list, to)
		}
	}
	return list
}

var remoteStreams = Define("remote test: streams", func(context.Context, struct{}) ([]string, error) {
	return streams(), nil
})

// A sibling that held a child's pipe would keep its stream open after its
// death, and a memory descriptor in a child is one too many.
func TestRemoteChildInheritsNothingOfItsSiblings(t *testing.T) {
	eachTransport(t, func(t *testing.T, transport string) {
		own := streams()
		var seen []string
		for range 3 {
			c := startTestChild(t, transport, limits{})
			got, err := callOn(context.Background(), c, remoteStreams, struct{}{}, 0)
			if err != nil || len(got) == 0 {
				t.Fatal(got, err)
			}
			got = slices.DeleteFunc(got, func(s string) bool { return slices.Contains(own, s) })
			for _, s := range got {
				if slices.Contains(seen, s) || strings.Contains(s, "memfd:") {
					t.Errorf("child holds %s", s)
				}
			}
			seen = append(seen, got...)
		}
	})
}

var remoteList = Define("remote test: list", func(context.Context, struct{}) (string, error) {
	out, err := exec.Command("ls", "-l", "/proc/self/fd").Output()
	return string(out), err
})

// A program that a task starts may outlive the child; it must not keep the
// child's streams open.
func TestRemoteGrandchildInheritsNothing(t *testing.T) {
	eachTransport(t, func(t *testing.T, transport string) {
		own, c := streams(), startTestChild(t, transport, limits{})
		held, err1 := callOn(context.Background(), c, remoteStreams, struct{}{}, 0)
		got, err2 := callOn(context.Background(), c, remoteList, struct{}{}, 0)
		if err1 != nil || err2 != nil {
			t.Skip(err1, err2) // no ls here
		}
		for _, s := range held {
			if !slices.Contains(own, s) && strings.Contains(got, s) {
				t.Errorf("grandchild holds %s", s)
			}
		}
	})
}

// onOneCPU keeps the calling goroutine on one CPU until the test ends.
func onOneCPU(t *testing.T) {
	t.Helper()
	var all, first unix.CPUSet
	if err := unix.SchedGetaffinity(0, &all); err != nil {
		t.Fatal(err)
	}
	for cpu := range len(all) * 64 {
		if all.IsSet(cpu) {
			first.Set(cpu)
			break
		}
	}
	runtime.LockOSThread()
	if err := unix.SchedSetaffinity(0, &first); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := unix.SchedSetaffinity(0, &all); err != nil {
			t.Error(err) // and the thread ends with its goroutine
			return
		}
		runtime.UnlockOSThread()
	})
}

// The thread that forks may be older than the pinning of its caller.
func TestRemoteChildInheritsTheAffinityOfItsStarter(t *testing.T) {
	older, all := startTestChild(t, "pipe", limits{}), cpuCount()
	onOneCPU(t)
	pinned := startTestChild(t, "pipe", limits{})
	for c, want := range map[*Child]int{older: all, pinned: 1} {
		if got, err := callOn(context.Background(), c, remoteCPUs, struct{}{}, 0); got != want || err != nil {
			t.Errorf("%d CPUs, want %d, %v", got, want, err)
		}
	}
}

// A child dies with the thread that started it, so there must be one that
// lives as long, and not longer.
func TestRemoteStarterThreadLivesAsLongAsTheChildren(t *testing.T) {
	thread := func() (tid int) {
		starter.do(func() { tid = unix.Gettid() })
		return tid
	}
	a, b := startTestChild(t, "pipe", limits{}), startTestChild(t, "pipe", limits{})
	tid := thread()
	if tid == os.Getpid() {
		// The main thread cannot end, so Go parks it for good. It does not
		// come back for the next children.
		a.Close()
		b.Close()
		a, b = startTestChild(t, "pipe", limits{}), startTestChild(t, "pipe", limits{})
		tid = thread()
	}
	a.Close()
	if got := thread(); got != tid {
		t.Errorf("thread %d instead of %d", got, tid)
	}
	if !b.Alive() {
		t.Error("a child died with its sibling")
	}
	b.Close()
	for range 1000 {
		if _, err := os.Stat(fmt.Sprint("/proc/self/task/", tid)); err != nil {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Error("the thread is left")
}

// middleEnv makes TestRemoteMiddle the parent of a child that is orphaned.
const middleEnv = "OVERLAP_TEST_MIDDLE"

func TestRemoteMiddle(t *testing.T) {
	transport, how, ok := strings.Cut(os.Getenv(middleEnv), ",")
	if !ok {
		t.Skip("runs in the process that TestRemoteOrphansDie starts")
	}
	c := startTestChild(t, transport, limits{})
	if how == "stop" {
		stop(t, c)
	}
	fmt.Println("child", c.proc.Pid)
	_, err := callOn(context.Background(), c, remoteDeaf, struct{}{}, 0)
	t.Fatal(err)
}

func TestRemoteOrphansDie(t *testing.T) {
	eachTransport(t, func(t *testing.T, transport string) {
		for _, how := range []string{"run", "stop"} {
			middle := exec.Command("/proc/self/exe", "-test.run=^TestRemoteMiddle$")
			middle.Env = append(os.Environ(), middleEnv+"="+transport+","+how)
			out, err := middle.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := middle.Start(); err != nil {
				t.Fatal(err)
			}
			line, _ := bufio.NewReader(out).ReadString('\n')
			pid, err := strconv.Atoi(strings.TrimSpace(strings.TrimPrefix(line, "child ")))
			if err != nil {
				rest, _ := io.ReadAll(out)
				t.Fatalf("%s: %q %s", how, line, rest)
			}
			time.Sleep(5 * time.Millisecond) // into the call
			if gone(pid) {
				t.Errorf("%s: gone too early", how)
			}
			middle.Process.Kill()
			middle.Wait()
			for start := time.Now(); !gone(pid); time.Sleep(time.Millisecond) {
				if time.Since(start) > time.Second {
					syscall.Kill(pid, syscall.SIGKILL)
					t.Fatalf("%s: the child outlived its parent", how)
				}
			}
		}
	})
}

// gone takes a zombie for gone: whether init reaps it is not our affair.
func gone(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, after, _ := strings.Cut(string(stat), ") ")
	return err != nil || strings.HasPrefix(after, "Z")
}

var remoteHeir = Define("remote test: heir", func(context.Context, struct{}) (int, error) {
	heir := exec.Command("sleep", "4")
	heir.ExtraFiles = []*os.File{os.NewFile(firstFD, "stream")}
	if err := heir.Start(); err != nil {
		return 0, err
	}
	select {}
})

// A program that a task has left the socket to does not keep the parent.
func TestRemoteSocketIsNotKeptByAnHeir(t *testing.T) {
	c := startTestChild(t, "unix", limits{})
	start := time.Now()
	_, err := callOn(context.Background(), c, remoteHeir, struct{}{}, 100*time.Millisecond)
	var fault *ChildError
	if !errors.As(err, &fault) || fault.Cause != ChildHung {
		t.Errorf("error is %v", err)
	}
	if d := time.Since(start); d > 3*time.Second {
		t.Errorf("the call took %v", d)
	}
}
