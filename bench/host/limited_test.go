package host

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// In a copied tree the files of a cgroup are plain files.
func TestALimitedGroupIsMadeWhereItMayBe(t *testing.T) {
	own := "overlap-" + strconv.Itoa(os.Getpid())
	for _, c := range []struct {
		name, cgroup, mounts string
		dirs                 []string
		closed               string // where nothing can be made
		file, quota, home    string
	}{
		{"v2", "0::/a/b\n", "1 1 0:1 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n", []string{"sys/fs/cgroup/a/b"}, "",
			"sys/fs/cgroup/a/b/" + own + "/cpu.max", "150000 100000", "sys/fs/cgroup/a/b"},
		{"v2, not in its own", "0::/a/b\n", "1 1 0:1 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n", []string{"sys/fs/cgroup/a/b"}, "sys/fs/cgroup/a/b/" + own,
			"sys/fs/cgroup/a/" + own + "/cpu.max", "150000 100000", "sys/fs/cgroup/a/b"},
		{"v1", "3:cpu,cpuacct:/x\n", "1 1 0:1 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct\n", []string{"sys/fs/cgroup/cpu/x"}, "",
			"sys/fs/cgroup/cpu/x/" + own + "/cpu.cfs_quota_us", "150000", "sys/fs/cgroup/cpu/x"},
	} {
		root := t.TempDir()
		write := func(name, text string) {
			path := filepath.Join(root, name)
			if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		write("proc/self/cgroup", c.cgroup)
		write("proc/self/mountinfo", c.mounts)
		for _, dir := range c.dirs {
			write(dir+"/cgroup.procs", "")
		}
		if c.closed != "" {
			write(c.closed, "in the way")
		}
		l, err := NewLimited(root, 1.5)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		read := func(name string) string {
			text, err := os.ReadFile(filepath.Join(root, name))
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
			return string(text)
		}
		if got := read(c.file); got != c.quota {
			t.Errorf("%s: %q, want %q", c.name, got, c.quota)
		}
		if err := l.Join(); err != nil || read(filepath.Dir(c.file)+"/cgroup.procs") != "0" {
			t.Errorf("%s: not joined: %v", c.name, err)
		}
		// The kernel removes a group with its files; a directory with files stays.
		if err := l.Remove(); err == nil || read(c.home+"/cgroup.procs") != "0" {
			t.Errorf("%s: not moved back: %v", c.name, err)
		}
	}
	if _, err := NewLimited(t.TempDir(), 1); err == nil || !strings.Contains(err.Error(), "no control group") {
		t.Errorf("without cgroups: %v", err)
	}
}

// With the kernel, where this process may.
func TestALimitedGroupHasItsQuota(t *testing.T) {
	l, err := NewLimited("/", 0.5)
	if err != nil {
		t.Skip("no group can be made here: ", err)
	}
	was := Quota()
	err = l.Join()
	during := Quota()
	if removed := l.Remove(); removed != nil || err != nil {
		t.Fatal(err, removed)
	}
	if during != 0.5 || Quota() != was {
		t.Errorf("quota %v within the group and %v after it, want 0.5 and %v", during, Quota(), was)
	}
	if _, err := os.Stat(l.dir); !os.IsNotExist(err) {
		t.Error("the group is still there")
	}
}
