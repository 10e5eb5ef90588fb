package cli

import (
	"cmp"
	"slices"
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

// In a container, only GOMAXPROCS limits on how many of the cores threads run.
func TestWhatAQuotaWouldDoIsMeasuredOnAllCores(t *testing.T) {
	for _, c := range []struct {
		settings sweep.Settings
		cores    int
		want     []sweep.Level
		alone    bool
	}{
		{sweep.Settings{Quota: 2.5}, 8, []sweep.Level{{Cores: 8, Procs: 1}, {Cores: 8, Procs: 2}, {Cores: 8, Procs: 3}, {Cores: 8, Procs: 4}, {Cores: 8, Procs: 8}}, true},
		{sweep.Settings{Quota: 0.5, Procs: []int{4}}, 2, []sweep.Level{{Cores: 2, Procs: 1}, {Cores: 2, Procs: 4}}, true},
		{sweep.Settings{Quota: 2, Cores: []int{2}}, 8, []sweep.Level{{Cores: 2, Procs: 1}, {Cores: 2, Procs: 2}, {Cores: 2, Procs: 4}, {Cores: 2, Procs: 8}}, false},
		{sweep.Settings{}, 2, []sweep.Level{{Cores: 1, Procs: 1}, {Cores: 2, Procs: 2}}, false},
	} {
		c.settings.Placement = host.OnePerCore
		r := run{Settings: c.settings, host: cores(c.cores, c.settings.Quota)}
		cpus := r.host.IDs()
		got, err := r.levels(cpus, len(cpus))
		if err != nil || !slices.Equal(got, c.want) || beyondQuota(r.host, got) != c.alone {
			t.Errorf("quota %g of %d: %v, %v, want %v", c.settings.Quota, c.cores, got, err, c.want)
		}
	}
}

func TestAQuotaMustLimitSomething(t *testing.T) {
	for _, c := range []struct {
		quota, already float64
		want           string
	}{
		{0, 1, ""}, {1.5, 0, ""}, {1, 2, ""},
		{4, 0, "--quota: 4 limits nothing: this process may use 4 CPUs"},
		{1, 1, "--quota: a CPU quota of 1 is in force already"},
		{0.001, 0, "--quota: too small: the minimum is 0.01"},
	} {
		r := run{Settings: sweep.Settings{Quota: c.quota, DryRun: true}, host: cores(4, c.already)}
		err := r.limitSamples()
		if c.want == "" && (err != nil || r.host.Quota != cmp.Or(c.quota, c.already)) || c.want != "" && (err == nil || !strings.HasPrefix(err.Error(), c.want)) {
			t.Errorf("%g under %g: %v, want %q, and the host has %g", c.quota, c.already, err, c.want, r.host.Quota)
		}
	}
}
