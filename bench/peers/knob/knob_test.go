// Package knob has benchmarks over the standard library whose slowdown is
// known, for calibrating the gate: they are measured, never imported, and know
// nothing of overlap.
//
// An operation is 100 equal units of work. KNOB_PCT=e makes it 100+e units: a
// real slowdown of exactly e percent, in the same binary. KNOB_SERIAL=e leaves
// the work as it is and takes from the parallel benchmarks a share of their
// parallelism, see spread.
//
// One call of a benchmark function is a slice of a few operations. So whatever
// is made beforehand is made once for the process, and the timer is never
// touched.
package knob

import (
	"fmt"
	"os"
	"strconv"
	"sync"
	"testing"
)

// units are those of an operation of a benchmark as it is.
const units = 100

// knobs are what the environment asks for, in percent.
type knobs struct{ pct, serial int }

// setting is read once: a slice is too short for looking at the environment.
var setting = sync.OnceValues(func() (knobs, error) { return parse(os.Getenv("KNOB_PCT"), os.Getenv("KNOB_SERIAL")) })

// parse refuses what it does not understand. A misread knob would calibrate the
// gate on slowdowns that are not there.
func parse(pct, serial string) (k knobs, err error) {
	for _, knob := range []struct {
		name, text string
		most       int
		to         *int
	}{{"KNOB_PCT", pct, 1000, &k.pct}, {"KNOB_SERIAL", serial, 100, &k.serial}} {
		if knob.text == "" {
			continue
		}
		n, err := strconv.Atoi(knob.text)
		if err != nil || n < 0 || n > knob.most {
			return k, fmt.Errorf("%s=%q: want whole percents from 0 to %d", knob.name, knob.text, knob.most)
		}
		*knob.to = n
	}
	return k, nil
}

// total is how many units n operations are.
func (k knobs) total(n int) int { return n * (units + k.pct) }

// turned returns the knobs, and ends a benchmark whose knobs say nothing sound.
func turned(b *testing.B) knobs {
	k, err := setting()
	if err != nil {
		b.Fatal(err)
	}
	return k
}

// serial times operations of units that one goroutine does.
func serial(b *testing.B, unit func()) {
	for range turned(b).total(b.N) {
		unit()
	}
}
