package cli

import (
	"strings"
	"testing"

	"overlap/bench/host"
	"overlap/bench/sweep"
)

// cores is a machine of so many cores of one thread each.
func cores(n int, quota float64) host.Host {
	h := host.Host{Quota: quota}
	for id := range n {
		h.CPUs = append(h.CPUs, host.CPU{ID: id, Core: id})
	}
	return h
}

func TestAQuotaThatKeepsCoresAwayIsNamed(t *testing.T) {
	for _, c := range []struct {
		h    host.Host
		most int
		want string
	}{
		{cores(4, 0), 4, ""},
		{cores(4, 4), 4, ""},
		{cores(1, 0.5), 1, ""},
		{cores(4, 1.5), 1, "a CPU quota of 1.5 allows 1 of 4 cores: --cores 1,4 measures on all"},
		{cores(2, 0.25), 1, "a CPU quota of 0.25 allows 1 of 2 cores: --cores 1,2 measures on all"},
		{cores(8, 3.9), 3, "a CPU quota of 3.9 allows 3 of 8 cores: --cores 1,8"},
	} {
		_, most, err := sweep.Settings{Placement: host.OnePerCore}.Place(c.h)
		if err != nil || most != c.most {
			t.Errorf("quota %v: %d cores, %v; want %d", c.h.Quota, most, err, c.most)
		}
		if got := underQuota(c.h, c.h.Cores()); got == "" && c.want != "" || !strings.HasPrefix(got, c.want) {
			t.Errorf("quota %v: %q, want %q", c.h.Quota, got, c.want)
		}
	}
}
