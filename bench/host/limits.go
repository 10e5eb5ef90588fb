package host

import (
	"io/fs"
	"strconv"
	"strings"
)

// Limit is how much this process and its children may have of something. The zero
// Limit means that there is no limit, or that it is not known.
type Limit struct {
	What    string // what is limited: open files
	Setting string // what raises the limit: ulimit -n
	Max     int
	Used    int // by other processes, and by this one before it has begun
}

// Left is how many more there may be, -1 without a limit.
func (l Limit) Left() int {
	if l.Setting == "" {
		return -1
	}
	return max(0, l.Max-l.Used)
}

// Limits are the limits that workers can reach.
type Limits struct {
	Files     Limit // open in one process
	Processes Limit // of this user, where threads do not count
	Tasks     Limit // threads of all processes of this user, cgroup or machine: the tightest
	Memory    int64 // bytes that are free or can be freed without swapping; 0: unknown
}

// ReadLimits reads the limits of this process and its children. What cannot be read
// counts as unlimited.
func ReadLimits() Limits {
	t, done, err := openTree("")
	if err != nil {
		return Limits{}
	}
	defer done()
	l := resourceLimits(t)
	for _, tasks := range taskLimits(t) {
		if l.Tasks.Setting == "" || tasks.Left() < l.Tasks.Left() {
			l.Tasks = tasks
		}
	}
	l.Memory = availableMemory(t)
	return l
}

// availableMemory is what the machine and the cgroups leave, of which pages of files that
// were not used lately are a part (proc_meminfo(5), cgroup-v2.rst: memory).
func availableMemory(t tree) (least int64) {
	atMost := func(n int64) {
		if least == 0 || n < least {
			least = max(1, n)
		}
	}
	if kib, err := strconv.ParseInt(strings.TrimSuffix(statusField(t.text("proc/meminfo"), "MemAvailable"), " kB"), 10, 64); err == nil {
		atMost(kib << 10)
	}
	groups, _ := hierarchies(t, "memory")
	for _, h := range groups {
		files := [...]string{"/memory.max", "/memory.current", "inactive_file "}
		if !h.v2 {
			files = [...]string{"/memory.limit_in_bytes", "/memory.usage_in_bytes", "total_inactive_file "}
		}
		for _, dir := range h.dirs {
			most, err := strconv.ParseInt(t.text(dir+files[0]), 10, 64)
			if err != nil { // it is max
				continue
			}
			used, _ := strconv.ParseInt(t.text(dir+files[1]), 10, 64)
			for line := range strings.Lines(t.text(dir + "/memory.stat")) {
				if text, ok := strings.CutPrefix(line, files[2]); ok {
					freed, _ := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
					used -= freed
				}
			}
			atMost(most - used)
		}
	}
	return least
}

// taskLimits are the limits of the machine and of the cgroups, which count the threads
// of all users (Documentation/admin-guide/sysctl/kernel.rst, cgroup-v2.rst: pids).
func taskLimits(t tree) (list []Limit) {
	running := 0
	if fields := strings.Fields(t.text("proc/loadavg")); len(fields) > 3 {
		_, all, _ := strings.Cut(fields[3], "/")
		running, _ = strconv.Atoi(all) // 0 if it is not a number
	}
	for _, key := range []string{"threads-max", "pid_max"} {
		if most, ok := t.number("proc/sys/kernel/" + key); ok {
			list = append(list, Limit{"threads", "sysctl kernel." + key, most, max(0, running)})
		}
	}
	groups, _ := hierarchies(t, "pids")
	for _, h := range groups {
		for _, dir := range h.dirs {
			if most, ok := t.number(dir + "/pids.max"); ok { // else it is max
				used, _ := t.number(dir + "/pids.current")
				list = append(list, Limit{"threads", "/" + dir + "/pids.max", most, used})
			}
		}
	}
	return list
}

// userTasks counts the threads of a user.
func userTasks(t tree, uid int) (n int) {
	processes, _ := fs.Glob(t.fs, "proc/[0-9]*/status") // the pattern is right
	for _, file := range processes {
		status := t.text(file)
		if owner := strings.Fields(statusField(status, "Uid")); len(owner) > 0 && owner[0] == strconv.Itoa(uid) {
			threads, _ := strconv.Atoi(statusField(status, "Threads"))
			n += max(1, threads)
		}
	}
	return n
}

func statusField(status, name string) string {
	for line := range strings.Lines(status) {
		if value, ok := strings.CutPrefix(line, name+":"); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
