package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

var errUnmeasured = errors.New("no round measured both sides")

// compare returns the rows of the table from the samples of the blocks.
func compare(blocks []*block) []comparison {
	var rows []comparison
	for _, b := range blocks {
		mine := b.samples[b.contest.ours.name]
		allocs, bytes := medianAllocs(mine)
		for _, r := range b.contest.rows {
			if !slices.ContainsFunc(b.sides, func(s side) bool { return s.name == r.ref.name }) {
				continue // its language is missing
			}
			c := comparison{
				contest: b.contest.name, ref: r.ref.name, cores: b.cores,
				target: r.target, itself: r.itself, budget: b.contest.budget,
				allocs: allocs, bytes: bytes,
				ratio: pairedRatio(values(mine), values(b.samples[r.ref.name])),
			}
			c.err = b.failed[b.contest.ours.name]
			if c.err == nil {
				c.err = b.failed[r.ref.name]
			}
			if c.err == nil && c.ratio.N == 0 {
				c.err = errUnmeasured
			}
			rows = append(rows, c)
		}
	}
	return rows
}

func values(all []sample) []float64 {
	v := make([]float64, len(all))
	for i, s := range all {
		v[i] = s.Value
	}
	return v
}

// medianAllocs returns the medians over the rounds, so that a collection in one of them
// does not matter.
func medianAllocs(all []sample) (allocs, bytes float64) {
	var a, b []float64
	for _, s := range all {
		if s.Value > 0 && s.counts() {
			a, b = append(a, s.Allocs), append(b, s.Bytes)
		}
	}
	return median(a), median(b)
}

func median(x []float64) float64 {
	if len(x) == 0 {
		return math.NaN()
	}
	slices.Sort(x)
	return (x[(len(x)-1)/2] + x[len(x)/2]) / 2
}

// writeTable prints one line per row, with ratios and not with times: a ratio holds on
// other machines, a time does not.
func writeTable(w io.Writer, rows []comparison) error {
	cells := [][]string{{"case", "cores", "overlap over", "ratio", "95 % interval", "n", "target", "verdict", "allocs/op", "B/op"}}
	for _, c := range rows {
		span := "[" + number(c.ratio.Low) + ", " + number(c.ratio.High) + "]"
		if c.ratio.N == 0 {
			span = "-"
		}
		ref := c.ref
		if c.itself {
			ref = "itself (A/A)"
		}
		cells = append(cells, []string{c.contest, fmt.Sprint(c.cores), ref, number(c.ratio.Value), span,
			fmt.Sprint(c.ratio.N), c.goal(), c.verdict(), amount(c.allocs), amount(c.bytes)})
	}
	return writeCells(w, cells)
}

// writeCells lines up columns; tabwriter counts bytes in ≤ and ∞ as columns.
func writeCells(w io.Writer, cells [][]string) error {
	width := make([]int, len(cells[0]))
	for _, line := range cells {
		for i, cell := range line {
			width[i] = max(width[i], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	for n, line := range cells {
		var text strings.Builder
		for i, cell := range line {
			text.WriteString(cell)
			text.WriteString(strings.Repeat(" ", width[i]-utf8.RuneCountInString(cell)+2))
		}
		b.WriteString(strings.TrimRight(text.String(), " ") + "\n")
		if n == 0 {
			for i, wide := range width {
				b.WriteString(strings.Repeat("-", wide))
				if i < len(width)-1 {
					b.WriteString("  ")
				}
			}
			b.WriteByte('\n')
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// failures returns the errors of the rows without a ratio, each once.
func failures(blocks []*block) []string {
	var all []string
	for _, b := range blocks {
		for _, s := range b.sides {
			if err := b.failed[s.name]; err != nil {
				all = append(all, fmt.Sprintf("%s: %v", b.title(s), err))
			}
		}
	}
	return all
}
