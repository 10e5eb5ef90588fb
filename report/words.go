package report

import "fmt"

// A file of go test does not tell how many cores there were, so that GOMAXPROCS
// stands for them in what is said of it: 256 cores give nothing on a machine of
// 16.

// on is so many cores, or the GOMAXPROCS that stands for them.
func (r Row) on(p int) string {
	if !r.nominal {
		return countOf(p, "core")
	}
	return fmt.Sprintf("GOMAXPROCS %d", p)
}

// under is on, with the preposition for something that runs there.
func (r Row) under(p int) string {
	if !r.nominal {
		return "on " + r.on(p)
	}
	return "at " + r.on(p)
}

// upTo says how far cores were measured.
func (r Row) upTo() string {
	if r.nominal {
		return "up to " + r.on(r.P)
	}
	return "on up to " + r.on(r.P)
}

// do is what so many cores do, with the verb for several of them.
func (r Row) do(p int, verb string) string {
	if !r.nominal && p > 1 {
		return r.on(p) + " " + verb
	}
	return r.on(p) + " " + verb + "s"
}

// advised is the advice as the row's file knows cores.
func (r Row) advised() string {
	a := r.Advice
	if !r.nominal {
		return a.String()
	}
	if a.Workers == 0 {
		return r.on(a.Cores)
	}
	return fmt.Sprintf("%s at %s", countOf(a.Workers, "worker"), r.on(a.Cores))
}
