package gate_test

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"overlap/bench"
	"overlap/bench/gate"
	"overlap/bench/host"
	"overlap/bench/sweep"
	"overlap/workloads"
)

func point(name string, cores, copies int) sweep.Point {
	return sweep.Point{Point: bench.Point{Workload: name, Cores: cores, Procs: cores, Slices: 1}, Package: "example.com/m", Copies: copies}
}

func plan(blocks int, points ...sweep.Point) gate.Plan {
	return gate.Plan{
		Setup: gate.Setup{
			Base: gate.Revision{Name: "main", Commit: oldCommit}, Head: gate.Revision{Name: "worktree", Commit: oldCommit, Dirty: true},
			Time: time.Date(2026, 11, 23, 5, 0, 0, 0, time.UTC), Host: "box", Machine: "Zephyr", Blocks: blocks, Budget: time.Minute,
			Seed: math.MaxUint64, Alpha: .01, Threshold: .03,
		},
		SlotTime: 50 * time.Millisecond, Demands: map[int]float64{2: .8}, Points: points,
		NotCompared: gate.NotCompared{
			Identical: []string{"m/c"}, Added: []string{"m.New"}, Removed: []string{"m.Old"}, Problems: []gate.Problem{{Name: "m/e", Why: "a\nb"}},
			Changed: []string{"m.Other"},
		},
		Ruled: gate.Ruled{
			Rules:       gate.Rules{{Package: "m", Benchmark: "Sum", Threshold: .1}, {Package: "m", Benchmark: "New", Demands: map[int]float64{2: .7}}},
			RuleChanges: []gate.RuleChange{{Base: gate.Rule{Package: "m", Benchmark: "Sum"}, Head: gate.Rule{Package: "m", Benchmark: "Sum", Threshold: .1}}},
		},
	}
}

var about = []host.Pair{{Key: "host", Value: "box"}, {Key: "go", Value: "go1.26"}}

// records are the slots of a check in the order in which they are measured.
func records(p gate.Plan, each int) (all []gate.Record) {
	r := rand.New(rand.NewPCG(1, 2))
	for block := range p.Blocks {
		for i, point := range slices.Concat(p.Points, p.HeadOnly) {
			coin := (block+i)%2 == 0
			alone := i >= len(p.Points)
			for place := range 4 {
				s := gate.Slot{Ops: 12 + place, CPUs: 1.9, Allocs: float64(i), Bytes: nan, Pressure: 0}
				if i < 3 { // the last point is as files of older versions have it
					s.Others = gate.Others{"0-1": .25, "7": -.004}
					s.Layout = int64(1 + 2*block + [4]int{0, 1, 1, 0}[place])
				}
				for range each {
					s.Slices = append(s.Slices, 1000*math.Exp(.3*r.NormFloat64())*float64(1+r.IntN(2)))
				}
				all = append(all, gate.Record{Head: alone || coin != (place == 1 || place == 2), Point: point, Block: block, Place: place, Slot: s})
			}
		}
	}
	return all
}

// store writes a file and returns its path.
func store(t *testing.T, p gate.Plan, all []gate.Record, stopped ...sweep.Point) string {
	t.Helper()
	return storeAt(t, p, about, all, stopped...)
}

