package analyse

import (
	"math"
	"strings"
	"testing"

	"overlap/internal/interval"
	"overlap/report/law"
)

// judged returns a row with these gains and its verdict.
func judged(gc, gp, worst interval.Interval, change func(*Row)) Row {
	r := Row{
		Workers: 4, P: 2, Samples: 20, Ceiling: near(2),
		Concurrency: gc, Parallelism: gp, Speedup: near(gc.Value * gp.Value), Worst: worst, WorstWorkers: 4,
		Stacks: []Stack{{Workers: 1, P: 1, Work: 0.1}},
	}
	change(&r)
	r.judgeGains()
	return r
}

func TestVerdictsNameTheLimitAndItsNumber(t *testing.T) {
	stack := func(s Stack) func(*Row) {
		s.Workers, s.P, s.ready = 4, 2, true
		return func(r *Row) { r.Stacks = []Stack{{Workers: 1, P: 2, Imbalance: 1}, s} }
	}
	kind := func(kind string, next func(*Row)) func(*Row) {
		return func(r *Row) { r.Kind = kind; next(r) }
	}
	as := func(*Row) {}
	fewer := func(of float64) func(*Row) {
		return func(r *Row) {
			r.P, r.Ceiling = 8, near(8)
			r.crowded = near(of)
			r.Stacks = []Stack{{Workers: 4, P: 8, Imbalance: 4, ready: true}, {Workers: 8, P: 8, Locked: 5, Work: 3, ready: true}}
		}
	}
	curve := func(gains ...interval.Interval) func(*Row) {
		return func(r *Row) {
			for i, g := range gains {
				r.Scaling = append(r.Scaling, law.GainAt{P: 1 << i, Gain: g})
			}
			r.P = 1 << (len(gains) - 1)
		}
	}
	for _, c := range []struct {
		gc, gp, worst float64
		change        func(*Row)
		class         Class
		want          string
	}{
		{1, 1, 0.4, stack(Stack{Locked: 0.9, Work: 1}), Contends, "4 workers on 2 cores run at 0.40× the speed of 1 worker on 1 core; limited by a lock: 0.9 of 2 cores wait for it"},
		{1, 1, 0.4, stack(Stack{Inflation: 1.5}), Contends, "4 workers on 2 cores run at 0.40× the speed of 1 worker on 1 core; limited by sharing: 1.5 of 2 cores do extra work that one worker does not need"},
		{1, 1, 0.4, kind("lock", stack(Stack{Inflation: 1.5})), Contends, "4 workers on 2 cores run at 0.40× the speed of 1 worker on 1 core; limited by sharing (kind: lock): 1.5 of 2 cores do extra work that one worker does not need"},
		{1, 1, 0.4, kind("comm", stack(Stack{Inflation: 1.5})), Contends, "4 workers on 2 cores run at 0.40× the speed of 1 worker on 1 core; limited by sharing (kind: comm): 1.5 of 2 cores do extra work that one worker does not need"},
		{1, 1, 0.4, kind("spawn", stack(Stack{Inflation: 1.5})), Contends, "4 workers on 2 cores run at 0.40× the speed of 1 worker on 1 core; limited by sharing (kind: spawn): 1.5 of 2 cores do extra work that one worker does not need"},
		{1, 1, 0.4, kind("memory", stack(Stack{Inflation: 1.5})), Contends, "4 workers on 2 cores run at 0.40× the speed of 1 worker on 1 core; limited by sharing (kind: memory): 1.5 of 2 cores do extra work that one worker does not need"},
		{1, 1, 1, stack(Stack{GC: 1.26}), Serial, "neither workers nor cores help; limited by garbage collection: it takes 1.3 of 2 cores"},
		{1, 1, 1, stack(Stack{RunQueue: 1.26}), Serial, "neither workers nor cores help; limited by other programs or virtual machines: they took 1.3 of 2 cores"},
		{1, 1, 1, stack(Stack{Imbalance: 0.9, Runnable: math.NaN()}), Serial, "neither workers nor cores help; limited by uneven tasks or slow wake-ups: 0.9 of 2 cores have no running task"},
		{1, 1, 1, stack(Stack{Imbalance: 0.9}), Serial, "neither workers nor cores help; limited by a serial part or uneven tasks: 0.9 of 2 cores have no task"},
		{1, 1, 1, stack(Stack{Runnable: 0.9}), Serial, "neither workers nor cores help; limited by slow wake-ups: 0.9 of 2 cores have only tasks that are ready but not yet running"},
		{1, 1, 1, stack(Stack{Waiting: 0.9}), Serial, "neither workers nor cores help; limited by waiting: 0.9 of 2 cores have only tasks that wait"},
		{1, 1, 1, stack(Stack{Waiting: 0.9, Locked: math.NaN()}), Serial, "neither workers nor cores help; limited by idle cores: 0.9 of 2 cores, and the file does not say why"},
		{1, 1, 1, stack(Stack{Waiting: 0.19}), Serial, "neither workers nor cores help"},
		{1, 1.9, 1, stack(Stack{Imbalance: 0.3}), Scales, "2 cores give 1.90× where separate programs get 2.00×"},
		{1, 1.5, 1, stack(Stack{Imbalance: 0.3}), Stalls, "2 cores give 1.50× where separate programs get 2.00×; limited by a serial part or uneven tasks: 0.3 of 2 cores have no task"},
		{1, 1.5, 1, func(r *Row) { r.Ceiling = interval.Unknown; stack(Stack{Inflation: 0.4})(r) }, Stalls, "2 cores give 1.50×; limited by sharing: 0.4 of 2 cores do extra work that one worker does not need"},
		{1, 1.12, 1, kind("memory", func(r *Row) { r.Ceiling = near(1.2) }), Shares, "limited by memory: 2 cores get 1.12× the bandwidth of one, separate programs 1.20×"},
		{1, 1.3, 1, func(r *Row) { r.Ceiling = near(1.4) }, Shares, "even separate programs get only 1.40× from 2 cores; this workload gets 1.30×"},
		{3.5, 1.03, 1, as, Waits, "4 workers give 3.50× on one core, because their waiting overlaps; a second core adds nothing (3 ±1 %)"},
		{3.5, 1, 1, func(r *Row) { r.Parallelism = interval.Interval{Value: 0.96, Low: 0.932, High: 0.989} }, Waits, "4 workers give 3.50× on one core, because their waiting overlaps; a second core does not help (−4 ±3 %)"},
		{3.5, 1, 1, func(r *Row) { r.Parallelism = interval.Interval{Value: 0.98, Low: 0.93, High: 1.031} }, Waits, "4 workers give 3.50× on one core, because their waiting overlaps; a second core adds at most 4 % (−2 ±5 %)"},
		{3.5, 1, 1, func(r *Row) { r.Parallelism = interval.Interval{Value: 0.98, Low: 0.9, High: 1.067} }, Undecided, "4 workers give 3.50× on one core, but whether cores help is unclear: G_p is 0.98 ±0.09; measure about 156 samples (-count 156), or on a quieter machine"},
		{3.5, 1, 1, as, Waits, "4 workers give 3.50× on one core, because their waiting overlaps; a second core adds nothing (0 ±1 %)"},
		{3.5, 0.8, 1, as, Waits, "4 workers give 3.50× on one core, because their waiting overlaps; a second core costs 20 ±1 %"},
		{3.5, 0.93, 1, func(r *Row) { r.P = 8 }, Waits, "4 workers give 3.50× on one core, because their waiting overlaps; 8 cores cost 7 ±1 %"},
		{2, 1.5, 1, stack(Stack{Waiting: 0.6}), Mixes, "4 workers give 2.00× on one core; a second core adds 50 ±2 %; limited by waiting: 0.6 of 2 cores have only tasks that wait"},
		{2, 1, 1, func(r *Row) { r.P = 1 }, OneCore, "workers help: 4 give 2.00 ±0.02×"},
		{1, 1, 1, func(r *Row) { r.P, r.Advice = 1, Advice{1, 1, near(1), false, false} }, OneCore, "workers do not help"},
		{1, 1, 1, func(r *Row) {
			r.P, r.Grid = 1, []Cell{{1, 1, 1, interval.Exact(1)}, {1, 1, 2, interval.Interval{Value: 1.1, Low: 0.9, High: 1.35}}, {1, 1, 4, near(1)}}
		}, OneCore, "whether workers help is unclear: the gain of 2 workers on 1 core is 1.10 ±0.25"},
		{1, 1, 1, func(r *Row) { r.P, r.Workers = 1, 0 }, OneCore, "there is nothing to compare it with"},
		{1, 0.5, 0.5, func(r *Row) { r.Workers, r.WorstWorkers = 0, 0 }, Contends, "2 cores run at 0.50× the speed of 1 core"},
		{1, 1, 1, func(r *Row) { r.Parallelism = interval.Interval{Value: 1.5, Low: 0.9, High: 2.4} }, Undecided, "too noisy: G_p is 1.50 ±0.90; measure about 61 samples (-count 61), or on a quieter machine"},
		{1, 1, 1, func(r *Row) { r.Concurrency = interval.Interval{Value: 0.7, Low: 0.4, High: 1.2} }, Undecided, "too noisy: G_c is 0.70 ±0.50; measure about 103 samples (-count 103), or on a quieter machine"},
		{1, 1.2, 1, func(r *Row) { r.Parallelism = interval.Interval{Value: 1.12, Low: 1.045, High: 1.2} }, Stalls, "2 cores give 1.12× where separate programs get 2.00×; (unsure: G_p may be as little as 1.04)"},
		{1, 1.64, 1, as, Scales, "2 cores give 1.64× where separate programs get 2.00×"},
		{1, 1.62, 1, as, Undecided, "2 cores give 1.62×, but G_p/H(2) may be above or below 0.8: it is 0.81 ±0.01; measure about 23 samples (-count 23), or on a quieter machine"},
		{1, 1.6, 1, as, Undecided, "2 cores give 1.60×, but G_p/H(2) may be above or below 0.8: it is 0.80 ±0.01; even 1000 such samples would not decide it; measure on a quieter machine"},
		{1, 1.58, 1, func(r *Row) { r.Ceiling, r.swept = interval.Unknown, true }, Undecided, "2 cores give 1.58×, but G_p/2 may be above or below 0.8: it is 0.79 ±0.01; measure about 29 samples (with a larger budget), or on a quieter machine"},
		{1, 1.56, 1, as, Stalls, "2 cores give 1.56× where separate programs get 2.00×"},
		{1, 2.4, 1, as, Scales, "2 cores give 2.40× where separate programs get 2.00×, which is more than 2 cores can give: check that all points do the same work"},
		{1, 4.4, 1, as, Undecided, "2 cores give 4.40× where separate programs get 2.00×, which is more than 2 cores can give: check that all points do the same work"},
		{1, 1.2, 1, curve(near(1), near(3.2), near(1.2)), Stalls, "4 cores give 1.20× where separate programs get 2.00×; best on 2 cores: 3.20×"},
		{1, 1, 1, curve(near(1), near(3.2), near(1)), Stalls, "4 cores give 1.00× where separate programs get 2.00×; best on 2 cores: 3.20×"},
		{1, 1.95, 1, curve(near(1), near(2), near(1.95)), Shares, "even separate programs get only 2.00× from 4 cores; this workload gets 1.95×"},
		{1, 1.9, 1, curve(near(1), interval.Interval{Value: 2.2, Low: 1.8, High: 2.6}, near(1.9)), Shares, "even separate programs get only 2.00× from 4 cores; this workload gets 1.90×"},
		{3.5, 1, 1, func(r *Row) { r.Stacks = nil }, Overlaps, "4 workers give 3.50× on one core, and the file does not say why; a second core adds nothing (0 ±1 %)"},
		{3.5, 1, 1, func(r *Row) { r.Stacks = []Stack{{Workers: 1, P: 1, Work: 0.5, Inflation: 0.3, GC: 0.15}} }, Overlaps, "4 workers give 3.50× on one core, although one keeps it busy: together they need less CPU time; a second core adds nothing (0 ±1 %)"},
		{3.5, 1, 1, func(r *Row) { r.Stacks = []Stack{{Workers: 1, P: 1, Work: 0.5, Inflation: 0.3, GC: math.NaN()}} }, Waits, "4 workers give 3.50× on one core, because their waiting overlaps; a second core adds nothing (0 ±1 %)"},
		{3.5, 1, 1, func(r *Row) {
			r.Latencies = []Latency{{Workers: 1, P: 2, Arrivals: true, P99: near(9)}, {Workers: 4, P: 2, Arrivals: true, P99: near(0.0021), Load: 1000}, {Workers: 4, P: 1, Arrivals: true, P99: near(5)}}
			r.Advice = Advice{4, 1, near(1), false, false}
		}, Scheduled, "items arrive on a schedule, so latency counts, not throughput: the 99th percentile is 2.1 ms at 1000 items a second, with 4 workers on 2 cores"},
		{1, 1, 1, func(r *Row) { r.Lines = []Line{{P: 2, Points: []LinePoint{{Workers: 1}}}} }, Undecided, "at most 1 worker measured on 2 cores"},
		{1, 1, 1, func(r *Row) { r.Executor, r.Lines = "pool", []Line{{P: 2, Points: []LinePoint{{Workers: 1}}}} }, Undecided, "at most 1 worker measured on 2 cores; measure more"},
		{1.11, 1.9, 1, func(r *Row) { r.Concurrency = interval.Interval{Value: 1.11, Low: 1.042, High: 1.18} }, Mixes, "4 workers give 1.11× on one core; a second core adds 90 ±2 % (unsure: G_c may be as little as 1.04)"},
		{3.5, 1, 1, func(r *Row) { r.Advice = Advice{4, 1, near(1), false, false} }, Waits, "4 workers give 3.50× on one core, because their waiting overlaps; a second core adds nothing (0 ±1 %); enough: 4 workers on 1 core, which loses at most 1 %"},
		{3.5, 1, 1, func(r *Row) {
			r.Advice = Advice{4, 1, interval.Interval{Value: 0.98, Low: 0.956, High: 1}, false, false}
		}, Waits, "4 workers give 3.50× on one core, because their waiting overlaps; a second core adds nothing (0 ±1 %); enough: 4 workers on 1 core, which loses at most 5 %"},
		{3.5, 1, 1, func(r *Row) { r.Advice = Advice{4, 1, interval.Exact(1), false, false} }, Waits, "4 workers give 3.50× on one core, because their waiting overlaps; a second core adds nothing (0 ±1 %); enough: 4 workers on 1 core, which loses nothing"},
		{3.5, 1, 1, func(r *Row) { r.Advice = Advice{4, 2, near(1), false, false} }, Waits, "4 workers give 3.50× on one core, because their waiting overlaps; a second core adds nothing (0 ±1 %)"},
		{1.05, 1.9, 1, func(r *Row) { r.Concurrency = interval.Interval{Value: 1.05, Low: 0.95, High: 1.16} }, Scales, "2 cores give 1.90× where separate programs get 2.00× (unsure: G_c may be as much as 1.16)"},
		{1, 1.9, 1, func(r *Row) { r.Parallelism = interval.Interval{Value: 1.9, Low: 1.05, High: 2.9} }, Undecided, "too noisy: G_p is 1.90 ±1.00; measure about 21 samples (-count 21), or on a quieter machine"},
		{1, 1.9, 1, func(r *Row) { r.Parallelism = interval.Interval{Value: 1.9, Low: 1.3, High: 2.9} }, Undecided, "2 cores give 1.90×, but G_p/H(2) may be above or below 0.8: it is 0.95 ±0.50; measure about 107 samples (-count 107), or on a quieter machine"},
		{1, 1.12, 1, func(r *Row) {
			r.Concurrency, r.Parallelism, r.Samples = interval.Interval{Value: 1.02, Low: 0.93, High: 1.12}, interval.Interval{Value: 1.12, Low: 1.045, High: 1.2}, 7
		}, Stalls, "2 cores give 1.12× where separate programs get 2.00× (provisional: 7 of 10 samples; unsure: G_c may be as much as 1.12, G_p may be as little as 1.04)"},
		{1, 1, 1, stack(Stack{RunQueue: 1.26, throttled: 1}), Serial, "neither workers nor cores help; limited by the CPU quota: it took 1.3 of 2 cores"},
		{1, 1, 1, stack(Stack{RunQueue: 1.26, throttled: 0.6}), Serial, "neither workers nor cores help; limited by other programs or virtual machines: they took 1.3 of 2 cores"},
		{1, 1.03, 1, kind("memory", func(r *Row) { r.Ceiling = near(1.07) }), Serial, "limited by memory: 2 cores get 1.03× the bandwidth of one, separate programs 1.07×"},
		{1, 1.03, 1, kind("memory", func(r *Row) { r.Ceiling, r.Workers = near(1.07), 1 }), Serial, "limited by memory: even 2 separate programs get only 1.07× the bandwidth of one"},
		{1, 1.03, 1, kind("memory", func(r *Row) { r.Ceiling = near(1.9) }), Serial, "neither workers nor cores help"},
		// Undoing a loss is not a gain from cores.
		{0.33, 6, 1, as, Scales, "2 cores give 1.98× where separate programs get 2.00×"},
		{0.33, 3, 0.3, as, Contends, "4 workers on 2 cores run at 0.30× the speed of 1 worker on 1 core"},
		{0.97, 2, 1, func(r *Row) { r.Concurrency = interval.Interval{Value: 0.9, Low: 0.8, High: 1.01} }, Scales, "2 cores give 2.00× where separate programs get 2.00×"},
		{0.8, 2, 1, func(r *Row) { r.Concurrency = interval.Interval{Value: 0.8, Low: 0.63, High: 1.01} }, Undecided, "2 cores give 2.00×, but S/H(2) may be above or below 0.8: it is 0.80 ±0.01; even 1000 such samples would not decide it; measure on a quieter machine"},
		{0.5, 2, 1, func(r *Row) { r.Concurrency = interval.Interval{Value: 0.5, Low: 0.2, High: 1.01} }, Undecided, "too noisy: S is 1.00 ±0.01; measure about 21 samples (-count 21), or on a quieter machine"},
		// A statement about S has the numbers of S, not of G_p.
		{0.47, 2.3, 1, func(r *Row) { r.Speedup = interval.Interval{Value: 1.08, Low: 0.93, High: 1.25} }, Undecided, "too noisy: S is 1.08 ±0.17; measure about 162 samples (-count 162), or on a quieter machine"},
		{0.47, 2.3, 0.4, func(r *Row) { r.Speedup = interval.Interval{Value: 1.08, Low: 0.93, High: 1.25} }, Contends, "4 workers on 2 cores run at 0.40× the speed of 1 worker on 1 core (unsure: S may be as much as 1.25)"},
		// Separate programs are timed by the slowest; a gain beyond theirs is
		// reported only beyond noise.
		{1, 1.9, 1, func(r *Row) { r.Ceiling = near(1.7) }, Scales, "2 cores give 1.90× where separate programs get 1.70×, timed by the slowest of them"},
		{1, 1.9, 1, func(r *Row) { r.Ceiling = interval.Interval{Value: 1.7, Low: 1.5, High: 1.95} }, Scales, "2 cores give 1.90× where separate programs get 1.70×"},
		// Too few workers leave cores without a task, which is not a limit.
		{1, 3, 1, fewer(0.5), Stalls, "8 cores give 3.00× where separate programs get 8.00×; more than 4 workers slow it down; with 8 workers limited by a lock: 5 of 8 cores wait for it"},
		{1, 3, 1, fewer(0.96), Stalls, "8 cores give 3.00× where separate programs get 8.00×; with 8 workers limited by a lock: 5 of 8 cores wait for it"},
		{1, 3, 1, func(r *Row) { fewer(0.5)(r); r.Stacks = r.Stacks[:1] }, Stalls, "8 cores give 3.00× where separate programs get 8.00×; more than 4 workers slow it down"},
		{1, 1, 0.5, func(r *Row) { fewer(0.5)(r); r.Workers, r.WorstWorkers = 1, 2 }, Contends, "2 workers on 8 cores run at 0.50× the speed of 1 worker on 1 core; with 8 workers limited by a lock: 5 of 8 cores wait for it"},
		{1, 1.9, 1, func(r *Row) { r.Samples = 3 }, Scales, "2 cores give 1.90× where separate programs get 2.00× (provisional: 3 of 10 samples)"},
	} {
		if c.class == Serial { // which is that one is enough
			change := c.change
			c.change = func(r *Row) { change(r); r.Advice = Advice{min(r.Workers, 1), 1, near(1), false, false} }
			c.want += "; enough: 1 worker on 1 core, which loses at most 1 %"
		}
		r := judged(near(c.gc), near(c.gp), near(c.worst), c.change)
		want := strings.Replace(string(c.class)+": "+c.want, "; (", " (", 1)
		if r.Class != c.class || r.Verdict != want {
			t.Errorf("G_c %s, G_p %s:\n%s: %s\nwant\n%s: %s", r.Concurrency, r.Parallelism, r.Class, r.Verdict, c.class, want)
		}
	}
}

