package bench

import (
	"math"
	"runtime/debug"
	"testing"
	"time"

	"overlap/bench/meter"
	"overlap/bench/turns"
)

// takeTurns times jobs in turns with other processes until there is no further turn,
// and writes how long each turn took to the file flags.turns. It returns how many jobs
// it timed.
func takeTurns(b *testing.B, m *meter.Meter, r runner) (jobs int) {
	each := flags.turnJobs
	if each == 0 {
		each = fitTurn(b, r)
	}
	player, err := turns.Take()
	if err != nil {
		b.Fatal(err)
	}
	log := turns.Log{Jobs: each}
	m.Prepare()
	m.TakeTurns()
	began := time.Now()
	for {
		more, err := player.Next()
		if err != nil {
			b.Fatal(err)
		}
		if !more {
			break
		}
		m.Settle()
		for began := time.Now(); time.Since(began) < flags.settle; {
			if err := r.once(); err != nil {
				b.Fatal(err)
			}
		}
		m.Start()
		log.Turns = append(log.Turns, timeTurn(b, m, r, each))
		m.Stop()
		finishCollection()
	}
	log.Window = time.Since(began)
	for _, times := range log.Turns {
		jobs += each * len(times)
	}
	log.CPU, log.Own, log.Delayed = m.Consumed()
	if err := log.Write(flags.turns); err != nil {
		b.Fatal(err)
	}
	return jobs
}

// timeTurn times jobs, so many at once, for as long as a turn lasts, and at least once.
func timeTurn(b *testing.B, m *meter.Meter, r runner, each int) (times []time.Duration) {
	for began, last := m.Now(), m.Now(); len(times) == 0 || last-began < flags.turnLength; {
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
	return times
}

// finishCollection waits for a garbage collection that is under way: it would go on in
// the turns of others.
func finishCollection() { debug.SetGCPercent(debug.SetGCPercent(-1)) }

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
