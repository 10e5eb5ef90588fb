package meter

import (
	"path/filepath"
	"slices"
	"testing"
	"time"
)

func TestThrottlingIsReadFromBothVersions(t *testing.T) {
	root := t.TempDir()
	write(t, root, map[string]string{
		"v2/slice/unit/cpu.stat": "usage_usec 5\nnr_throttled 3\nthrottled_usec 1500\n",
		"v2/slice/cpu.stat":      "usage_usec 5\n",
		"v1/unit/cpu.stat":       "nr_periods 0\nthrottled_time 2500\n",
	})
	var dirs []string
	for _, dir := range []string{"v2/slice/unit", "v2/slice", "v1/unit", "none"} {
		dirs = append(dirs, filepath.Join(root, dir))
	}
	if got, want := readThrottled(dirs), []time.Duration{1500 * time.Microsecond, -1, 2500, -1}; !slices.Equal(got, want) {
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
