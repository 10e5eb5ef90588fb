package bench

import (
	"bytes"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"overlap/bench/meter"
)

// holdings are what a benchmark can leave behind in a process: goroutines by number,
// with their stacks, and child processes, where the system lists them. Numbers are
// not reused, so a goroutine that ends does not hide one that stays, as it would in
// runtime.NumGoroutine.
type holdings struct {
	goroutines map[string]string
	children   []int
}

func readHoldings() holdings {
	h := holdings{goroutines: map[string]string{}, children: meter.Children()}
	for stack := range strings.SplitSeq(string(stacks()), "\n\n") {
		// The runtime's own are in it under GOTRACEBACK=system.
		if header := strings.Fields(stack); len(header) > 1 && !strings.Contains(stack, "\ncreated by runtime.") {
			h.goroutines[header[1]] = stack // goroutine 7 [select]:
		}
	}
	return h
}

// stacks are the stacks of all goroutines, or of as many as fit in 16 MiB, which is
// enough to find a leak.
func stacks() []byte {
	for size := 64 << 10; ; size *= 4 {
		buf := make([]byte, size)
		if n := runtime.Stack(buf, true); n < size || size >= 16<<20 {
			return bytes.TrimSpace(buf[:n])
		}
	}
}

// grace is how long goroutines and processes may take to end: a goroutine that has
// announced its end is not gone yet.
const grace = time.Second

// leaks returns an error if the process has something that it did not have before. It
// waits for that to end, for grace at most.
func (before holdings) leaks() error {
	for start := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		err := before.more(readHoldings())
		if err == nil || time.Since(start) >= grace {
			return err
		}
	}
}

// more returns an error for what is in now and not in before.
func (before holdings) more(now holdings) error {
	var left []string
	for number, stack := range now.goroutines {
		if _, had := before.goroutines[number]; !had {
			left = append(left, stack)
		}
	}
	children := slices.DeleteFunc(slices.Clone(now.children), func(pid int) bool { return slices.Contains(before.children, pid) })
	switch {
	case len(left) > 0:
		return fmt.Errorf("goroutines left behind: %d; end them in the job's Run or Close. One of them:\n%s", len(left), trimmed(slices.Min(left)))
	case len(children) > 0:
		return fmt.Errorf("child processes left behind: %v; end them in the job's Run or Close, and wait for them", children)
	}
	return nil
}

// trimmed is the top of a stack.
func trimmed(stack string) string {
	const lines = 16
	if list := strings.SplitAfterN(stack, "\n", lines+1); len(list) > lines {
		return strings.Join(list[:lines], "") + "…"
	}
	return stack
}
