package gate

import (
	"encoding/json"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/perf/benchfmt"

	"overlap/bench/gate/stat"
	"overlap/bench/host"
	"overlap/bench/sweep"
	"overlap/internal/table"
)

// Plan is what a check is about to measure, and what is known before it does.
type Plan struct {
	Setup
	SlotTime time.Duration   `json:"slot_ns"`           // of the longest slots: see Config.Brief
	Demands  map[int]float64 `json:"demands,omitempty"` // minimum efficiency by cores

	// Each has a line of its own in the file: readers of the benchmark format do not
	// accept lines of more than 64 KiB.
	Points      []sweep.Point `json:"-"`
	HeadOnly    []sweep.Point `json:"-"` // compared with nothing
	Ruled       `json:"-"`
	NotCompared `json:"-"`
}

// Lines of a file that are not in the benchmark format.
const (
	planLine       = "# check: "     // first
	pointLine      = "# point: "     // once for each point of the plan
	headOnlyLine   = "# alone: "     // once for each point of head alone
	identicalLine  = "# identical: " // package
	addedLine      = "# added: "     // benchmark
	removedLine    = "# removed: "   // benchmark
	changedLine    = "# changed: "   // benchmark
	ruleLine       = "# rule: "      // of a comment above a benchmark
	ruleChangeLine = "# rule changed: "
	problemLine    = "# problem: "
	stoppedLine    = "# stopped: " // name of a point that is not measured until the last look
	slotLine       = "# slot: "    // before the result of a slot
	slicesLine     = "# slices: "  // after slotLine, as often as it takes
)

// File is the result file of a check while it measures: each slot is on disk before the
// next one begins. For benchstat and other readers of the Go benchmark format
// each slot is a result, and its lines commit, go, env, flags and tags say of which side:
//
//	benchstat -col commit FILE
//
// Lines that they skip hold the slices, for Read.
type File struct {
	*sweep.File
	plan  Plan
	about []host.Pair
}

// Create makes DIR/HOST/checks/TIME.txt. about is what all samples have in
// common, such as host.Fingerprint. Names that would break the file's lines are an
// error. The file is locked until Close, which removes it if it has no sample.
func Create(dir string, p Plan, about []host.Pair) (*File, error) {
	head, err := p.lines()
	if err != nil {
		return nil, err
	}
	for _, c := range slices.Concat(about, p.Base.config(), p.Head.config()) {
		if strings.ContainsFunc(c.Value, unicode.IsControl) {
			return nil, fmt.Errorf("%s: %q has control characters, which a result file cannot hold", c.Key, c.Value)
		}
	}
	f, err := sweep.CreateIn(filepath.Join(sweep.HostDir(dir, p.Host), "checks"), head, p.Time)
	if err != nil {
		return nil, err
	}
	return &File{File: f, plan: p, about: about}, nil
}

// lines writes the plan as the beginning of a file.
func (p *Plan) lines() (string, error) {
	var b strings.Builder
	if err := jsonLine(&b, planLine, p); err != nil {
		return "", fmt.Errorf("plan of the check: %w", err)
	}
	names := map[string]bool{}
	for i, point := range slices.Concat(p.Points, p.HeadOnly) {
		line := pointLine
		if i >= len(p.Points) {
			line = headOnlyLine
		}
		name := point.String()
		if strings.ContainsFunc(point.Name()+point.Package, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }) {
			return "", fmt.Errorf("%.200q has a character in its name that a result file cannot hold; rename the benchmark or leave it out", name)
		}
		if names[name] {
			return "", fmt.Errorf("%s appears twice in the plan of the check", name)
		}
		names[name] = true
		if err := jsonLine(&b, line, point); err != nil {
			return "", fmt.Errorf("point %s: %w", name, err)
		}
	}
	for _, line := range []string{identicalLine, addedLine, removedLine, changedLine} {
		for _, name := range *p.names(line) {
			if err := jsonLine(&b, line, name); err != nil {
				return "", err
			}
		}
	}
	for _, rule := range p.Rules {
		if err := jsonLine(&b, ruleLine, rule); err != nil {
			return "", err
		}
	}
	for _, change := range p.RuleChanges {
		if err := jsonLine(&b, ruleChangeLine, change); err != nil {
			return "", err
		}
	}
	for _, problem := range p.Problems {
		if err := jsonLine(&b, problemLine, problem.short()); err != nil {
			return "", err
		}
	}
	b.WriteString("Unit B/op better=lower\nUnit allocs/op better=lower\n")
	return b.String(), nil
}

// names returns the list that has a line for each element, nil for other lines.
func (p *Plan) names(line string) *[]string {
	return map[string]*[]string{identicalLine: &p.Identical, addedLine: &p.Added, removedLine: &p.Removed, changedLine: &p.Changed}[line]
}

