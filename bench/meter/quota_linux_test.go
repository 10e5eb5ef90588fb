package meter

import (
	"path/filepath"
	"slices"
	"testing"
	"time"
)

func TestThrottlingIsThatOfGroupsWithAQuota(t *testing.T) {
	root := t.TempDir()
	write(t, root, map[string]string{
		"v2/cpu.max":               "max 100000\n",
		"v2/slice/cpu.max":         "50000 100000\n",
		"v2/slice/unit/cpu.max":    "200000 100000\n",
		"v2/slice/unit/cpu.stat":   "usage_usec 5\nnr_throttled 3\nthrottled_usec 1500\n",
		"v2/slice/cpu.stat":        "usage_usec 5\n",
		"v1/cpu.cfs_quota_us":      "-1\n",
		"v1/unit/cpu.cfs_quota_us": "70000\n",
		"v1/unit/cpu.stat":         "nr_periods 0\nthrottled_time 2500\n",
		"odd/cpu.max":              "",
		"odd/x/cpu.cfs_quota_us":   "many\n",
	})
	in := func(dirs ...string) (list []string) {
		for _, dir := range dirs {
			list = append(list, filepath.Join(root, dir))
		}
		return list
	}
	var stats []string
	for _, dir := range in("v2/slice/unit", "v2/slice", "v2", "v1/unit", "v1", "odd", "odd/x", "none") {
		stats = append(stats, filepath.Join(dir, "cpu.stat"))
	}
	if got, want := quotasOf(stats), in("v2/slice/unit", "v2/slice", "v1/unit"); !slices.Equal(got, want) {
		t.Errorf("groups with a quota: %q, want %q", got, want)
	}
	if got, want := readThrottled(in("v2/slice/unit", "v2/slice", "v1/unit", "none")), []time.Duration{1500 * time.Microsecond, -1, 2500, -1}; !slices.Equal(got, want) {
		t.Errorf("throttled %v, want %v", got, want)
	}
}

func TestThrottleCountsFromTheLastCall(t *testing.T) {
	dir := t.TempDir()
	throttled := func(text string) { write(t, dir, map[string]string{"cpu.max": "50000 100000\n", "cpu.stat": text}) }
	throttled("throttled_usec 1000\n")
	h := &Throttle{quotas: []string{dir}, was: readThrottled([]string{dir})}
	for _, c := range []struct {
		text string
		want time.Duration
	}{{"throttled_usec 1500\n", 500 * time.Microsecond}, {"throttled_usec 1500\n", 0}, {"usage_usec 1\n", 0}, {"throttled_usec 9000\n", 0}, {"throttled_usec 9001\n", time.Microsecond}} {
		throttled(c.text)
		if got := h.Held(); got != c.want {
			t.Errorf("%q: held %v, want %v", c.text, got, c.want)
		}
	}
	if h := (&Throttle{}); h.Held() != 0 {
		t.Error("held without a quota")
	}
}