func storeAt(t *testing.T, p gate.Plan, about []host.Pair, all []gate.Record, stopped ...sweep.Point) string {
	t.Helper()
	f, err := gate.Create(t.TempDir(), p, about)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range all {
		if err := f.Append(r); err != nil {
			t.Fatal(err)
		}
	}
	for _, point := range stopped {
		if err := f.Stop(point); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return f.Path()
}

// want is what Read must give back of records.
func want(p gate.Plan, all []gate.Record) (series []gate.Series) {
	for i, point := range slices.Concat(p.Points, p.HeadOnly) {
		s := gate.Series{Point: point, HeadOnly: i >= len(p.Points)}
		for i := 0; i+4 <= len(all); i += 4 {
			if all[i].Point != point {
				continue
			}
			b := gate.Block{HeadFirst: all[i].Head}
			for j := range b.Slots {
				b.Slots[j] = all[i+j].Slot.Stored()
			}
			s.Blocks = append(s.Blocks, b)
		}
		if s.Blocks != nil {
			series = append(series, s)
		}
	}
	return series
}

// same compares what has NaN in it.
func same(a, b any) bool { return fmt.Sprintf("%+v", a) == fmt.Sprintf("%+v", b) }

func TestFileGivesBackWhatWasMeasured(t *testing.T) {
	for _, n := range []int{1, 400, 13000} {
		p := plan(2, point("Sum", 1, 1), point("Sum", 2, 1), point("Sum", 1, 2), sweep.Point{Point: bench.Point{Workload: "Primes", Executor: "pool", Workers: 8, Cores: 2, Procs: 2, Size: workloads.Small, Slices: 2}, Copies: 2})
		p.HeadOnly = []sweep.Point{point("New", 1, 1), point("New", 2, 1)}
		all := records(p, n)
		s, err := gate.Read(store(t, p, all))
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(s.Plan, p) || !s.Complete || len(s.Notes) > 0 {
			t.Errorf("%d slices: got %+v, want %+v", n, s.Plan, p)
		}
		if !same(s.Series, want(p, all)) {
			t.Errorf("%d slices: the series differ", n)
		}
		r := s.Report()
		if !reflect.DeepEqual(r.Base, p.Base) || !reflect.DeepEqual(r.Head, p.Head) || !r.Time.Equal(p.Time) || r.Seed != p.Seed || r.Blocks != 2 || r.Alpha != .01 || r.Threshold != .03 || !r.Complete || len(r.Rules)+len(r.RuleChanges) != 3 || len(r.Identical)+len(r.Added)+len(r.Removed)+len(r.Problems)+len(r.Changed) != 5 {
			t.Errorf("the report is %+v", r)
		}
	}
}

// What stopped at a look is complete, and what has not reached the last is not.
func TestStoppedPointsAreComplete(t *testing.T) {
	p := plan(4, point("Sum", 1, 1), point("Max", 2, 1))
	p.Looks = gate.Looks{2, 4, 6}
	all := records(p, 3)
	half := slices.DeleteFunc(slices.Clone(all), func(r gate.Record) bool { return r.Point.Workload == "Sum" && r.Block >= 2 })
	for _, test := range []struct {
		stopped  []sweep.Point
		complete bool
	}{{p.Points, true}, {p.Points[:1], false}, {nil, false}} {
		s, err := gate.Read(store(t, p, half, test.stopped...))
		if err != nil {
			t.Fatal(err)
		}
		if s.Complete != test.complete || !slices.Equal(s.Plan.Looks, p.Looks) || gate.Measured(s.Series) != (gate.Range{Least: 2, Most: 4}) {
			t.Errorf("stopped %v: complete is %v, %q", test.stopped, s.Complete, s.Notes)
		}
	}
	p.Blocks = 6 // as if the time had sufficed
	if s, err := gate.Read(store(t, p, records(p, 3))); err != nil || !s.Complete {
		t.Errorf("all blocks of the last look: %v, %v, %q", err, s.Complete, s.Notes)
	}
}

func TestSlicesAreRoundedALittle(t *testing.T) {
	s := gate.Slot{Ops: 1, Slices: []float64{1e-6, .3, 1, 123.456, 5e8, 3e16}}
	stored := s.Stored()
	for i, ns := range s.Slices {
		if off := math.Abs(stored.Slices[i]/ns - 1); off > .51e-4 {
			t.Errorf("%v is stored as %v", ns, stored.Slices[i])
		}
	}
	if again := stored.Stored(); !reflect.DeepEqual(again, stored) {
		t.Errorf("what is stored twice is %v, once %v", again, stored)
	}
	if stored.Slices[3] == 123.456 || s.Slices[3] != 123.456 {
		t.Error("Stored rounds nothing, or its argument")
	}
}

func TestSlotOf400SlicesTakesLittleMoreThanAKilobyte(t *testing.T) {
	p := plan(1, point("Sum", 1, 1))
	info, err := os.Stat(store(t, p, records(p, 400)))
	if err != nil {
		t.Fatal(err)
	}
	if size := info.Size(); size > 4*1700+4000 {
		t.Errorf("4 slots take %d bytes", size)
	}
}

// benchstat compares base and head, and has nothing to warn of.
func TestBenchstatComparesTheSides(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds benchstat")
	}
	p := plan(3, point("Sum", 1, 1), point("Sum", 2, 1), point("Sum", 1, 2))
	all := records(p, 13000) // with the longest lines
	for i := range all {
		all[i].Slot.Allocs, all[i].Slot.Bytes = 3+float64(i%2), 100+float64(i)
	}
	cmd := exec.Command("go", "tool", "-modfile=tools.mod", "benchstat", "-col", "commit", store(t, p, all))
	cmd.Dir = "../.."
	var warnings strings.Builder
	cmd.Stderr = &warnings
	out, err := cmd.Output()
	if err != nil || warnings.Len() > 0 {
		t.Fatalf("%v\n%s", err, warnings.String())
	}
	for _, text := range []string{oldCommit, oldCommit + "-dirty", "\nSum/cores=1 ", "\nSum/cores=2-2 ", "copies: 2", "allocs/op", "q02-sec/op", "cpus-busy"} {
		if !strings.Contains(string(out), text) {
			t.Errorf("benchstat says nothing of %q:\n%s", text, out)
		}
	}
	for line := range strings.Lines(string(out)) {
		if note, ok := strings.CutPrefix(strings.TrimSpace(line), "¹ "); ok && !strings.Contains(note, "need >= ") && !strings.Contains(note, "all samples are equal") {
			t.Errorf("benchstat warns: %s", line)
		}
	}
}

