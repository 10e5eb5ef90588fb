package workloads

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Expectation is the scaling that a workload should show: one of the shapes
// below, or Capped(n). It is stored in result files, and the report compares it
// with what was measured.
type Expectation string

// The shapes. S is the speedup, G_c the concurrency gain, G_p the parallelism
// gain, H(p) the ceiling, w the workers, p the cores, D and Z the CPU and
// waiting time of a task.
const (
	Linear     Expectation = "linear"     // G_c ≈ 1, S ≈ H(p)
	Saturating Expectation = "saturating" // S ≈ H(p), which stops growing when memory is busy
	Sublinear  Expectation = "sublinear"  // cores help, but less than H(p) allows
	Overhead   Expectation = "overhead"   // p cores do not catch up with the plain serial program
	Flat       Expectation = "flat"       // neither workers nor cores help
	Retrograde Expectation = "retrograde" // flat at best, and more workers are slower than one
	Waiting    Expectation = "waiting"    // G_c ≈ w, G_p ≈ 1
	Overlaps   Expectation = "overlaps"   // G_c > 1, G_p ≈ 1
	Knee       Expectation = "knee"       // X(w) follows min(w/(D+Z), p/D)
	Any        Expectation = "any"        // depends on the machine; Why says how
)

// Capped expects S to follow H(p) up to about n and no further, however many
// cores there are (Amdahl, 1967).
func Capped(n float64) Expectation {
	return Expectation("capped:" + strconv.FormatFloat(n, 'g', 3, 64))
}

// Valid returns an error unless e is one of the shapes.
func (e Expectation) Valid() error {
	switch e {
	case Linear, Saturating, Sublinear, Overhead, Flat, Retrograde, Waiting, Overlaps, Knee, Any:
		return nil
	}
	if text, ok := strings.CutPrefix(string(e), "capped:"); ok {
		if n, err := strconv.ParseFloat(text, 64); err == nil && n >= 1 && !math.IsInf(n, 0) {
			return nil
		}
	}
	return fmt.Errorf("unknown expectation %q", string(e))
}