// A row of one or two samples has no verdict. A row whose worst number of workers is
// 1 does not contend. A row is serial only if no point beats one worker on one core.
func TestVerdictsNeedEvidence(t *testing.T) {
	few := func(r *Row) { r.Speedup, r.Samples = interval.Interval{Value: 2, Low: math.NaN(), High: math.NaN()}, 2 }
	if r := judged(near(1), near(2), near(1), few); r.Class != Undecided || r.Verdict != "cannot tell: 2 samples cannot give an interval; measure 10 (-count 10)" {
		t.Error(r.Verdict)
	}
	beside := func(r *Row) { r.disturbed = true } // or else it scales
	if r := judged(near(1), near(2), near(1), beside); r.Class != Undecided || !strings.HasPrefix(r.Verdict, "cannot tell: other programs used the CPUs") {
		t.Error(r.Verdict)
	}
	one := Advice{1, 1, near(1), false, false}
	if r := judged(near(1), near(0.5), near(0.5), func(r *Row) { r.WorstWorkers, r.Advice = 1, one }); r.Verdict != "serial: neither workers nor cores help; a second core costs 50 ±1 %; enough: 1 worker on 1 core, which loses at most 1 %" {
		t.Error(r.Verdict)
	}
	noCeiling := func(r *Row) { r.Ceiling, r.Samples = interval.Interval{Value: 2, Low: math.NaN(), High: math.NaN()}, 2 }
	if r := judged(near(1), near(1.9), near(1), noCeiling); r.Verdict != "cannot tell: 2 samples cannot give an interval; measure 10 (-count 10)" {
		t.Error(r.Verdict)
	}
	if r := judged(near(1), near(1), interval.Interval{Value: 0.5, Low: 0.2, High: 1.2}, func(r *Row) { r.Advice = one }); r.Class != Serial {
		t.Error(r.Verdict)
	}
	better := func(r *Row) {
		r.Advice, r.Grid = Advice{2, 2, near(1), false, false}, []Cell{{1, 1, 1, interval.Exact(1)}, {2, 2, 2, interval.Interval{Value: 1.04, Low: 1, High: 1.08}}}
	}
	if r := judged(near(1), near(1), near(1), better); r.Verdict != "cannot tell: too noisy: the gain of 2 workers on 2 cores is 1.04 ±0.04; measure about 273 samples (-count 273), or on a quieter machine" {
		t.Error(r.Verdict)
	}
	unmeasured := func(r *Row) {
		r.Grid = []Cell{{1, 1, 1, interval.Exact(1)}, {2, 2, 2, interval.Interval{Value: 1.04, Low: math.NaN(), High: math.NaN()}}}
	}
	if r := judged(near(1), near(1), near(1), unmeasured); r.Verdict != "cannot tell: the gain of 2 workers on 2 cores is 1.04, with too few samples for an interval; measure 10 (-count 10)" {
		t.Error(r.Verdict)
	}
	cores := func(r *Row) { r.Workers, r.Speedup, r.Advice = 0, near(1), Advice{0, 1, near(1), false, false} }
	if r := judged(interval.Unknown, near(1), near(1), cores); r.Verdict != "serial: a second core adds nothing (0 ±1 %); enough: 1 core, which loses at most 1 %" {
		t.Error(r.Verdict)
	}
}
