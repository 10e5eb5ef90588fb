package gate

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/perf/benchfmt"

	"overlap/bench/gate/stat"
	"overlap/bench/host"
	"overlap/bench/sweep"
	"overlap/internal/table"
)

// Stored is what the file of a check holds.
type Stored struct {
	Plan     Plan     // with the problems that came up later
	Series   []Series // of whole blocks, in the order of the plan's points
	Complete bool     // all blocks of all points are there
	Notes    []string // what was left out, and why
}

// Read reads a file that Create made. Notes say which blocks a killed check did not
// write. The error of a damaged file names the line: what cannot be read could have
// been the regression. Slices are rounded, as by Slot.Stored.
func Read(path string) (Stored, error) {
	f, err := os.Open(path)
	if err != nil {
		return Stored{}, fmt.Errorf("samples of a check: %w", err)
	}
	defer f.Close()
	s, err := read(f)
	if err != nil {
		return Stored{}, fmt.Errorf("samples of a check: %s: %w", path, err)
	}
	return s, nil
}

// Report is the report of the check but for what Judge finds.
func (s Stored) Report() *Report {
	return &Report{Setup: s.Plan.Setup, Ruled: s.Plan.Ruled, NotCompared: s.Plan.NotCompared, Complete: s.Complete, Notes: s.Notes}
}

// reader holds what was read of a file so far.
type reader struct {
	Plan
	line    int
	points  map[string]int // of the plan, by name: Points, and after them HeadOnly
	blocks  map[blockID]*partial
	config  map[string]string
	stopped map[string]bool // points
	open    *slotNote       // its result line is still to come
	slot    Slot            // of open
}

type blockID struct{ point, block int }

func (a blockID) compare(b blockID) int {
	return cmp.Or(cmp.Compare(a.point, b.point), cmp.Compare(a.block, b.block))
}

// partial is a block that may lack slots.
type partial struct {
	slots [4]Slot
	head  [4]bool
	have  int // slots, which come in the order of their places
}

// longestLine is the longest that is read; none that Create makes is as long.
const longestLine = 1 << 20

func read(from io.Reader) (Stored, error) {
	r := &reader{points: map[string]int{}, blocks: map[blockID]*partial{}, config: map[string]string{}, stopped: map[string]bool{}}
	b := bufio.NewReaderSize(from, longestLine)
	torn := false
	for {
		line, err := b.ReadSlice('\n')
		r.line++
		if errors.Is(err, io.EOF) {
			torn = len(line) > 0 || r.open != nil
			break
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			err = errors.New("the line is too long")
		}
		if err == nil {
			err = r.parse(string(bytes.TrimRight(line, "\r\n")))
		}
		if err != nil {
			return Stored{}, fmt.Errorf("line %d: %w; a damaged file cannot be judged: measure again", r.line, err)
		}
	}
	return r.stored(torn)
}

// config is a configuration line of the benchmark format.
var config = regexp.MustCompile(`^([\p{Ll}][^\s\p{Lu}:]*):(?:[ \t]+(.*))?$`)

// parse takes the next line.
func (r *reader) parse(line string) error {
	key, text, _ := strings.Cut(line, ": ")
	key += ": "
	if (r.line == 1) != (key == planLine) {
		return errors.New("the file does not begin with the plan of a check, or has two: only what overlap check wrote can be judged")
	}
	switch {
	case key == slotLine:
		return r.beginSlot(text)
	case key == slicesLine:
		return r.addSlices(text)
	case strings.HasPrefix(line, "Benchmark"):
		return r.endSlot(line)
	case strings.HasPrefix(line, "#"):
		return r.parsePlan(key, text)
	case line == "" || strings.HasPrefix(line, "Unit "):
		return nil
	}
	c := config.FindStringSubmatch(line)
	if c == nil {
		return fmt.Errorf("%.80q is not of the Go benchmark format", line)
	}
	r.config[c[1]] = c[2]
	return nil
}

// parsePlan takes a line of the plan.
func (r *reader) parsePlan(key, text string) error {
	var err error
	switch key {
	case planLine:
		err = json.Unmarshal([]byte(text), &r.Plan)
		if err == nil && r.Blocks < 1 {
			err = fmt.Errorf("%d blocks: there must be at least 1", r.Blocks)
		}
		if err == nil {
			err = r.Looks.check()
		}
	case pointLine, headOnlyLine:
		var p sweep.Point
		if err = json.Unmarshal([]byte(text), &p); err == nil {
			return r.addPoint(p, key == headOnlyLine)
		}
	case stoppedLine:
		var name string
		err = json.Unmarshal([]byte(text), &name)
		r.stopped[name] = true
	case ruleLine:
		if err = decodeInto((*[]Rule)(&r.Rules), text); err == nil {
			err = r.Rules[len(r.Rules)-1].check()
		}
	case ruleChangeLine:
		if err = decodeInto(&r.RuleChanges, text); err == nil {
			last := r.RuleChanges[len(r.RuleChanges)-1]
			err = errors.Join(last.Base.check(), last.Head.check())
		}
	case problemLine:
		err = decodeInto(&r.Problems, text)
	default:
		err = errors.New("an unknown line")
		if names := r.names(key); names != nil {
			err = decodeInto(names, text)
		}
	}
	if err != nil {
		return fmt.Errorf("%.80q cannot be read: %w", key+text, err)
	}
	return nil
}

