package gate

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"

	"overlap/bench/host"
)

// grain is the step of the natural logarithm to which slices in a file are rounded:
// by at most 0.005 %, a tenth of the smallest change that this method has found.
const grain = 1e-4

// slicesInLine keeps a line below the 64 KiB that readers of the benchmark format
// accept.
const slicesInLine = 6000

// maxOps is the largest plausible number of operations of a slice.
const maxOps = 1 << 30

// maxNS is the longest plausible slice, in nanoseconds per operation: a year.
const maxNS = 3.2e16

// Stored is the slot as it is after Append and Read, with a copy of its slices that
// is rounded.
func (s Slot) Stored() Slot {
	s.Slices = slices.Clone(s.Slices)
	for i, ns := range s.Slices {
		s.Slices[i] = value(steps(ns))
	}
	return s
}

func steps(ns float64) int64 { return int64(math.Round(math.Log(ns) / grain)) }

func value(steps int64) float64 { return math.Exp(float64(steps) * grain) }

// check returns an error if no process can have measured the slot.
func (s Slot) check() error {
	if s.Ops < 1 || s.Ops > maxOps || len(s.Slices) == 0 {
		return fmt.Errorf("%d slices of %d operations cannot have been measured", len(s.Slices), s.Ops)
	}
	for i, ns := range s.Slices {
		if !(ns >= 1/maxNS && ns <= maxNS) {
			return fmt.Errorf("slice %d of %d cannot be a time: %v ns", i+1, len(s.Slices), ns)
		}
	}
	if s.Layout < 0 {
		return fmt.Errorf("%d is not the seed of a layout", s.Layout)
	}
	for _, x := range []float64{s.CPUs, s.Allocs, s.Bytes, s.Pressure} {
		if x < 0 || math.IsInf(x, 0) {
			return fmt.Errorf("%v cannot be CPUs, allocations, bytes or pressure", x)
		}
	}
	for cpus, n := range s.Others {
		if ids, err := host.ParseList(cpus); cpus != byQuota && cpus != byDelay && (err != nil || !(math.Abs(n) <= 2*float64(len(ids)))) {
			return fmt.Errorf("others cannot have had %v of the CPUs %q", n, cpus)
		}
	}
	return nil
}

// encode writes slices as the differences of their logarithms, in grains, as
// varints: two bytes each unless they differ by more than a factor of 2.27.
func encode(list []float64) string {
	var b []byte
	last := int64(0)
	for _, ns := range list {
		k := steps(ns)
		b = binary.AppendVarint(b, k-last)
		last = k
	}
	return base64.RawStdEncoding.EncodeToString(b)
}

var errSlices = errors.New("its slices cannot be read")

// decode appends to list what encode wrote.
func decode(list []float64, text string) ([]float64, error) {
	b, err := base64.RawStdEncoding.Strict().DecodeString(text)
	if err != nil {
		return list, errSlices
	}
	for last := int64(0); len(b) > 0; {
		d, n := binary.Varint(b)
		if n <= 0 {
			return list, errSlices
		}
		last += d
		b = b[n:]
		list = append(list, value(last))
	}
	return list, nil
}
