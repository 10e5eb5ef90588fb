package trace

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/perf/benchfmt"

	"overlap/internal/interval"
	"overlap/internal/table"
)

// Pairs are the latencies between CPUs: how long a value takes from one to another.
type Pairs struct {
	CPUs    []int                 // numbers of the kernel, ascending
	Latency [][]interval.Interval // in seconds, one way, by the places in CPUs; the same both ways; unknown on the diagonal
	Fewest  int                   // samples of any pair
	Method  string                // how a sample was taken, in words; empty if the file does not say
}

// The limits of a file of latencies.
const (
	maxPairs = 64 << 20
	maxCPUs  = 1 << 10
	maxCPU   = 1 << 16
)

// ReadPairs reads latencies in Go benchmark format, a line for each sample:
//
//	BenchmarkCoreToCore/from=0/to=1 1050 110 ns/op
//
// It fails on a file that is damaged, larger than 64 MiB, or without latencies.
// name stands for the file in errors.
func ReadPairs(r io.Reader, name string) (*Pairs, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxPairs+1))
	if err != nil {
		return nil, fmt.Errorf("latencies: %w", err)
	}
	if len(text) > maxPairs {
		return nil, errors.New("too large for latencies between CPUs")
	}
	samples := map[[2]int][]float64{}
	method := ""
	reader := benchfmt.NewReader(bytes.NewReader(text), name)
	for reader.Scan() {
		switch rec := reader.Result().(type) {
		case *benchfmt.SyntaxError:
			return nil, fmt.Errorf("line %d is damaged: %s", rec.Line, rec.Msg)
		case *benchfmt.Result:
			pair, sec, err := parsePair(rec)
			if err != nil {
				return nil, err
			}
			method = table.Printable(rec.GetConfig("latency"))
			samples[pair] = append(samples[pair], sec)
		}
	}
	if err := reader.Err(); err != nil {
		return nil, err
	}
	return newPairs(samples, method)
}

func parsePair(r *benchfmt.Result) (pair [2]int, sec float64, err error) {
	base, parts := r.Name.Parts()
	sec, _ = r.Value("sec/op")
	if string(base) != "CoreToCore" || len(parts) != 2 || !(sec > 0) || math.IsInf(sec, 1) {
		return pair, 0, fmt.Errorf("%s is not a latency between CPUs", table.Printable(r.Name.String()))
	}
	for i, key := range []string{"/from=", "/to="} {
		value, ok := strings.CutPrefix(string(parts[i]), key)
		pair[i], err = strconv.Atoi(value)
		if !ok || err != nil || pair[i] < 0 || pair[i] > maxCPU {
			return pair, 0, fmt.Errorf("%s does not say from= which CPU to= which", table.Printable(r.Name.String()))
		}
	}
	if pair[0] == pair[1] {
		return pair, 0, fmt.Errorf("%s is from a CPU to itself", table.Printable(r.Name.String()))
	}
	return [2]int{min(pair[0], pair[1]), max(pair[0], pair[1])}, sec, nil
}

func newPairs(samples map[[2]int][]float64, method string) (*Pairs, error) {
	if len(samples) == 0 {
		return nil, errors.New("there are no latencies between CPUs")
	}
	p := &Pairs{Fewest: math.MaxInt, Method: method}
	for pair := range samples {
		p.CPUs = append(p.CPUs, pair[:]...)
	}
	slices.Sort(p.CPUs)
	p.CPUs = slices.Compact(p.CPUs)
	if len(p.CPUs) > maxCPUs {
		return nil, fmt.Errorf("%d CPUs are more than can be drawn", len(p.CPUs))
	}
	p.Latency = make([][]interval.Interval, len(p.CPUs))
	for i := range p.Latency {
		p.Latency[i] = slices.Repeat([]interval.Interval{interval.Unknown}, len(p.CPUs))
	}
	for pair, seconds := range samples {
		var s interval.Series
		for round, sec := range seconds {
			s = append(s, interval.Timing{Round: round, Seconds: sec})
		}
		i, _ := slices.BinarySearch(p.CPUs, pair[0])
		j, _ := slices.BinarySearch(p.CPUs, pair[1])
		p.Latency[i][j] = s.Interval()
		p.Latency[j][i] = p.Latency[i][j]
		p.Fewest = min(p.Fewest, len(seconds))
	}
	return p, nil
}

// Between returns the latency between two CPUs; unknown if it was not measured.
func (p *Pairs) Between(from, to int) interval.Interval {
	i, ok1 := slices.BinarySearch(p.CPUs, from)
	j, ok2 := slices.BinarySearch(p.CPUs, to)
	if !ok1 || !ok2 {
		return interval.Unknown
	}
	return p.Latency[i][j]
}
