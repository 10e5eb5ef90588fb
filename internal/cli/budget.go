package cli

import (
	"cmp"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"overlap/bench/sweep"
	"overlap/internal/sampling"
	"overlap/internal/table"
)

// estimate is how long a run will take.
type estimate struct {
	points int
	every  int             // of them in every round; the others are thinned
	visit  []time.Duration // of each point, in the order of the plan's lines
	round  time.Duration   // a visit to each
	later  time.Duration   // a round that leaves out what the rows do not rest on
	needed int             // rounds for a verdict
	from   string          // result file that it is known from, or empty: it is estimated
}

// estimate estimates a run by the newest one of this machine, by how long it took to run
// each benchmark once, or else by a guess.
func (r *run) estimate(what target) estimate {
	known, from := r.visits()
	return r.estimateBy(what, known, from)
}

// estimateBy is estimate with what visits returned.
func (r *run) estimateBy(what target, known map[string]time.Duration, from string) estimate {
	var o estimate
	o.needed = sampling.MinSamples
	inTurns := sweep.InTurns(what.sampler)
	if inTurns {
		o.needed = sampling.MinBlocks
	}
	key := what.plan.KeyPoints(func(same []sweep.Point) (sweep.Point, bool) { return same[0], len(same) > 0 }, func(_, _ sweep.Point) bool { return true })
	for _, p := range what.plan.FixedPoints() {
		took, ok := known[p.String()]
		if ok {
			o.from = from
		} else if took = r.guess(); inTurns {
			took = r.Sample/3 + 30*time.Millisecond
			if what.slices != nil {
				took = max(took, what.slices(p, r.Sample/3))
			}
			took *= time.Duration(p.Copies)
		} else if what.visit != nil {
			took = what.visit(p)
		}
		o.points++
		o.visit = append(o.visit, took)
		o.round += took
		if !inTurns || slices.Contains(key, p) {
			o.every++
			o.later += took
		}
	}
	return o
}

// takes is how long so many rounds take.
func (o estimate) takes(rounds int) time.Duration {
	return o.round + time.Duration(rounds-1)*o.later
}

// guess estimates a visit without any measurement: a calibrated sample times about
// three times as long as asked, and has to be started.
func (r *run) guess() time.Duration { return 3*r.Sample + 10*time.Millisecond }

// visits returns how long a visit to each point took in the newest run of this machine
// with samples as long, and the file of that run.
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

// until describes when a sweep ends.
func (r *run) until(what target) string {
	inTurns := sweep.InTurns(what.sampler)
	var ends []string
	if r.Precision > 0 && inTurns {
		ends = append(ends, fmt.Sprintf("every gain is known to within ±%g %%", 100*float64(r.Precision)))
	} else if r.Precision > 0 {
		ends = append(ends, fmt.Sprintf("every point is known to within ±%g %%", 100*float64(r.Precision)))
	}
	if r.Rounds > 0 {
		ends = append(ends, fmt.Sprintf("it has %s", table.Count(r.Rounds, "sample")))
	}
	if inTurns {
		return "blocks in which all points of a workload take turns, until " + strings.Join(append(ends, fmt.Sprintf("%v are spent", r.Budget)), " or ")
	}
	return "rounds until " + strings.Join(append(ends, fmt.Sprintf("%v are spent", r.Budget)), " or ")
}

// dryRun prints the points and how long they take.
func (r *run) dryRun(what target) error {
	o := r.estimate(what)
	var text strings.Builder
	for i, p := range what.plan.FixedPoints() {
		fmt.Fprintf(&text, "%6v  %s\n", o.visit[i].Round(time.Millisecond), p)
	}
	how := "guessed from --sample; a run on this machine will know better"
	if o.from != "" {
		how = "by " + o.from
	} else if what.visit != nil {
		how = "by running each benchmark once"
	}
	expected := r.Budget
	if r.Rounds > 0 {
		expected = min(expected, o.takes(r.Rounds))
	}
	fmt.Fprintf(&text, "%s, about %v a round (%s)\n%s: at most about %v, and up to %v of waiting for a quiet machine\n",
		table.Count(o.points, "point"), o.round.Round(100*time.Millisecond), how, r.until(what), expected.Round(time.Second), r.Wait)
	if thinned := o.points - o.every; thinned > 0 {
		fmt.Fprintf(&text, "after the first round, the %d points on which the rows rest are in every round, and the other %d in every third or, if starting them takes too long, in fewer\n", o.every, thinned)
	}
	if short := r.tooShort(o, what.chosen); short != "" {
		fmt.Fprintf(&text, "note: %s\n", short)
	}
	_, err := io.WriteString(r.out, text.String())
	return err
}

// choice is how many things are measured, what they are, and the flag that selects fewer.
type choice struct {
	n            int
	things, flag string
}

// tooShort says that the budget is too short for the samples that a verdict needs, and
// what would be enough; it is empty if the budget is long enough.
func (r *run) tooShort(o estimate, of choice) string {
	samples := o.needed
	if r.Rounds > 0 {
		samples = min(samples, r.Rounds)
	}
	need := o.takes(samples)
	if need <= r.Budget || o.points == 0 {
		return ""
	}
	have := fmt.Sprintf("about %d of each will be taken", 1+(r.Budget-o.round)/max(1, o.later))
	if r.Budget < o.round {
		have = "some points will have none"
	}
	return fmt.Sprintf("a run needs about %v for %s of %s, and the budget is %v: %s; %s",
		roundUp(need), table.Count(samples, "sample"), o.each(), r.Budget, have, of.enough(need, r.Budget))
}

// each says how many points there are, after "samples of".
func (o estimate) each() string {
	if o.points > 1 {
		return fmt.Sprintf("each of %d points", o.points)
	}
	return "its one point"
}

// enough suggests a budget that is long enough, or fewer things to measure.
func (of choice) enough(need, budget time.Duration) string {
	text := fmt.Sprintf("use --budget %v", roundUp(need+need/10))
	if fit := int(float64(of.n) * float64(budget) / float64(need)); fit > 0 {
		text += fmt.Sprintf(", or measure about %d of the %d %s (%s)", fit, of.n, of.things, of.flag)
	}
	return text
}

// roundUp rounds a duration up, as people would.
func roundUp(d time.Duration) time.Duration {
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
