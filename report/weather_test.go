package report_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
)

// weather is what a machine does to the times that a run measures on it.
type weather struct {
	name   string
	spread float64 // of each sample, as the standard deviation of its logarithm
	spell  int     // samples in a row that take 1.7 times as long, a quarter of all; 0 is none
	drift  float64 // how much slower the machine is at the end of the run, as a logarithm
}

var weathers = []weather{
	{name: "2 %", spread: 0.02},
	{name: "5 %", spread: 0.05},
	{name: "20 %", spread: 0.20},
	{name: "spells of 3", spread: 0.02, spell: 3},
	{name: "spells of 10", spread: 0.02, spell: 10},
	{name: "spells of 60", spread: 0.02, spell: 60},
	{name: "drift", spread: 0.02, drift: math.Log(1.3)},
}

// program is a workload whose throughput is known.
type program struct {
	name string
	x    func(w, p int) float64 // of workers and cores; 1 of one on one
	says []string               // claims that are plain enough for 2 % of noise
}

// ceiling is what all programs could gain from two cores.
const ceiling = 1.9

// crew are the numbers of workers that are measured.
var crew = []int{1, 2, 4, 16}

// most is the highest throughput.
func (p program) most() (most float64) {
	for _, w := range crew {
		most = max(most, p.x(w, 1), p.x(w, 2))
	}
	return most
}

// programs have a property at and around the margins of what is said about it.
func programs() (all []program) {
	add := func(name string, of float64, x func(w, p int) float64, says ...string) {
		all = append(all, program{name: fmt.Sprintf("%s %.2f", name, of), x: x, says: says})
	}
	for share, says := range map[float64][]string{
		0.6: {"stalls"}, 0.7: {"stalls"}, 0.75: nil, 0.78: nil, 0.82: nil, 0.85: nil, 0.9: {"scales"}, 0.95: {"scales"}, 1: {"scales"},
	} {
		add("computes, S/H", share, func(w, p int) float64 {
			if w == 1 || p == 1 {
				return 1
			}
			return share * ceiling
		}, says...)
	}
	for _, gain := range []float64{0.7, 0.92, 0.96, 1, 1.02, 1.04, 1.06, 1.08, 1.12, 1.2} {
		var serial, waits []string
		switch {
		case gain < 0.95:
			serial, waits = []string{"contends", "enough"}, []string{"costs", "enough"}
		case gain == 1:
			serial, waits = []string{"serial", "adds nothing", "enough"}, []string{"adds nothing", "enough"}
		case gain > 1.1:
			serial = []string{"stalls"}
		}
		add("is serial, G_p", gain, func(w, p int) float64 {
			if w == 1 || p == 1 {
				return 1
			}
			return gain
		}, serial...)
		add("waits, G_p", gain, func(w, p int) float64 {
			if p == 1 {
				return float64(w)
			}
			return float64(w) * gain
		}, waits...)
	}
	for _, loss := range []float64{0, 0.02, 0.04, 0.06, 0.08, 0.12, 0.5} {
		var contends []string
		if loss > 0.07 {
			contends = []string{"contends", "enough"}
		}
		add("contends, lost", loss, func(w, p int) float64 {
			if w == 16 && p == 2 {
				return 1 - loss
			}
			return 1
		}, contends...)
		add("has a knee, lost by fewer", loss, func(w, p int) float64 {
			switch w {
			case 4:
				return 4 * (1 - loss)
			case 16:
				return 4
			}
			return float64(w)
		}, "enough")
		add("is even on two cores, lost on one", loss, func(w, p int) float64 {
			if p == 1 {
				return 1 - loss*math.Log2(float64(w))/4
			}
			return 1
		}, "enough")
	}
	slices.SortFunc(all, func(a, b program) int { return strings.Compare(a.name, b.name) })
	return all
}

// place is a point of a fake sweep, and its time without noise.
type place struct {
	name   string
	copies int
	log    float64   // of the seconds
	logs   []float64 // of its samples
}

// precise is the rule by which a sweep stops to visit a point: the 95 % interval of
// its time is within 2 %, from the tenth sample on.
func (p *place) precise() bool {
	n := float64(len(p.logs))
	if n < 10 {
		return false
	}
	mean, squares := 0.0, 0.0
	for _, x := range p.logs {
		mean += x / n
	}
	for _, x := range p.logs {
		squares += (x - mean) * (x - mean)
	}
	t := 1.96 + 2.5/(n-1) // Student's, to 2 %
	return t*math.Sqrt(squares/(n-1)/n) <= math.Log(1.02)
}

// places are the points of a program.
func (p program) places(workload string) (all []*place) {
	add := func(name string, copies int, x float64) {
		all = append(all, &place{name: workload + "/executor=" + name, copies: copies, log: math.Log(0.01 / x)})
	}
	for _, w := range crew {
		add(fmt.Sprintf("pool/workers=%d/cores=1", w), 1, p.x(w, 1))
		add(fmt.Sprintf("pool/workers=%d/cores=2-2", w), 1, p.x(w, 2))
	}
	add("serial/workers=1/cores=1", 1, 1)
	add("pool/workers=1/cores=1/slices=2", 1, 2)
	add("pool/workers=1/cores=1/slices=2", 2, ceiling)
	return all
}

// run writes what a sweep of the program measures that has the budget for so many
// rounds of all points.
func (p program) run(b *strings.Builder, workload string, w weather, rounds int, rng *rand.Rand) {
	all := p.places(workload)
	budget := rounds * len(all)
	slow := w.spells(budget, rng)
	for round, done := 1, 0; ; round++ {
		wanted := slices.DeleteFunc(slices.Clone(all), (*place).precise)
		if len(wanted) == 0 || done+len(wanted) > budget {
			return
		}
		rng.Shuffle(len(wanted), func(i, j int) { wanted[i], wanted[j] = wanted[j], wanted[i] })
		for _, at := range wanted {
			log := at.log + w.spread*rng.NormFloat64() + w.drift*float64(done)/float64(budget)
			if slow[done] {
				log += math.Log(1.7)
			}
			done++
			at.logs = append(at.logs, log)
			fmt.Fprintf(b, "copies: %d\n# sample: {\"round\":%d}\nBenchmark%s 1 %f ns/op 0.5 cpus-busy\n", at.copies, round, at.name, 1e9*math.Exp(log))
		}
	}
}

// spells says which samples fall into one. They begin at random.
func (w weather) spells(samples int, rng *rand.Rand) []bool {
	slow := make([]bool, samples)
	if w.spell == 0 {
		return slow
	}
	gap := func() int { return int(3 * float64(w.spell) * rng.ExpFloat64()) }
	for t := gap() - rng.IntN(4*w.spell); t < samples; t += w.spell + gap() {
		for i := max(t, 0); i < min(t+w.spell, samples); i++ {
			slow[i] = true
		}
	}
	return slow
}