func jsonLine(b *strings.Builder, line string, value any) error {
	text, err := json.Marshal(value)
	fmt.Fprintf(b, "%s%s\n", line, text)
	return err
}

// maxWhy is how much of a reason the file keeps, in bytes: a compiler may print a
// lot.
const maxWhy = 4 << 10

func (p Problem) short() Problem {
	p.Why = strings.ToValidUTF8(p.Why[:min(len(p.Why), maxWhy)], "")
	return p
}

// AddProblem notes what could not be measured.
func (f *File) AddProblem(p Problem) error {
	var b strings.Builder
	if err := jsonLine(&b, problemLine, p.short()); err != nil {
		return err
	}
	return f.Add(b.String(), nil)
}

// Stop notes that a point is not measured until the last look.
func (f *File) Stop(p sweep.Point) error {
	var b strings.Builder
	if err := jsonLine(&b, stoppedLine, p.String()); err != nil {
		return err
	}
	return f.Add(b.String(), nil)
}

// Append writes a slot and returns when it is on disk. The file holds the slices
// as Slot.Stored gives them, which is what must be judged if a file is to be
// judged again with the same result.
func (f *File) Append(r Record) error {
	if err := r.Slot.check(); err != nil {
		return fmt.Errorf("%s, block %d: %w", r.Point, r.Block, err)
	}
	var b strings.Builder
	s := r.Slot
	n := slotNote{r.Point.String(), r.Block, r.Place, r.Head, s.Ops, len(s.Slices), table.Null(s.CPUs), table.Null(s.Allocs), table.Null(s.Bytes), table.Null(s.Pressure), s.Others, s.Turns, s.Layout}
	if err := jsonLine(&b, slotLine, n); err != nil {
		return fmt.Errorf("%s: %w", r.Point, err)
	}
	for part := range slices.Chunk(s.Slices, slicesInLine) {
		b.WriteString(slicesLine + encode(part) + "\n")
	}
	return f.Add(b.String(), f.result(r))
}

// slotNote is the text after slotLine. Numbers that are not known are null.
type slotNote struct {
	Point    string     `json:"point"`
	Block    int        `json:"block"`
	Place    int        `json:"place"`
	Head     bool       `json:"head"`
	Ops      int        `json:"ops"`
	Count    int        `json:"slices"`
	CPUs     table.Null `json:"cpus"`
	Allocs   table.Null `json:"allocs"`
	Bytes    table.Null `json:"bytes"`
	Pressure table.Null `json:"pressure"`
	Others   Others     `json:"others,omitempty"`
	Turns    bool       `json:"turns,omitempty"`
	Layout   int64      `json:"layout,omitempty"` // seed of the order of functions; absent for the linker's own
}

// result is a slot in the benchmark format.
func (f *File) result(r Record) *benchfmt.Result {
	side := f.plan.Base
	if r.Head {
		side = f.plan.Head
	}
	s := r.Slot.Stored()
	result := &benchfmt.Result{Name: benchfmt.Name(r.Point.Name()), Iters: s.Ops * len(s.Slices)}
	add := func(value float64, unit string) {
		if !math.IsNaN(value) {
			result.Values = append(result.Values, benchfmt.Value{Value: value, Unit: unit})
		}
	}
	add(stat.Average(s.Slices), "ns/op")
	slices.Sort(s.Slices)
	for _, q := range []struct {
		share float64
		unit  string
	}{{.02, "q02-ns/op"}, {.25, "q25-ns/op"}, {.5, "q50-ns/op"}} {
		add(s.Slices[int(q.share*float64(len(s.Slices)-1)+.5)], q.unit)
	}
	add(s.Bytes, "B/op")
	add(s.Allocs, "allocs/op")
	add(max(s.CPUs, almostZero), "cpus-busy")
	add(max(s.Pressure, almostZero), "pressure")
	about := slices.DeleteFunc(slices.Clone(f.about), side.hides)
	for _, p := range slices.Concat(about, side.config(), []host.Pair{
		{Key: "pkg", Value: r.Point.Package}, {Key: "copies", Value: strconv.Itoa(max(1, r.Point.Copies))},
	}) {
		if p.Value != "" {
			result.Config = append(result.Config, benchfmt.Config{Key: p.Key, Value: []byte(p.Value), File: true})
		}
	}
	return result
}

// almostZero is written instead of zero, as package bench does: benchstat cannot take
// the geometric mean of zero.
const almostZero = 1e-6

// label is the revision as the value of a configuration line.
func (r Revision) label() string {
	if r.Dirty {
		return r.Commit + "-dirty"
	}
	return r.Commit
}
