package meter

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

func TestQuotasAreThoseOfTheGroupAndAbove(t *testing.T) {
	const (
		two = "30 20 0:25 %s %s rw - cgroup2 cgroup2 rw\n"
		one = "31 20 0:26 %s %s rw - cgroup cgroup rw,cpu,cpuacct\n"
	)
	root := t.TempDir()
	write(t, root, map[string]string{
		"a b/cpu.max":                "max 100000\n",
		"a b/slice/cpu.max":          "50000 100000\n",
		"a b/slice/unit/cpu.max":     "200000 100000\n",
		"a b/slice/unit/cpu.stat":    "usage_usec 5\nnr_throttled 3\nthrottled_usec 1500\n",
		"a b/slice/cpu.stat":         "usage_usec 5\n",
		"v1/cpu.cfs_quota_us":        "-1\n",
		"v1/docker/cpu.cfs_quota_us": "70000\n",
		"v1/docker/cpu.stat":         "nr_periods 0\nthrottled_time 2500\n",
		"odd/cpu.max":                "",
		"odd/x/cpu.cfs_quota_us":     "many\n",
	})
	blank := filepath.Join(root, `a\040b`)
	for _, c := range []struct {
		name, groups, mounts string
		want                 []string
	}{
		{"version 2", "0::/slice/unit\n", fmt.Sprintf(two, "/", blank), []string{"a b/slice", "a b/slice/unit"}},
		{"version 2 mounted twice", "0::/slice\n", fmt.Sprintf(two+two, "/", blank, "/", blank), []string{"a b/slice"}},
		{"a container", "0::/host/slice/unit\n", fmt.Sprintf(two, "/host", blank), []string{"a b/slice", "a b/slice/unit"}},
		{"another's mount", "0::/slice\n", fmt.Sprintf(two, "/slicer", blank), nil},
		{"beside another's mount", "0::/slice\n", fmt.Sprintf(two, "/slicer", blank+"/slice"), nil},
		{"outside of its namespace", "0::/../slice\n", fmt.Sprintf(two, "/slice", blank), nil},
		{"version 1", "4:cpu,cpuacct:/docker\n3:memory:/\n0::/\n", fmt.Sprintf(one, "/", filepath.Join(root, "v1")), []string{"v1/docker"}},
		{"version 1 of another controller", "4:memory:/docker\n", fmt.Sprintf(one, "/", filepath.Join(root, "v1")), nil},
		{"odd files", "0::/x\n", fmt.Sprintf(two, "/", filepath.Join(root, "odd")), nil},
		{"garbled groups", "\x00\xff\n", fmt.Sprintf(two, "/", blank), nil},
		{"garbled mounts", "0::/slice\n", " - - \x1b[31m\n", nil},
	} {
		proc := t.TempDir()
		write(t, proc, map[string]string{"7/cgroup": c.groups, "7/mountinfo": c.mounts})
		var want []string
		for _, dir := range c.want {
			want = append(want, filepath.Join(root, dir))
		}
		if got := quotasIn(proc, 7); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", c.name, got, want)
		}
	}
	dirs := []string{"a b/slice/unit", "a b/slice", "v1/docker", "none"}
	for i := range dirs {
		dirs[i] = filepath.Join(root, dirs[i])
	}
	if got, want := readThrottled(dirs), []time.Duration{1500 * time.Microsecond, -1, 2500, -1}; !slices.Equal(got, want) {
		t.Errorf("throttled %v, want %v", got, want)
	}
	if got := quotasIn(t.TempDir(), 7); got != nil {
		t.Errorf("without files: %q", got)
	}
}