// addPoint takes a point of the plan. Points of head alone are written last.
func (r *reader) addPoint(p sweep.Point, headOnly bool) error {
	if _, twice := r.points[p.String()]; twice {
		return fmt.Errorf("%.80q appears twice", p.String())
	}
	r.points[p.String()] = len(r.points)
	switch {
	case headOnly:
		r.HeadOnly = append(r.HeadOnly, p)
	case r.HeadOnly != nil:
		return fmt.Errorf("%.80q comes after the points of head alone", p.String())
	default:
		r.Points = append(r.Points, p)
	}
	return nil
}

// pointAt returns the point with a number.
func (r *reader) pointAt(i int) (p sweep.Point, headOnly bool) {
	if headOnly = i >= len(r.Points); headOnly {
		return r.HeadOnly[i-len(r.Points)], true
	}
	return r.Points[i], false
}

func decodeInto[T any](list *[]T, text string) error {
	var value T
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		return err
	}
	*list = append(*list, value)
	return nil
}

// beginSlot takes the first line of a slot.
func (r *reader) beginSlot(text string) error {
	nan := table.Null(math.NaN())
	n := slotNote{CPUs: nan, Allocs: nan, Bytes: nan, Pressure: nan}
	if err := json.Unmarshal([]byte(text), &n); err != nil || r.open != nil {
		return fmt.Errorf("a damaged slot: %.80q", text)
	}
	if _, known := r.points[n.Point]; !known || n.Block < 0 || n.Block >= r.Most() || n.Place < 0 || n.Place > 3 {
		return fmt.Errorf("a slot that is not in the plan: %.80q, block %d, place %d", n.Point, n.Block, n.Place)
	}
	r.open, r.slot = &n, Slot{Ops: n.Ops, CPUs: float64(n.CPUs), Allocs: float64(n.Allocs), Bytes: float64(n.Bytes), Pressure: float64(n.Pressure), Others: n.Others, Turns: n.Turns, Layout: n.Layout}
	return nil
}

// addSlices takes a line of slices.
func (r *reader) addSlices(text string) (err error) {
	if r.open == nil {
		return errors.New("slices without a slot")
	}
	r.slot.Slices, err = decode(r.slot.Slices, text)
	return err
}

// endSlot takes the result of a slot. The lines before it say the same: a file in which
// they differ was not written by a check.
func (r *reader) endSlot(line string) error {
	n, s := r.open, r.slot
	if n == nil {
		return fmt.Errorf("a result without its slot: %.80q", line)
	}
	if err := s.check(); err != nil {
		return err
	}
	p, headOnly := r.pointAt(r.points[n.Point])
	side := r.Base
	if n.Head || headOnly {
		side = r.Head
	}
	b := benchfmt.NewReader(strings.NewReader(line), "")
	b.Scan()
	result, ok := b.Result().(*benchfmt.Result)
	if !ok || result.Name.String() != p.Name() || !r.isOf(side) || len(s.Slices) != n.Count {
		return fmt.Errorf("the result differs from its slot: %.80q", line)
	}
	if t, _ := result.Value("sec/op"); !(math.Abs(1e9*t/stat.Average(s.Slices)-1) < grain) {
		return fmt.Errorf("the time of the result differs from its slices: %.80q", line)
	}
	r.open = nil
	return r.addSlot(*n, s)
}

// isOf reports whether the configuration lines are those of a side.
func (r *reader) isOf(side Revision) bool {
	return !slices.ContainsFunc(side.config(), func(p host.Pair) bool { return r.config[p.Key] != p.Value })
}

// addSlot puts a slot into its block.
func (r *reader) addSlot(n slotNote, s Slot) error {
	id := blockID{r.points[n.Point], n.Block}
	b := r.blocks[id]
	if b == nil {
		b = &partial{}
		r.blocks[id] = b
	}
	_, headOnly := r.pointAt(id.point)
	other := n.Place > 0 && n.Head != (b.head[0] != (n.Place < 3))
	if n.Place != b.have || !headOnly && other || headOnly && !n.Head {
		return fmt.Errorf("%s, block %d: a slot is missing, repeated or of the wrong side", n.Point, n.Block)
	}
	if other := [4]int{0, 1, 1, 0}[n.Place]; other < n.Place && s.Layout != b.slots[other].Layout {
		return fmt.Errorf("%s, block %d: the two slots of a side have different layouts", n.Point, n.Block)
	}
	b.slots[n.Place], b.head[n.Place] = s, n.Head
	b.have++
	return nil
}

// stored returns the whole blocks.
func (r *reader) stored(torn bool) (Stored, error) {
	s := Stored{Plan: r.Plan, Complete: true}
	if torn {
		s.Notes = append(s.Notes, fmt.Sprintf("the file of samples ends within a slot, at line %d: the check that wrote it was killed", r.line))
	}
	blocks := make([][]Block, len(r.points))
	for _, id := range slices.SortedFunc(maps.Keys(r.blocks), blockID.compare) {
		if b := r.blocks[id]; b.have == 4 {
			blocks[id.point] = append(blocks[id.point], Block{HeadFirst: b.head[0], Slots: b.slots})
		}
	}
	for i := range len(r.points) {
		p, headOnly := r.pointAt(i)
		series := Series{p, blocks[i], headOnly}
		if len(series.Blocks) < r.Most() && !r.stopped[p.String()] {
			s.Complete = false
			s.Notes = append(s.Notes, fmt.Sprintf("%s: only %d of %d blocks were measured whole", p, len(series.Blocks), r.Most()))
		}
		if len(series.Blocks) > 0 {
			s.Series = append(s.Series, series)
		}
	}
	if len(s.Series) == 0 {
		return Stored{}, errors.New("it has no complete block: measure again")
	}
	return s, nil
}
