package report

import (
	"fmt"

	"overlap/internal/table"
)

// A file of go test does not tell how many cores there were, so that GOMAXPROCS
// stands for them in what is said of it: 256 cores give nothing on a machine of
// 16.

// nominal says that GOMAXPROCS stands for the cores.
type nominal bool

// on is so many cores, or the GOMAXPROCS that stands for them.
func (n nominal) on(p int) string {
	if !n {
		return table.Count(p, "core")
	}
	return fmt.Sprintf("GOMAXPROCS %d", p)
}

// under is on, with the preposition for something that runs there.
func (n nominal) under(p int) string {
	if !n {
		return "on " + n.on(p)
	}
	return "at " + n.on(p)
}

// On is so many cores in words, or the GOMAXPROCS that stands for them.
func (r Row) On(p int) string { return r.nominal.on(p) }

// Under is On, with the preposition for something that runs there.
func (r Row) Under(p int) string { return r.nominal.under(p) }

// upTo says how far cores were measured.
func (r Row) upTo() string {
	if r.nominal {
		return "up to " + r.On(r.P)
	}
	return "on up to " + r.On(r.P)
}

// coresVerb is what so many cores do, with the verb for several of them.
func (r Row) coresVerb(p int, verb string) string {
	if !r.nominal && p > 1 {
		return r.On(p) + " " + verb
	}
	return r.On(p) + " " + verb + "s"
}
