package host

import (
	"testing"
)

func TestLimitsOfTasks(t *testing.T) {
	m := tree{files(
		"proc/loadavg", "0.10 0.20 0.30 2/345 6789",
		"proc/sys/kernel/threads-max", "200000",
		"proc/sys/kernel/pid_max", "32768",
		"proc/self/cgroup", "0::/box/inner",
		"proc/self/mountinfo", "30 20 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw",
		"sys/fs/cgroup/box/inner/pids.max", "max",
		"sys/fs/cgroup/box/pids.max", "512",
		"sys/fs/cgroup/box/pids.current", "12",
		"proc/7/status", "Name:\ta\nUid:\t1000\t1000\t1000\t1000\nThreads:\t5",
		"proc/8/status", "Name:\tb\nUid:\t1000\t0\t0\t0\nThreads:\t3",
		"proc/9/status", "Name:\tc\nUid:\t0\t0\t0\t0\nThreads:\t9",
		"proc/10/status", "garbage",
	), new(notes)}
	want := map[string][2]int{
		"sysctl kernel.threads-max":         {200000, 345},
		"sysctl kernel.pid_max":             {32768, 345},
		"/sys/fs/cgroup/box/pids.max":       {512, 12},
		"/sys/fs/cgroup/box/inner/pids.max": {0, 0},
	}
	for _, l := range taskLimits(m) {
		if got := [2]int{l.Max, l.Used}; got != want[l.Setting] || l.Max == 0 {
			t.Errorf("%+v, want %v", l, want[l.Setting])
		}
		delete(want, l.Setting)
	}
	if len(want) != 1 {
		t.Errorf("not found: %v; the one without a limit is no limit", want)
	}
	if n := userTasks(m, 1000); n != 8 {
		t.Errorf("%d threads of the user, want 8", n)
	}
	if list := taskLimits(tree{files(), new(notes)}); list != nil {
		t.Errorf("limits without files: %v", list)
	}
	if none := (Limit{}); none.Left() != -1 {
		t.Errorf("no limit leaves %d", none.Left())
	}
	if full := (Limit{Setting: "x", Max: 3, Used: 5}); full.Left() != 0 {
		t.Errorf("%d are left of a limit that is passed", full.Left())
	}
}

func TestAvailableMemory(t *testing.T) {
	const machine = "MemTotal:       8000000 kB\nMemFree:         100000 kB\nMemAvailable:    4000000 kB"
	for name, c := range map[string]struct {
		tree tree
		want int64
	}{
		"nothing is known": {tree{files(), new(notes)}, 0},
		"machine":          {tree{files("proc/meminfo", machine), new(notes)}, 4000000 << 10},
		"cgroup 2": {tree{files("proc/meminfo", machine,
			"proc/self/cgroup", "0::/box/inner",
			"proc/self/mountinfo", "30 20 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw",
			"sys/fs/cgroup/box/inner/memory.max", "max",
			"sys/fs/cgroup/box/memory.max", "1000000000",
			"sys/fs/cgroup/box/memory.current", "700000000",
			"sys/fs/cgroup/box/memory.stat", "anon 5\nfile 9\ninactive_file 200000000\nactive_file 7",
		), new(notes)}, 500000000},
		"cgroup 1": {tree{files("proc/meminfo", machine,
			"proc/self/cgroup", "4:memory:/box",
			"proc/self/mountinfo", "30 20 0:26 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory",
			"sys/fs/cgroup/memory/box/memory.limit_in_bytes", "1000",
			"sys/fs/cgroup/memory/box/memory.usage_in_bytes", "3000",
			"sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712",
		), new(notes)}, 1},
	} {
		if got := availableMemory(c.tree); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

func TestLimitsOfThisProcess(t *testing.T) {
	l := ReadLimits()
	for _, limit := range []Limit{l.Files, l.Processes, l.Tasks} {
		if limit.Setting != "" && limit.Max < 1 {
			t.Errorf("%+v", limit)
		}
	}
}
