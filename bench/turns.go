package bench

import (
	"math"
	"runtime/debug"
	"testing"
	"time"

	"overlap/bench/meter"
	"overlap/bench/turns"
	"overlap/workloads"
)

// takeTurns times jobs in turns with other processes until there is no further turn,
// and writes how long each turn took to the file flags.turns. It returns how many jobs
// it timed.
func takeTurns(b *testing.B, m *meter.Meter, r runner, job workloads.Job) (jobs int) {
	player, err := turns.Take()
	if err != nil {
		b.Fatal(err)
	}
	log := turns.Log{Jobs: flags.turnJobs}
	m.Prepare()
	m.TakeTurns()
	began := time.Now()
	for {
		turn, more, err := player.Next()
		if err != nil {
			b.Fatal(err)
		}
		if !more {
			break
		}
		m.Settle()
		countLatencies(job, false)
		if log.Jobs == 0 { // not before the first turn: others start up meanwhile, on the same CPUs
			log.Jobs = fitTurn(b, r)
		}
		for began, some := time.Now(), false; turn.Settle > 0 && (!some || time.Since(began) < turn.Settle); some = true {
			if err := r.once(); err != nil {
				b.Fatal(err)
			}
		}
		countLatencies(job, true)
		m.Start()
		log.Turns = append(log.Turns, timeTurn(b, m, r, log.Jobs))
		m.Stop()
	}
	log.Window = time.Since(began)
	for _, times := range log.Turns {
		jobs += log.Jobs * len(times)
	}
	log.CPU, log.Own, log.Delayed = m.Consumed()
	if err := log.Write(flags.turns); err != nil {
		b.Fatal(err)
	}
	return jobs
}

// timeTurn times jobs, so many at once, for as long as a turn lasts, and at least once. A
// garbage collection that is under way at the end belongs to the last: it would go on in
// the turns of others.
func timeTurn(b *testing.B, m *meter.Meter, r runner, each int) (times []time.Duration) {
	began := m.Now()
	last := began
	for len(times) == 0 || last-began < flags.turnLength {
		for range each {
			if err := r.once(); err != nil {
				b.Fatal(err)
			}
			m.Lap()
		}
		now := m.Now()
		times = append(times, now-last)
		last = now
	}
	debug.SetGCPercent(debug.SetGCPercent(-1)) // which waits for a collection
	times[len(times)-1] += m.Now() - last
	return times
}

// countLatencies says whether a job times the items of further runs, if it does at all.
func countLatencies(job workloads.Job, on bool) {
	if timed, ok := job.(workloads.Timed); ok {
		timed.Count(on)
	}
}

// fitTurn returns how many jobs take about flags.turn.
func fitTurn(b *testing.B, r runner) int {
	began := time.Now()
	n := 0
	for elapsed := time.Duration(0); elapsed < flags.turn; elapsed = time.Since(began) {
		if err := r.once(); err != nil {
			b.Fatal(err)
		}
		n++
	}
	return max(1, int(math.Round(float64(n)*float64(flags.turn)/float64(time.Since(began)))))
}
