package analyse

import (
	"fmt"
	"slices"
	"strings"

	"overlap/internal/table"
)

// nominal says that GOMAXPROCS stands for the cores: a file of go test does not say
// how many cores there were, and "256 cores give nothing" is wrong on a machine of
// 16.
type nominal bool

// inWords calls workers goroutines where they are those of RunParallel. No text of it has a
// name from a file.
func inWords(goroutines bool, text string) string {
	if !goroutines {
		return text
	}
	return strings.ReplaceAll(text, "worker", "goroutine")
}

func (r Row) inItsWords(text string) string { return inWords(r.Goroutines, text) }

// InTheirWords calls workers goroutines if all rows have those of RunParallel. No text of it
// has a name from a file.
func (a *Analysis) InTheirWords(text string) string {
	return inWords(len(a.Rows) > 0 && !slices.ContainsFunc(a.Rows, func(r Row) bool { return r.Workers > 0 && !r.Goroutines }), text)
}

// coresText names p cores, or the GOMAXPROCS that stands for them.
func (n nominal) coresText(p int) string {
	if !n {
		return table.Count(p, "core")
	}
	return fmt.Sprintf("GOMAXPROCS %d", p)
}

// atCoresText is coresText with a preposition: on 2 cores, at GOMAXPROCS 2.
func (n nominal) atCoresText(p int) string {
	if !n {
		return "on " + n.coresText(p)
	}
	return "at " + n.coresText(p)
}

// CoresText names p cores, or the GOMAXPROCS that stands for them.
func (r Row) CoresText(p int) string { return r.nominal.coresText(p) }

// AtCoresText is CoresText with a preposition: on 2 cores, at GOMAXPROCS 2.
func (r Row) AtCoresText(p int) string { return r.nominal.atCoresText(p) }

// UpTo says how far cores were measured.
func (r Row) UpTo() string {
	if r.nominal {
		return "up to " + r.CoresText(r.P)
	}
	return "on up to " + r.CoresText(r.P)
}

// cores is what the row's cores do: 2 cores give, GOMAXPROCS 2 gives.
func (r Row) cores(verb string) string {
	if r.nominal || r.P == 1 {
		verb += "s"
	}
	return r.CoresText(r.P) + " " + verb
}
