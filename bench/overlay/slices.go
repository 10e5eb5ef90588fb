package overlay

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"strings"
	"time"
)

// Slices is what a process timed of a benchmark piece by piece.
type Slices struct {
	Ops       int             // operations in each slice
	Times     []time.Duration // of the slices, in the order of time
	CPU, Wall time.Duration   // of all slices: time of CPUs, of the clock
	Elapsed   time.Duration   // of the clock, with what lies between slices
	Pressure  float64         // share of the CPUs within reach that others had; NaN if unknown
}

// Any program may have written the file that is read.
const (
	largestSlices = 2 << 20 // bytes
	mostSlices    = 1 << 17
)

// ReadSlices reads the file that a process wrote its slices to.
func ReadSlices(path string) (Slices, error) {
	f, err := os.Open(path)
	if err != nil {
		return Slices{}, fmt.Errorf("slices: %w", err)
	}
	defer f.Close()
	s, err := parseSlices(io.LimitReader(f, largestSlices))
	if err != nil {
		return Slices{}, fmt.Errorf("slices: %s: %w", path, err)
	}
	return s, nil
}

func parseSlices(r io.Reader) (s Slices, err error) {
	lines := bufio.NewScanner(r)
	lines.Scan()
	head := strings.Fields(lines.Text())
	if len(head) != 5 {
		return s, fmt.Errorf("line 1 has %d fields, not 5", len(head))
	}
	var ops time.Duration
	for i, to := range []*time.Duration{&ops, &s.CPU, &s.Wall, &s.Elapsed} {
		if *to, err = nanoseconds(head[i]); err != nil {
			return s, fmt.Errorf("line 1: %w", err)
		}
	}
	if s.Ops = int(ops); s.Ops < 1 {
		return s, errors.New("line 1: no operations")
	}
	if s.Pressure, err = strconv.ParseFloat(head[4], 64); err != nil || math.IsInf(s.Pressure, 0) {
		return s, fmt.Errorf("line 1: %q is no pressure", head[4])
	}
	for n := 2; lines.Scan(); n++ {
		d, err := nanoseconds(lines.Text())
		if err != nil {
			return s, fmt.Errorf("line %d: %w", n, err)
		}
		if s.Times = append(s.Times, d); len(s.Times) > mostSlices {
			return s, fmt.Errorf("line %d: more than %d slices", n, mostSlices)
		}
	}
	if err := lines.Err(); err != nil {
		return s, err
	}
	if len(s.Times) == 0 {
		return s, errors.New("no slices")
	}
	return s, nil
}

func nanoseconds(text string) (time.Duration, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("%q is no number of nanoseconds", text)
	}
	return time.Duration(n), nil
}
