package analyse

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"overlap/internal/interval"
	"overlap/internal/table"
	"overlap/report/load"
)

// underQuota says which GOMAXPROCS is best under the CPU quota of the run, each with the
// workers that are best for it, over the largest one, which is that of programs that do not
// know of the quota. It is empty without a quota or a choice, and begins with a semicolon.
func (s survey) underQuota() string {
	text := s.host()["quota"]
	quota, err := strconv.ParseFloat(text, 64)
	levels := s.ridge()
	if err != nil || len(levels) < 2 || !(float64(levels[len(levels)-1].P()) > quota) {
		return ""
	}
	var all []load.Point // the best of each level
	several := 0
	mean := func(p load.Point) float64 { return s.times(p).Mean() }
	faster := func(a, b load.Point) int { return cmp.Compare(mean(a), mean(b)) }
	for _, l := range levels {
		var at []load.Point
		for _, w := range s.workers(l) {
			at = append(at, s.base.At(w, l))
		}
		several += len(at)
		all = append(all, slices.MinFunc(at, faster))
	}
	last, best := all[len(all)-1], slices.MinFunc(all, faster)
	over := last
	if best == last {
		over = all[max(0, slices.IndexFunc(all[:len(all)-1], func(p load.Point) bool { return float64(p.Procs) >= quota }))]
	}
	text = "; under the CPU quota of " + table.Printable(text)
	if held := s.Mean(last, func(s load.Sample) float64 { return s.Throttled }); held >= 0.05 {
		text += fmt.Sprintf(", which stops %s of %d CPUs at GOMAXPROCS %d,", table.Round(held), last.Parallelism(), last.Procs)
	}
	gain, what := interval.QuotientAmong(several, s.times(over), s.times(best)), "cannot tell which GOMAXPROCS is best: %d brings %s× the throughput of %d"
	switch {
	case helps(gain):
		what = "GOMAXPROCS %d is best: %s× the throughput of %d"
	case isNothing(gain):
		what = "no GOMAXPROCS is clearly best: %d brings %s× the throughput of %d"
	}
	return text + " " + fmt.Sprintf(what, best.Procs, gain, over.Procs)
}

// host describes the machine of the row.
func (s survey) host() map[string]string {
	if s.base.Column != "" {
		return s.Hosts[s.base.Column]
	}
	return s.Host
}
