package cause

import (
	"strconv"
	"strings"
	"time"

	"github.com/google/pprof/profile"
)

// user are the modules of the tests' code.
var user = modules{"example.com/m"}

// drawn are samples of one stack.
type drawn struct {
	count  int64
	frames string // the innermost first, as "example.com/m.Get:12 <- main.main:3"; with "=", inlined into the next
}

// profileOf builds a profile with two types of value: a sample counts one of the first and
// each of the second.
func profileOf(counts, values string, each int64, list ...drawn) *profile.Profile {
	p := &profile.Profile{SampleType: []*profile.ValueType{{Type: counts, Unit: "count"}, {Type: values, Unit: "nanoseconds"}}}
	for _, d := range list {
		sample := &profile.Sample{Value: []int64{d.count, d.count * each}}
		for at := range strings.SplitSeq(d.frames, " <- ") {
			location := &profile.Location{ID: uint64(len(p.Location) + 1)}
			for frame := range strings.SplitSeq(at, " = ") {
				l := lineOf(frame)
				f := &profile.Function{ID: uint64(len(p.Function) + 1), Name: l.Function, Filename: l.File}
				p.Function = append(p.Function, f)
				location.Line = append(location.Line, profile.Line{Function: f, Line: int64(l.Line)})
			}
			p.Location = append(p.Location, location)
			sample.Location = append(sample.Location, location)
		}
		p.Sample = append(p.Sample, sample)
	}
	return p
}

func cpuProfile(list ...drawn) *profile.Profile {
	return profileOf("samples", "cpu", int64(10*time.Millisecond), list...)
}

// lineOf reads "example.com/m.Get:12", a line of a file named after the package.
func lineOf(frame string) Line {
	i := strings.LastIndexByte(frame, ':')
	number, err := strconv.Atoi(frame[i+1:])
	if err != nil {
		panic(frame)
	}
	return Line{frame[:i], packageOf(frame[:i]) + "/file.go", number}
}

// stackOf reads frames as those of drawn.
func stackOf(frames string) (s stack) {
	for frame := range strings.FieldsFuncSeq(frames, func(r rune) bool { return r == '<' || r == '=' }) {
		s = append(s, lineOf(strings.Trim(frame, " -")))
	}
	return s
}

// pass is one of seconds of CPU and of wall time for a thousand operations, without garbage
// collection and without other programs.
func pass(cpu, wall float64) Pass {
	return Pass{Ops: 1000, CPU: time.Duration(cpu * 1e9), Wall: time.Duration(wall * 1e9)}
}

// named returns how a cause appears in the tables of tests.
func named(c Cause) string {
	s := string(c.Kind)
	if c.Line != (Line{}) {
		s += " " + short(c.Line)
	}
	if c.Holder != nil {
		s += " <- " + short(*c.Holder)
	}
	if c.During != "" {
		s += " in " + string(c.During)
	}
	return s
}

func short(l Line) string {
	return l.Function[strings.LastIndexByte(l.Function, '.')+1:] + ":" + strconv.Itoa(l.Line)
}
