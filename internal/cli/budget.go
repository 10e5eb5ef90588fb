package cli

import (
	"cmp"
	"fmt"
	"path/filepath"
	"time"

	"overlap/bench/sweep"
	"overlap/internal/sampling"
	"overlap/internal/table"
)

// outlook is how long a run will take.
type outlook struct {
	points int
	visit  []time.Duration // of each point, in the order of the plan's lines
	round  time.Duration   // a visit to each
	from   string          // result file that tells, or empty: it is estimated
}

// outlook foretells a run by the newest one of this machine, by what it took to run
// each benchmark once, or else by a guess.
func (r *run) outlook(what subject) outlook {
	var o outlook
	known, from := r.visits()
	for _, p := range what.plan.Lines() {
		took, ok := known[p.String()]
		if ok {
			o.from = from
		} else if took = r.guess(); what.visit != nil {
			took = what.visit(p)
		}
		o.points++
		o.visit = append(o.visit, took)
		o.round += took
	}
	return o
}

// guess is how long a visit to a point takes as long as nobody has looked: a
// calibrated sample times about three times as long as it should, and has to be
// started.
func (r *run) guess() time.Duration { return 3*r.Sample + 10*time.Millisecond }

// visits is how long a visit to each point took in the newest run of this machine,
// if its samples were as long, and where that is known from.
func (r *run) visits() (map[string]time.Duration, string) {
	path, err := newestRun(filepath.Join(r.Results, cmp.Or(r.Name, r.host.Name)), "*.txt")
	if err != nil {
		return nil, ""
	}
	header, past, err := sweep.ReadRun(path)
	if err != nil || header.Settings.Sample != r.Sample {
		return nil, ""
	}
	total, count := map[string]time.Duration{}, map[string]int{}
	for _, e := range past {
		total[e.Point] += e.Took
		count[e.Point]++
	}
	for p, n := range count {
		total[p] /= time.Duration(n)
	}
	return total, path
}

// choice is what the points of a run are of, and the flag by which fewer are chosen.
type choice struct {
	n            int
	things, flag string
}

// tooShort says that the budget is too short for the samples that a verdict needs,
// and what would do; empty if it is long enough.
func (r *run) tooShort(o outlook, of choice) string {
	samples := sampling.MinSamples
	if r.Rounds > 0 {
		samples = min(samples, r.Rounds)
	}
	need := time.Duration(samples) * o.round
	if need <= r.Budget || o.points == 0 {
		return ""
	}
	have := fmt.Sprintf("about %d of each will be taken", r.Budget/o.round)
	if r.Budget < o.round {
		have = "some points will have none"
	}
	return fmt.Sprintf("a run needs about %v for %s of %s, and the budget is %v: %s; %s",
		people(need), table.Count(samples, "sample"), o.each(), r.Budget, have, of.wouldDo(need, r.Budget))
}

// each are the points, as those of which so many are taken.
func (o outlook) each() string {
	if o.points > 1 {
		return fmt.Sprintf("each of %d points", o.points)
	}
	return "its one point"
}

// wouldDo offers what would be enough where the budget is not: a longer one, or fewer
// things.
func (of choice) wouldDo(need, budget time.Duration) string {
	text := fmt.Sprintf("--budget %v would do", people(need+need/10))
	if fit := int(float64(of.n) * float64(budget) / float64(need)); fit > 0 {
		text += fmt.Sprintf(", or about %d of the %d %s (%s)", fit, of.n, of.things, of.flag)
	}
	return text
}

// people is a duration as people say it, rounded up.
func people(d time.Duration) time.Duration {
	step := time.Millisecond
	switch {
	case d > 10*time.Minute:
		step = time.Minute
	case d > time.Minute:
		step = 10 * time.Second
	case d > time.Second:
		step = time.Second
	}
	return (d + step - 1) / step * step
}
