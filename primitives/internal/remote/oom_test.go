package remote

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// tree writes files below a new directory.
func tree(t *testing.T, files map[string]string) string {
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestOOMKillsAreRead(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string
		want  oomKills
	}{
		"version 2": {map[string]string{
			"proc/self/cgroup": "0::/user.slice/a b\n", "sys/fs/cgroup/user.slice/a b/memory.events": "low 0\noom 9\noom_kill 2\noom_group_kill 1\n",
		}, oomKills{"/sys/fs/cgroup/user.slice/a b/memory.events": 2}},
		"a container of version 1, whose path is that outside": {map[string]string{
			"proc/self/cgroup": "5:cpu,cpuacct:/docker/x\n4:memory:/docker/x\n0::/\n", "sys/fs/cgroup/memory/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n",
			"proc/vmstat": "nr_free_pages 9\noom_kill 7\n",
		}, oomKills{"/sys/fs/cgroup/memory/memory.oom_control": 3, "/proc/vmstat": 7}},
		"hybrid": {map[string]string{
			"proc/self/cgroup": "3:cpuset,memory:/a\n0::/b\n", "sys/fs/cgroup/memory/a/memory.oom_control": "oom_kill 1\n", "sys/fs/cgroup/unified/b/memory.events": "oom_kill 4\n",
		}, oomKills{"/sys/fs/cgroup/memory/a/memory.oom_control": 1, "/sys/fs/cgroup/unified/b/memory.events": 4}},
		"garbage": {map[string]string{
			"proc/self/cgroup": "\x00\n:::\n0::/../..\n", "proc/vmstat": "oom_kill\noom_kill x\noom_kill 1 2\n",
		}, oomKills{}},
		"nothing": {nil, oomKills{}},
	} {
		if got := readOOMKills(tree(t, c.files)); !maps.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestOOMKillsSince(t *testing.T) {
	group, machine := "/sys/fs/cgroup/memory.events", "/proc/vmstat"
	for _, c := range []struct {
		before, after oomKills
		want          string
	}{
		{oomKills{group: 1, machine: 1}, oomKills{group: 1, machine: 1}, ""},
		{oomKills{group: 1, machine: 1}, oomKills{group: 2, machine: 2}, group},
		{oomKills{group: 1, machine: 1}, oomKills{group: 1, machine: 2}, machine},
		{oomKills{}, oomKills{group: 1}, ""}, // it could not be read before
		{oomKills{group: 2}, oomKills{group: 1}, ""},
	} {
		if got := c.after.since(c.before); got != c.want {
			t.Errorf("%v since %v: %q, want %q", c.after, c.before, got, c.want)
		}
	}
}

// What the error of a killed child says of the sender.
func TestKilledNamesTheSender(t *testing.T) {
	for _, c := range []struct {
		e    ChildError
		want string
	}{
		{ChildError{Signal: syscall.SIGKILL.String()}, "the sender of the signal is not known"},
		{ChildError{Signal: syscall.SIGKILL.String(), Memory: "/proc/vmstat"}, "killed by the kernel: memory ran out (oom_kill in /proc/vmstat)"},
		{ChildError{Signal: syscall.SIGTERM.String()}, "by a signal: terminated"},
	} {
		c.e.Cause, c.e.ExitCode = ChildKilled, -1
		if got := c.e.Error(); !strings.Contains(got, c.want) {
			t.Errorf("%q does not say %q", got, c.want)
		}
	}
}
