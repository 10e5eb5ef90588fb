package overlay

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"
)

// Slices are the timings of a process that timed a benchmark piece by piece.
type Slices struct {
	Ops       int             // operations in each slice
	Times     []time.Duration // of the slices, in the order of time
	Turns     []int           // how many of them each turn had
	CPU, Wall time.Duration   // CPU time and wall time of all slices
	Elapsed   time.Duration   // wall time, with what lies between slices
	Demand    *Demand         // nil if unknown
}

// Demand says who had the CPUs while slices were timed.
type Demand struct {
	Window  time.Duration   // between the two readings
	Blind   time.Duration   // that the readings took
	Own     time.Duration   // CPU time of the process and of those that it started
	Delayed time.Duration   // for which its threads were ready and had no CPU
	CPUs    map[int]CPUTime // of the machine, by number; none where they are hidden
}

// CPUTime is what a CPU did besides running programs, in ticks of 10 ms.
type CPUTime struct {
	Idle, Stolen, Interrupt time.Duration
}

// Any program may have written the file that is read.
const (
	maxSlicesFile = 2 << 20 // bytes
	maxSlices     = 1 << 17
)

// ReadSlices reads the file that a process wrote its slices to.
func ReadSlices(path string) (Slices, error) {
	f, err := os.Open(path)
	if err != nil {
		return Slices{}, fmt.Errorf("slices: %w", err)
	}
	defer f.Close()
	s, err := parseSlices(io.LimitReader(f, maxSlicesFile))
	if err != nil {
		return Slices{}, fmt.Errorf("slices: %s: %w", path, err)
	}
	return s, nil
}

func parseSlices(r io.Reader) (s Slices, err error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxSlicesFile) // the second is long with thousands of CPUs
	lines.Scan()
	head, err := durations(strings.Fields(lines.Text()), 4)
	if err != nil {
		return s, fmt.Errorf("line 1: %w", err)
	}
	s.CPU, s.Wall, s.Elapsed = head[1], head[2], head[3]
	if s.Ops = int(head[0]); s.Ops < 1 {
		return s, errors.New("line 1: no operations")
	}
	lines.Scan()
	if s.Demand, err = parseDemand(lines.Text()); err != nil {
		return s, fmt.Errorf("line 2: %w", err)
	}
	for n := 3; lines.Scan(); n++ {
		fields := strings.Fields(lines.Text())
		times, err := durations(fields, max(1, len(fields)))
		if err != nil {
			return s, fmt.Errorf("line %d: %w", n, err)
		}
		s.Turns = append(s.Turns, len(times))
		if s.Times = append(s.Times, times...); len(s.Times) > maxSlices {
			return s, fmt.Errorf("line %d: more than %d slices", n, maxSlices)
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

// parseDemand reads four times, and three of every CPU behind its number.
func parseDemand(text string) (*Demand, error) {
	if text == "-" {
		return nil, nil
	}
	fields := strings.Fields(text)
	const ofProcess = 4
	head, err := durations(fields[:min(len(fields), ofProcess)], ofProcess)
	if err != nil {
		return nil, err
	}
	d := &Demand{Window: head[0], Blind: head[1], Own: head[2], Delayed: head[3], CPUs: map[int]CPUTime{}}
	for _, field := range fields[ofProcess:] {
		number, times, _ := strings.Cut(field, ":")
		id, err := strconv.Atoi(number)
		if err != nil || id < 0 {
			return nil, fmt.Errorf("%q is not a CPU", number)
		}
		t, err := durations(strings.Split(times, ":"), 3)
		if err != nil {
			return nil, fmt.Errorf("CPU %d: %w", id, err)
		}
		d.CPUs[id] = CPUTime{t[0], t[1], t[2]}
	}
	return d, nil
}

// durations reads so many numbers of nanoseconds.
func durations(fields []string, want int) (list []time.Duration, err error) {
	if len(fields) != want {
		return nil, fmt.Errorf("%d fields, not %d", len(fields), want)
	}
	for _, f := range fields {
		d, err := nanoseconds(f)
		if err != nil {
			return nil, err
		}
		list = append(list, d)
	}
	return list, nil
}

func nanoseconds(text string) (time.Duration, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("%q is not a number of nanoseconds", text)
	}
	return time.Duration(n), nil
}