func TestFilesAreInTheFolderOfTheirHost(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct{ host, dir string }{{"box", "box"}, {"../../x", "..-..-x"}, {"..", "unnamed"}} {
		p := plan(1, point("Sum", 1, 1))
		p.Host = c.host
		f, err := gate.Create(dir, p, about)
		if err != nil {
			t.Fatal(err)
		}
		if want := filepath.Join(dir, c.dir, "checks", "2026-11-23T05-00-00Z.txt"); f.Path() != want {
			t.Errorf("%q: %s, want %s", c.host, f.Path(), want)
		}
		if err := f.AddProblem(gate.Problem{Name: "Sum", Why: "killed"}); err != nil {
			t.Error(err)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(f.Path()); !os.IsNotExist(err) {
			t.Errorf("a file without a sample stays: %v", err)
		}
	}
}

func TestWhatNoFileCanHoldIsRefused(t *testing.T) {
	for name, break1 := range map[string]func(*gate.Plan){
		"blank":  func(p *gate.Plan) { p.Points[0].Workload = "a b" },
		"line":   func(p *gate.Plan) { p.Points[0].Workload = "a\nBenchmarkB" },
		"pkg":    func(p *gate.Plan) { p.Points[0].Package = "m\nhost: x" },
		"commit": func(p *gate.Plan) { p.Head.Commit = "a\nhost: x" },
		"twice":  func(p *gate.Plan) { p.Points = append(p.Points, p.Points[0]) },
		"number": func(p *gate.Plan) { p.Alpha = nan },
	} {
		p, dir := plan(1, point("Sum", 1, 1)), t.TempDir()
		break1(&p)
		if _, err := gate.Create(dir, p, about); err == nil {
			t.Errorf("%s was not refused", name)
		}
		if left, _ := os.ReadDir(dir); len(left) > 0 {
			t.Errorf("%s: %v is left", name, left)
		}
	}
}

func TestSlotsThatAreNoneAreRefused(t *testing.T) {
	p := plan(1, point("Sum", 1, 1))
	f, err := gate.Create(t.TempDir(), p, about)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	good := records(p, 3)[0]
	if err := f.Append(good); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(f.Path())
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]gate.Slot{
		"no slices": {Ops: 1}, "no ops": {Slices: []float64{1}}, "many ops": {Ops: math.MaxInt32, Slices: []float64{1}}, "zero": {Ops: 1, Slices: []float64{1, 0}},
		"negative": {Ops: 1, Slices: []float64{-1}}, "nan": {Ops: 1, Slices: []float64{nan}}, "inf": {Ops: 1, Slices: []float64{inf}},
		"cpus": {Ops: 1, Slices: []float64{1}, CPUs: -1}, "pressure": {Ops: 1, Slices: []float64{1}, Pressure: inf},
		"others": {Ops: 1, Slices: []float64{1}, Others: gate.Others{"0": 2.1}}, "others of nothing": {Ops: 1, Slices: []float64{1}, Others: gate.Others{"x": 0}}, "unknown others": {Ops: 1, Slices: []float64{1}, Others: gate.Others{"0": nan}},
	} {
		bad := good
		bad.Slot = s
		if err := f.Append(bad); err == nil || !strings.Contains(err.Error(), "Sum/cores=1") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if after, _ := os.ReadFile(f.Path()); !bytes.Equal(before, after) {
		t.Error("a slot that was refused changed the file")
	}
}
