package cli

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"overlap/bench/host"
	"overlap/bench/sweep"
	"overlap/internal/table"
)

// underQuota says that a CPU quota excludes cores from the measurement, and which flag
// includes them; it is empty if it excludes none.
func underQuota(h host.Host, cores int) string {
	kept := h.WithinQuota(cores)
	if kept == cores {
		return ""
	}
	return fmt.Sprintf("a CPU quota of %.4g allows %d of %d cores: --cores 1,%d measures on all, and the quota then throttles them", h.Quota, kept, cores, cores)
}

// limitSamples makes the control group that the samples of a run belong to, if --quota asks
// for one. The run joins it when it measures, so that builds have all CPUs.
func (r *run) limitSamples() (err error) {
	switch {
	case r.Quota == 0:
		return nil
	case !(r.Quota >= 0.01): // in a period of 100 ms, the kernel gives at least 1 ms
		return errors.New("--quota: too small: the minimum is 0.01")
	case r.Quota >= float64(len(r.host.CPUs)):
		return fmt.Errorf("--quota: %g limits nothing: this process may use %s", r.Quota, table.Count(len(r.host.CPUs), "CPU"))
	case r.host.Quota > 0 && r.host.Quota <= r.Quota:
		return fmt.Errorf("--quota: a CPU quota of %.4g is in force already: choose less, or leave the flag out", r.host.Quota)
	}
	r.host.Quota = r.Quota
	if r.List || r.DryRun {
		return nil
	}
	if r.limited, err = host.NewLimited("/", r.Quota); err != nil {
		return fmt.Errorf("--quota: cannot make a control group: %w; be root on Linux, or use --cores and --procs instead of --quota and start overlap under the limit: systemd-run --scope -p CPUQuota=%.0f%%, docker run --cpus %g", err, 100*r.Quota, r.Quota)
	}
	return nil
}

// leave ends what limitSamples began.
func (r *run) leave() error {
	if r.limited == nil {
		return nil
	}
	return r.limited.Remove()
}

// levels pairs numbers of cores with GOMAXPROCS. Under a quota of --quota, as in a container,
// threads may run on any core, and only GOMAXPROCS limits how many do.
func (r *run) levels(cpus []int, highest int) ([]sweep.Level, error) {
	if r.Quota == 0 {
		return sweep.Levels(cpus, highest, r.Cores, r.Procs)
	}
	all := r.HighestLevel(r.host, cpus)
	cores, procs := r.Cores, append(slices.Clone(r.Procs), 1) // over which there are gains
	if cores == nil {
		cores = []int{all}
	}
	if r.Procs == nil {
		for n := 2; n < all; n *= 2 {
			procs = append(procs, n)
		}
		procs = append(procs, all, min(all, max(2, int(math.Ceil(r.Quota))))) // what Go chooses, without and with a quota
	}
	return sweep.Levels(cpus, highest, cores, sweep.Unique(procs))
}

// beyondQuota reports whether a CPU quota stops some points for a part of each period.
// Those must not take turns with others, whose time would be stopped instead.
func beyondQuota(h host.Host, levels []sweep.Level) bool {
	return h.Quota > 0 && slices.ContainsFunc(levels, func(l sweep.Level) bool { return float64(min(l.Cores, l.Procs)) > h.Quota })
}

// completeSamples sets how long samples take, where the settings do not say. A
// sample that a quota stops covers ten of its periods.
func (r *run) completeSamples() {
	if r.alone && r.Sample == 0 {
		r.Sample = time.Second
	}
	r.Complete()
}

// completeBudget sets how long to measure a plan, where the settings do not say.
func (r *run) completeBudget(plan sweep.Plan) {
	if r.alone && r.Budget == 0 {
		r.Budget = time.Duration(16*len(plan.FixedPoints())) * r.Sample
	}
	r.CompleteBudget(plan)
}
