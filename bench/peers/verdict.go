package main

import (
	"fmt"
	"math"
	"strings"
)

// comparison is a finished row of the table.
type comparison struct {
	contest, ref  string
	cores         int
	ratio         interval
	target        float64 // 0 is none
	itself        bool
	budget        *budget
	allocs, bytes float64 // of ours per operation; NaN where they are not counted
	err           error   // why there is no ratio
}

// slack is what the runtime may allocate in addition to the operations before a budget
// counts as exceeded: every sample begins with empty caches.
const slack = 0.05

// verdict returns whether the target is met. An interval that contains the target has no
// verdict: more rounds narrow it.
func (c comparison) verdict() string {
	switch {
	case c.err != nil:
		return "failed"
	case c.itself && c.ratio.Low <= 1 && c.ratio.High >= 1:
		return "holds 1"
	case c.itself:
		return fmt.Sprintf("excludes 1: ratios within %.0f %% of their targets are not reliable", 100*math.Max(c.ratio.High-1, 1-c.ratio.Low))
	case c.target == 0:
		return "-"
	}
	if b := c.budget; b != nil && c.allocs > b.allocs+slack {
		return fmt.Sprintf("missed: %s, not %s", allocations(c.allocs), amount(b.allocs))
	} else if b != nil && b.bytes > 0 && c.bytes > b.bytes*(1+slack) {
		return fmt.Sprintf("missed: %s B, not %s", amount(c.bytes), amount(b.bytes))
	}
	switch {
	case c.ratio.High <= c.target:
		return "met"
	case c.ratio.Low > c.target:
		return "missed"
	}
	return "not resolved"
}

// goal returns the target as the table shows it.
func (c comparison) goal() string {
	if c.itself {
		return "1"
	}
	if c.target == 0 {
		return "-"
	}
	text := "≤ " + number(c.target)
	if b := c.budget; b != nil {
		text += ", " + allocations(b.allocs)
		if b.bytes > 0 {
			text += fmt.Sprintf(", %s B", amount(b.bytes))
		}
	}
	return text
}

func allocations(n float64) string {
	if amount(n) == "1" {
		return "1 alloc"
	}
	return amount(n) + " allocs"
}

// number writes a ratio with three significant digits and no exponent.
func number(x float64) string {
	switch {
	case math.IsNaN(x):
		return "-"
	case math.IsInf(x, 1):
		return "∞"
	case x == 0:
		return "0"
	case x >= 100:
		return fmt.Sprintf("%.0f", x)
	}
	digits := 2 - int(math.Floor(math.Log10(x)))
	return trimZeros(fmt.Sprintf("%.*f", digits, x))
}

// amount writes a count per operation, as a whole number if the rest is background.
func amount(x float64) string {
	if math.IsNaN(x) {
		return "-"
	}
	return trimZeros(fmt.Sprintf("%.1f", x))
}

func trimZeros(s string) string {
	if !strings.Contains(s, ".") {
		return s
	}
	return strings.TrimRight(strings.TrimRight(s, "0"), ".")
}
