// Package report turns result files into gains, ceilings and verdicts. It
// knows benchmarks only by the Go benchmark format, so it reads what go test
// wrote as well as what overlap run wrote, and nothing of how it was measured.
package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/perf/benchfmt"
)

// Point is a configuration as a result file names it.
type Point struct {
	Workload string `json:"workload"`          // the benchmark's name without key=value parts, see parsePoint
	Package  string `json:"package,omitempty"` // of a benchmark without an executor
	Executor string `json:"executor"`          // empty: the benchmark knows no executors
	Size     string `json:"size"`
	Variant  string `json:"variant,omitempty"` // of the workload; empty is its first
	Weak     bool   `json:"weak,omitempty"`    // the job grew with the workers
	Workers  int    `json:"workers"`           // 0: the benchmark decides
	Cores    int    `json:"cores"`
	Procs    int    `json:"procs"`  // GOMAXPROCS
	Slices   int    `json:"slices"` // above 1: one of so many equal shares of the job
	Copies   int    `json:"copies"` // above 1: the slowest of so many processes at once
}

// Parallelism is how many goroutines of the point can run at the same instant.
func (p Point) Parallelism() int { return min(p.Cores, p.Procs) }

// Serial reports whether the point is the plain serial program, which COST
// compares with.
func (p Point) Serial() bool { return p.Executor == "serial" }

// Sample is one measurement of a point.
type Sample struct {
	// Seconds is the wall time of a job. With weak scaling it is that of the
	// work that one worker would have had, so that the quotient of two is
	// again a gain in throughput (the scaled speedup of Gustafson, 1988).
	Seconds float64

	// Round is that of the sweep in which it was taken, from 1. Where the file
	// does not tell, the k-th sample of a point is of round k.
	Round int

	Inflight float64 // mean tasks in progress; 0 if not measured
	CPUsBusy float64 // mean CPUs at work; 0 if not measured
	Pressure float64 // share of the CPUs that others took; 0 if not measured

	// What the speedup stack is made of; NaN if not measured.
	GC                         float64 // CPUs that collected garbage
	RunQueue, Steal, Throttled float64 // CPUs' worth of waiting for a CPU, for the hypervisor, for the quota
	Idle                       float64 // idle CPUs of those that the process may use
	Locked, Runnable           float64 // goroutines that waited for a lock, and for a CPU

	// Seconds that a task took from its start, and that an item took from when
	// it was due; NaN if not measured.
	Task50, Task99       float64
	Arrival50, Arrival99 float64

	Items    float64 // useful work per second, in the workload's unit; NaN if not measured
	Fairness float64 // Jain's index over the workers; NaN if not measured
}

// Data is the content of result files.
type Data struct {
	Files   []string
	Host    map[string]string // configuration that all results share
	Kinds   map[string]string // workload → kind, where the file says
	Expects map[string]string // workload, or workload/variant → scaling to expect, where the file says
	Order   []string          // the workloads of Kinds, as the file orders them
	Points  []Point           // in the order of their first sample
	Samples map[Point][]Sample

	rounds int // the highest of any sample
}

// FileError says what is wrong with a result file and how to mend it.
type FileError struct {
	Path    string
	Problem string
}

func (e *FileError) Error() string { return e.Path + ": " + e.Problem }

// Load reads result files; the rounds of one follow those of the file before. It
// fails, with a FileError, on a file that is empty, cut, or
// not in the Go benchmark format: half of the data would give wrong answers
// without a word.
func Load(paths ...string) (*Data, error) {
	d := newData(paths)
	for _, path := range paths {
		if err := d.load(path); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// Read is Load from a reader. name stands for the file in errors.
func Read(r io.Reader, name string) (*Data, error) {
	d := newData([]string{name})
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("result file: %w", err)
	}
	if _, err := d.read(text, name); err != nil {
		return nil, err
	}
	return d, nil
}

func newData(files []string) *Data {
	return &Data{Files: files, Kinds: map[string]string{}, Expects: map[string]string{}, Samples: map[Point][]Sample{}}
}

func (d *Data) load(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("result file: %w", err)
	}
	if len(bytes.TrimSpace(text)) == 0 {
		return &FileError{path, "the file is empty; overlap run makes a new one"}
	}
	if text[len(text)-1] != '\n' && (bytes.HasPrefix(text, []byte("Benchmark")) || bytes.Contains(text, []byte("\nBenchmark"))) {
		return &FileError{path, fmt.Sprintf("the file was cut in its last line, line %d; remove that line to use the others", bytes.Count(text, []byte("\n"))+1)}
	}
	found, err := d.read(text, path)
	if err != nil {
		return err
	}
	if found == 0 {
		return &FileError{path, "it has no benchmark results: is it the output of overlap run or go test -bench?"}
	}
	return nil
}

