package report

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/perf/benchfmt"

	"overlap/internal/typeset"
)

// named is what a benchmark's name says.
type named struct {
	Point
	base  string
	parts []part // in their order, without GOMAXPROCS and what is an axis

	foreign bool
	bound   bool   // it says its cores
	spelt   string // the workload with the part that says the workers
}

// part is a part of a name. One without a key has only a text.
type part struct{ key, text string }

// workersKeys are what people call the number of workers.
var workersKeys = []string{"workers", "goroutines", "threads", "conc", "concurrency", "clients", "parallelism"}

// workersWords are parts that say it without a key: 8-goroutines, goroutines-8.
// At the end of a name the number of the second is read as GOMAXPROCS before
// the parts are: go test at GOMAXPROCS 1 writes no other, and nobody can tell.
var (
	numberFirst = regexp.MustCompile(`^([0-9]+)[-_]?(?:workers|goroutines|threads|clients)$`)
	numberLast  = regexp.MustCompile(`^(?:workers|goroutines|threads|clients)[-_]([0-9]+)$`)
)

// parseName reads the point from the parts of the name. GOMAXPROCS is the
// number behind the last dash, 1 if there is none; copies are a configuration
// line, because the name is that of one copy. A benchmark without an executor
// and cores is not of the suite: what its author wrote into its name tells it
// from others, so that all but the numbers stays in the name. The parts whose
// keys are among rows are no axes.
func parseName(r *benchfmt.Result, rows []string) (named, error) {
	base, parts := r.Name.Parts()
	n := named{base: typeset.Printable(string(base)), Point: Point{Size: "medium", Procs: 1, Slices: 1, Copies: 1}}
	n.foreign = !ours(r.Name)
	if last := len(parts) - 1; last >= 0 && parts[last][0] == '-' {
		procs, err := strconv.ParseInt(string(parts[last][1:]), 10, 64)
		if err != nil {
			return n, fmt.Errorf("GOMAXPROCS: %w", err)
		}
		if procs < 1 {
			return n, fmt.Errorf("it ends in -%d, and no program runs at that GOMAXPROCS", procs)
		}
		if procs > mostCores {
			return n, fmt.Errorf("it ends in -%d, and no machine has so many cores", procs)
		}
		n.Procs, parts = int(procs), parts[:last]
	}
	for _, p := range parts {
		key, _, ok := strings.Cut(string(p[1:]), "=")
		if !ok {
			key = ""
		}
		n.parts = append(n.parts, part{typeset.Printable(key), typeset.Printable(string(p))})
	}
	if err := n.settings(r); err != nil {
		return n, err
	}
	var err error
	if n.foreign {
		n.Size, n.Package = "", typeset.Printable(r.GetConfig("pkg"))
		err = n.guest(rows)
	} else {
		err = n.member()
	}
	if err != nil {
		return n, err
	}
	if n.Cores == 0 || n.Workers == 0 && (!n.foreign || n.Weak) {
		return n, fmt.Errorf("benchmark %s does not say its workers= and cores=, so there is nothing to factorise", r.Name)
	}
	return n, nil
}

// settings reads the parts of a point that are configuration lines.
func (n *named) settings(r *benchfmt.Result) error {
	for key, number := range map[string]*int{"copies": &n.Copies, "cores": &n.Cores} {
		if text := r.GetConfig(key); text != "" {
			x, err := natural1(key, text)
			if err != nil {
				return err
			}
			*number = x
		}
	}
	n.bound = n.Cores > 0
	return nil
}

// member reads the parts of a benchmark of the suite.
func (n *named) member() (err error) {
	n.Workload = n.base
	numbers := map[string]*int{"workers": &n.Workers, "cores": &n.Cores, "slices": &n.Slices}
	words := map[string]*string{"executor": &n.Executor, "size": &n.Size, "variant": &n.Variant}
	n.bound = true
	for _, p := range n.parts {
		switch value := p.value(); {
		case p.key == "":
			n.Workload += p.text
		case numbers[p.key] != nil:
			*numbers[p.key], err = natural1(p.key, value)
		case words[p.key] != nil:
			*words[p.key] = value
		case p.key == "scaling":
			n.Weak, err = weak(value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// guest reads the parts of a benchmark of other people. Its own words for the
// number of workers count, the first of them if there are several, and if it
// does not say its cores, GOMAXPROCS is what bounds the parallelism.
func (n *named) guest(rows []string) (err error) {
	said := n.saysWorkers(rows)
	n.Workload, n.spelt = n.base, n.base
	kept := n.parts[:0:0]
	for i, p := range n.parts {
		switch {
		case i == said:
			n.spelt += p.text
			if n.Workers, err = workersOf(p); err != nil {
				return err
			}
			continue
		case p.key == "cores" || p.key == "slices":
			number := &n.Cores
			if p.key == "slices" {
				number = &n.Slices
			}
			if *number, err = natural1(p.key, p.value()); err != nil {
				return err
			}
			continue
		case p.key == "scaling":
			if n.Weak, err = weak(p.value()); err != nil {
				return err
			}
			continue
		}
		n.Workload += p.text
		n.spelt += p.text
		kept = append(kept, p)
	}
	n.parts = kept
	if n.bound = n.Cores > 0; !n.bound {
		n.Cores = n.Procs
	}
	return nil
}

// saysWorkers is the index of the part that says the number of workers, -1 if
// none does. workers= itself goes before what only means the same.
func (n *named) saysWorkers(rows []string) int {
	if i := slices.IndexFunc(n.parts, func(p part) bool { return p.key == "workers" }); i >= 0 {
		return i
	}
	return slices.IndexFunc(n.parts, func(p part) bool {
		if p.key != "" && (!slices.Contains(workersKeys, p.key) || slices.Contains(rows, "/"+p.key)) {
			return false
		}
		w, err := workersOf(p)
		return err == nil && w > 0
	})
}

// workersOf is the number of workers that a part says, 0 if it says none.
func workersOf(p part) (int, error) {
	if p.key != "" {
		return natural1(p.key, p.value())
	}
	for _, form := range []*regexp.Regexp{numberFirst, numberLast} {
		if m := form.FindStringSubmatch(p.text[1:]); m != nil {
			return natural1("workers", m[1])
		}
	}
	return 0, nil
}

func (p part) value() string {
	_, value, _ := strings.Cut(p.text, "=")
	return value
}

func natural1(key, value string) (int, error) {
	n, err := strconv.ParseInt(value, 10, 64) // an int would make the words depend on the reader's system
	if err != nil || n < 1 {
		return 0, fmt.Errorf("%s is %q, which is not a number from 1", key, value)
	}
	if key == "cores" && n > mostCores {
		return 0, fmt.Errorf("cores is %d, and no machine has so many", n)
	}
	if n > math.MaxInt32 {
		return 0, fmt.Errorf("%s is %d, and no program has so many", key, n)
	}
	return int(n), nil
}

// mostCores is more than any machine has that one Go program could run on: Linux
// is built for at most 8,192. A number above it, at the end of a name or as
// cores, is something else, and as an axis it would make the row.
const mostCores = 1 << 16

func weak(value string) (bool, error) {
	if value != "weak" && value != "strong" {
		return false, fmt.Errorf("scaling is %q, neither strong nor weak", value)
	}
	return value == "weak", nil
}

// longest is how much of a kind or shape is believed to be one, in bytes.
const longest = 40
