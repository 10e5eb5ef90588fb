package gate

import (
	"fmt"
	"math"
	"strings"

	"overlap/internal/table"
)

// says is the finding in a sentence.
func (r *Report) says(f Finding) string { return f.title() + ": " + r.claim(f) }

// lines are the finding, its other evidence and its places, each without line breaks.
func (f Finding) lines() []string {
	lines := []string{table.OneLine(f.Says)}
	if also := f.also(); also != "" {
		lines = append(lines, table.OneLine(also))
	}
	for _, p := range f.Where {
		lines = append(lines, p.sentence())
	}
	return lines
}

// title names the point that the strongest evidence is of, and counts further benchmarks.
func (f Finding) title() string { return f.point() + f.andOthers() }

func (f Finding) point() string {
	if c, ok := f.lead(); ok {
		return c.shortName()
	}
	return f.Missed[0].name()
}

func (f Finding) andOthers() string {
	if len(f.Others) == 0 {
		return ""
	}
	return " and " + table.Count(len(f.Others), "other benchmark")
}

// claim is the sentence without the name.
func (r *Report) claim(f Finding) string {
	if c, ok := f.lead(); ok {
		return r.explain(c)
	}
	return f.Missed[0].finding()
}

// brief is the claim in few words, as in a summary: slower (+5.1 % [4.6, 5.7]).
func (f Finding) brief() string {
	c, ok := f.lead()
	if !ok {
		return "misses the minimum efficiency"
	}
	what := c.Word()
	if c.Quantity == MeanTime {
		what += " in the mean"
	}
	return what + " (" + c.difference() + ")"
}

// maxAlso is how many further pieces of evidence a line lists.
const maxAlso = 8

// also lists the other evidence by points, that of the lead's first, empty if there is
// none: also: mean time +92 %, speedup −47 %; cores=1: time +3.1 %.
func (f Finding) also() string {
	lead, ok := f.lead()
	rest, missed := f.Evidence, f.Missed
	if ok {
		rest = rest[1:]
	} else {
		lead, missed = missed[0].at(), missed[1:]
	}
	texts, points := map[[3]string][]string{}, []Change{lead}
	add := func(at Change, text string) {
		if texts[at.point()] == nil && at.point() != lead.point() {
			points = append(points, at)
		}
		texts[at.point()] = append(texts[at.point()], text)
	}
	for _, c := range rest[:min(len(rest), maxAlso)] {
		piece := f.piece(c)
		if c.Excused {
			piece += ", only because one CPU became faster"
		}
		add(c, piece)
	}
	for _, d := range missed {
		add(d.at(), d.finding())
	}
	var parts []string
	for i, at := range points {
		part := strings.Join(texts[at.point()], ", ")
		switch {
		case part == "":
			continue
		case i > 0 && at.Package == lead.Package && at.Benchmark == lead.Benchmark:
			part = join(at.Point, "") + ": " + part
		case i > 0:
			part = at.shortName() + ": " + part
		}
		parts = append(parts, part)
	}
	if more := len(rest) - maxAlso; more > 0 {
		parts = append(parts, fmt.Sprintf("and %d more", more))
	}
	if len(parts) == 0 {
		return ""
	}
	return "also: " + strings.Join(parts, "; ")
}

// at is a change with nothing but the point of the demand.
func (d Demand) at() Change {
	return Change{Package: d.Package, Benchmark: d.Benchmark, Point: d.Point}
}

// piece is a piece of evidence in few words: speedup −47 %. What is not of the finding's
// verdict says so, unless its point has the reason.
func (f Finding) piece(c Change) string {
	exact := c
	exact.Exact = true // without the interval
	text := string(c.Quantity) + " " + exact.difference()
	if c.Quantity == Allocs || c.Quantity == Bytes {
		text = c.values()
	}
	if c.Verdict != f.Verdict && !c.Excused {
		text += " (" + c.Word() + ")"
	}
	return text
}

// at is where the place is.
func (p Place) at() string {
	return table.Cut(table.OneLine(fmt.Sprintf("%s:%d", p.File, p.Line)), maxName)
}

func (p Place) grew() string { return table.Cut(table.OneLine(p.Grew), 3*maxName) }

func (p Place) sentence() string {
	text := fmt.Sprintf("at %s, %s: %s", p.at(), table.Cut(table.OneLine(p.Function), maxName), p.grew())
	if p.InDiff {
		text += " (in the diff)"
	}
	return text
}

// maxOpen is how many undecided benchmarks a report names.
const maxOpen = 5

// undecided returns a line for each benchmark that is no regression and of which a
// comparison that decides is undecided: the first of them.
func (r *Report) undecided() (lines []string) {
	told := map[string]bool{}
	for _, f := range r.Findings() {
		for _, name := range append(f.Others, f.Name()) {
			told[name] = f.Regression
		}
	}
	more := 0
	for _, c := range r.Changes {
		if c.Verdict != CannotTell || !c.Quantity.traits().decides || told[nameOf(c.Package, c.Benchmark)] {
			continue
		}
		told[nameOf(c.Package, c.Benchmark)] = true
		if len(lines) == maxOpen {
			more++
			continue
		}
		lines = append(lines, c.shortName()+": "+c.open())
	}
	if more > 0 {
		lines = append(lines, fmt.Sprintf("cannot tell of %s either", table.Count(more, "other benchmark")))
	}
	return lines
}

// open says what is known of a change that is undecided.
func (c Change) open() string {
	text := c.Word() + ": " + string(c.Quantity) + " "
	if c.Why != "" {
		return text + "is not known: " + c.Why
	}
	text += c.values() + " (" + c.difference() + ")"
	if c.Exact || math.IsNaN(c.Floor) {
		return text
	}
	text += "; this run detects " + floorWords(c.Floor)
	if c.Layouts != nil && c.Layouts.Low > 0 && c.Layouts.Floor < c.Floor {
		text += ", and " + floorWords(c.Layouts.Floor) + " if code did not move: layouts of the same code differ by " + c.layoutsText()
	}
	return text
}