// read adds the results of one file and returns how many they were.
func (d *Data) read(text []byte, path string) (found int, err error) {
	reader := benchfmt.NewReader(bytes.NewReader(text), path)
	rounds, before := roundsOf(text), d.rounds
	for reader.Scan() {
		switch rec := reader.Result().(type) {
		case *benchfmt.SyntaxError:
			return 0, &FileError{path, fmt.Sprintf("line %d is damaged: %s; remove it to use the others", rec.Line, rec.Msg)}
		case *benchfmt.Result:
			round := 0
			if found < len(rounds) {
				round = before + rounds[found]
			}
			if err := d.add(rec, round); err != nil {
				file, line := rec.Pos()
				return 0, &FileError{file, fmt.Sprintf("line %d: %v", line, err)}
			}
			found++
		}
	}
	if err := reader.Err(); errors.Is(err, bufio.ErrTooLong) {
		return 0, &FileError{path, fmt.Sprintf("it has a line longer than %d KiB: is it a result file?", bufio.MaxScanTokenSize>>10)}
	} else if err != nil {
		return 0, &FileError{path, strings.TrimPrefix(err.Error(), path+":")}
	}
	return found, nil
}

// roundsOf reads the rounds of the samples in their order, from the lines that a
// sweep writes before each and that readers of the benchmark format skip.
func roundsOf(text []byte) (rounds []int) {
	for line := range bytes.Lines(text) {
		note, ok := bytes.CutPrefix(line, []byte("# sample: "))
		if !ok {
			continue
		}
		var n struct{ Round int }
		if err := json.Unmarshal(note, &n); err != nil || n.Round < 1 || n.Round > believed {
			return nil
		}
		rounds = append(rounds, n.Round)
	}
	return rounds
}

func (d *Data) add(r *benchfmt.Result, round int) error {
	p, err := parsePoint(r)
	if err != nil {
		return err
	}
	sec, ok := r.Value("sec/op")
	if !ok || !(sec > 0) || math.IsInf(sec, 1) {
		return fmt.Errorf("%s has no time (ns/op)", r.Name)
	}
	if p.Weak {
		sec /= float64(p.Workers)
	}
	s := Sample{Seconds: sec, Round: round}
	if round == 0 {
		s.Round = len(d.Samples[p]) + 1
	}
	d.rounds = max(d.rounds, s.Round)
	for unit, value := range map[string]*float64{"tasks-inflight": &s.Inflight, "cpus-busy": &s.CPUsBusy, "pressure": &s.Pressure} {
		if x, ok := r.Value(unit); ok && x >= 0 && x <= believed {
			*value = x
		}
	}
	for unit, value := range map[string]*float64{
		"gc-cpus": &s.GC, "runq-cpus": &s.RunQueue, "steal-cpus": &s.Steal, "throttled-cpus": &s.Throttled,
		"idle-cpus": &s.Idle, "goroutines-locked": &s.Locked, "goroutines-runnable": &s.Runnable,
		"p50-sec/task": &s.Task50, "p99-sec/task": &s.Task99, "p50-sec/arrival": &s.Arrival50, "p99-sec/arrival": &s.Arrival99,
		"items/s": &s.Items, "fairness": &s.Fairness,
	} {
		*value = math.NaN()
		if x, ok := r.Value(unit); ok {
			*value = degree(x)
		}
	}
	if err := d.configure(r); err != nil {
		return err
	}
	if len(d.Samples[p]) == 0 {
		d.Points = append(d.Points, p)
	}
	d.Samples[p] = append(d.Samples[p], s)
	return nil
}

