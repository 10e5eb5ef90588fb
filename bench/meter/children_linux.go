package meter

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Children returns the ids of the child processes that this process has, with
// those that have ended and were not waited for. It needs a kernel that lists
// them (CONFIG_PROC_CHILDREN, as distributions have); without it, there are none.
func Children() (pids []int) { return childrenOf("self") }

// ChildrenOf returns those of another process.
func ChildrenOf(pid int) []int { return childrenOf(strconv.Itoa(pid)) }

func childrenOf(process string) (pids []int) {
	lists, err := filepath.Glob("/proc/" + process + "/task/*/children")
	if err != nil {
		panic("meter: " + err.Error()) // the pattern is wrong
	}
	for _, list := range lists {
		text, err := os.ReadFile(list)
		if err != nil {
			continue // a thread that has ended
		}
		for field := range strings.FieldsSeq(string(text)) {
			if pid, err := strconv.ParseInt(field, 10, 32); err == nil {
				pids = append(pids, int(pid))
			}
		}
	}
	return pids
}

// cpuOf returns the CPU time of the child, 0 if it has been waited for: then it is
// in the usage of the children.
func cpuOf(pid int) time.Duration {
	cpu, _ := ProcessCPU(pid)
	return cpu
}