// configure keeps the configuration that all results have in common. Results of
// two machines are refused: their times must not be divided by each other.
func (d *Data) configure(r *benchfmt.Result) error {
	for _, key := range []string{"host", "cpu"} {
		if was, is := d.Host[key], r.GetConfig(key); d.Host != nil && was != is {
			return fmt.Errorf("%s is %q, in the results before it was %q: report one machine at a time", key, is, was)
		}
	}
	for pair := range strings.FieldsSeq(r.GetConfig("kinds")) {
		if name, kind, ok := strings.Cut(pair, "="); ok && d.Kinds[name] == "" && len(kind) <= longest {
			d.Kinds[name] = printable(kind)
			d.Order = append(d.Order, name)
		}
	}
	for pair := range strings.FieldsSeq(r.GetConfig("expect")) {
		if name, shape, ok := strings.Cut(pair, "="); ok && d.Expects[name] == "" && len(shape) <= longest {
			d.Expects[name] = printable(shape)
		}
	}
	if d.Host == nil {
		d.Host = map[string]string{}
		for _, c := range r.Config {
			if c.File && c.Key != "kinds" && c.Key != "expect" {
				d.Host[c.Key] = string(c.Value)
			}
		}
		return nil
	}
	for key, value := range d.Host {
		if r.GetConfig(key) != value {
			delete(d.Host, key)
		}
	}
	return nil
}

// parsePoint reads the point from the parts of the name. GOMAXPROCS is the
// number behind the last dash, 1 if there is none; copies are a configuration
// line, because the name is that of one copy. A benchmark without an executor
// is not of the suite: what its author wrote into its name tells it from
// others, so that all but the numbers stays in the name.
func parsePoint(r *benchfmt.Result) (Point, error) {
	base, parts := r.Name.Parts()
	p := Point{Workload: string(base), Size: "medium", Procs: 1, Slices: 1, Copies: 1}
	foreign := !bytes.Contains(r.Name, []byte("/executor="))
	if foreign {
		p.Size, p.Package = "", printable(r.GetConfig("pkg"))
	}
	numbers := map[string]*int{"workers": &p.Workers, "cores": &p.Cores, "slices": &p.Slices}
	for _, part := range parts {
		if part[0] == '-' {
			n, err := strconv.Atoi(string(part[1:]))
			if err != nil {
				return p, fmt.Errorf("%s: GOMAXPROCS: %w", r.Name, err)
			}
			p.Procs = n
			continue
		}
		key, value, ok := strings.Cut(string(part[1:]), "=")
		if !ok {
			p.Workload += string(part)
			continue
		}
		if number := numbers[key]; number != nil {
			n, err := strconv.Atoi(value)
			if err != nil || n < 1 {
				return p, fmt.Errorf("%s: %s is %q, which is not a number from 1", r.Name, key, value)
			}
			*number = n
			continue
		}
		switch {
		case key == "executor":
			p.Executor = value
		case foreign && key != "scaling":
			p.Workload += string(part)
		case key == "size":
			p.Size = value
		case key == "variant":
			p.Variant = value
		case key == "scaling":
			if value != "weak" && value != "strong" {
				return p, fmt.Errorf("%s: scaling is %q, neither strong nor weak", r.Name, value)
			}
			p.Weak = value == "weak"
		}
	}
	if copies := r.GetConfig("copies"); copies != "" {
		n, err := strconv.Atoi(copies)
		if err != nil || n < 1 {
			return p, fmt.Errorf("copies: %q is not a number from 1", copies)
		}
		p.Copies = n
	}
	p.Workload, p.Executor, p.Size, p.Variant = printable(p.Workload), printable(p.Executor), printable(p.Size), printable(p.Variant)
	if p.Cores == 0 || p.Procs < 1 || p.Workers == 0 && (!foreign || p.Weak) {
		return p, fmt.Errorf("benchmark %s does not say its workers= and cores=, so there is nothing to factorise", r.Name)
	}
	return p, nil
}

// longest is how much of a kind or shape is believed to be one, in bytes.
const longest = 40

// printable replaces characters that control: they would break a terminal or a
// picture, or turn the direction of the text round.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar {
			return '\uFFFD'
		}
		return r
	}, s)
}

var errNoBaseline = errors.New("no measurement with 1 worker on 1 core to compare with")
