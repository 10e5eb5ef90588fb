package load

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/perf/benchfmt"

	"overlap/internal/table"
)

// parsedName is what the name of a benchmark says.
type parsedName struct {
	Point
	base  string
	parts []part // in their order, without what is an axis

	foreign  bool
	bound    bool   // it gives its cores
	spelling string // the workload with the words for workers, and N for their number
}

// part is a part of a name, with the sign before it. One without a key has only
// a text.
type part struct{ key, text string }

func (p part) value() string {
	_, value, _ := strings.Cut(p.text, "=")
	return value
}

// naming says how to read the names of a file.
type naming struct {
	rows     []string // keys that are not axes, because they distinguish rows
	sized    bool     // 16G is a size
	numbered bool     // the number at the end of a name is that of its workers
}

// parseName parses the name of a record's benchmark, without GOMAXPROCS, and completes
// what else is known of the point. A benchmark without an executor and cores is not of
// the suite. What its author wrote into its name distinguishes it from others, so that
// all but the numbers stays in the name; if it does not give its cores, GOMAXPROCS
// bounds the parallelism.
func (r *record) parseName(how naming) (n parsedName, err error) {
	name := r.reading.name
	base, rest, _ := strings.Cut(name, "/")
	n = parsedName{base: table.Printable(base), Point: r.config, foreign: !ofSuite([]byte(name)), bound: r.config.Cores > 0}
	n.Procs = max(r.reading.procs, 1)
	if base != name {
		for text := range strings.SplitSeq(rest, "/") {
			n.parts = append(n.parts, partsOf("/"+table.Printable(text))...)
		}
	}
	if n.foreign {
		n.Size = ""
		if n.spelling, err = n.cutWorkers(how); err != nil {
			return n, err
		}
	} else {
		n.Package = ""
	}
	n.Workload = n.base
	var others []part
	for _, p := range n.parts {
		known, err := n.set(p)
		if err != nil {
			return n, err
		}
		if !known {
			n.Workload += p.text
			others = append(others, p)
		}
	}
	n.bound = !n.foreign || n.Cores > 0
	if n.foreign {
		n.parts, n.spelling = others, n.Workload+n.spelling
		n.Cores = cmp.Or(n.Cores, n.Procs)
	}
	if n.Cores == 0 || n.Workers == 0 && (!n.foreign || n.Weak) {
		return n, fmt.Errorf("benchmark %s does not give its workers= and cores=, so there is nothing to factorise", name)
	}
	return n, nil
}

// set takes over a part that has an axis or, in the suite, another field of the point.
func (n *parsedName) set(p part) (known bool, err error) {
	switch value := p.value(); {
	case p.key == "cores":
		n.Cores, err = parseCount(p.key, value)
	case p.key == "slices":
		n.Slices, err = parseCount(p.key, value)
	case p.key == "scaling":
		n.Weak, err = parseWeak(value)
	case n.foreign || p.key == "":
		return false, nil
	case p.key == "workers":
		n.Workers, err = parseCount(p.key, value)
	case p.key == "executor":
		n.Executor = value
	case p.key == "size":
		n.Size = value
	case p.key == "variant":
		n.Variant = value
	}
	return true, err
}

// partsOf splits several settings in one part, such as /size=10,workers=4.
func partsOf(text string) (parts []part) {
	begin := 0
	for i := 1; i <= len(text); i++ {
		if i < len(text) && (strings.IndexByte(",&;", text[i]) < 0 || !isSetting(text[i+1:])) {
			continue
		}
		key, _, ok := strings.Cut(text[begin+1:i], "=")
		if !ok {
			key = ""
		}
		parts = append(parts, part{key, text[begin:i]})
		begin = i
	}
	return parts
}

// isSetting reports whether a text begins with a setting of its own.
func isSetting(text string) bool {
	text = text[:strings.IndexAny(text+",", ",&;")]
	_, ok := workersIn(text)
	return ok || strings.Contains(text, "=")
}

// readConfig reads the fields of a point that configuration lines have.
func readConfig(r *benchfmt.Result) (p Point, err error) {
	p = Point{Size: "medium", Procs: 1, Slices: 1, Copies: 1, Package: table.Printable(r.GetConfig("pkg"))}
	for key, number := range map[string]*int{"copies": &p.Copies, "cores": &p.Cores} {
		if text := r.GetConfig(key); text != "" {
			if *number, err = parseCount(key, text); err != nil {
				return p, fmt.Errorf("%s: %w", r.Name, err)
			}
		}
	}
	return p, nil
}

// cutWorkers reads the number of workers and removes its words from the parts, or from
// the first word of the name. It returns these words, with N for the number.
func (n *parsedName) cutWorkers(how naming) (spelling string, err error) {
	i := n.workersPart(how)
	if i < 0 {
		return n.cutWorkersFromEnd(how), nil
	}
	p := n.parts[i]
	if p.key != "" {
		if n.Workers, err = parseCount(p.key, p.value()); err != nil {
			return "", err
		}
		n.parts = slices.Delete(n.parts, i, i+1)
		if i < len(n.parts) && p.text[0] == '/' && n.parts[i].text[0] != '/' {
			n.parts[i].text = "/" + n.parts[i].text[1:]
		}
		return "/" + p.key + "=N", nil
	}
	s, _ := workersIn(p.text[1:])
	n.Workers = s.workers
	if rest := s.rest(); rest != "" {
		n.parts[i].text = p.text[:1] + rest
	} else {
		n.parts = slices.Delete(n.parts, i, i+1)
	}
	return s.spelling(), nil
}

// cutWorkersFromEnd is cutWorkers for the first word of the name, as in Pool_4Workers,
// and for the number at the end if that is of workers.
func (n *parsedName) cutWorkersFromEnd(how naming) (spelling string) {
	if s, ok := workersIn(n.base); ok && s.rest() != "" {
		n.base, n.Workers = s.rest(), s.workers
		return s.spelling()
	}
	end := &n.base
	if last := len(n.parts) - 1; last >= 0 {
		end = &n.parts[last].text
	}
	i := strings.LastIndexByte(*end, '-')
	number, err := strconv.Atoi((*end)[i+1:])
	if !how.numbered || i < 1 || err != nil || number < 1 {
		return ""
	}
	*end, n.Workers = (*end)[:i], number
	return "-N"
}

func parseCount(key, value string) (int, error) {
	n, err := strconv.ParseInt(value, 10, 64) // with int, the message would depend on the reader's system
	if err != nil || n < 1 {
		return 0, fmt.Errorf("%s is %q, not an integer from 1", key, value)
	}
	switch {
	case key == "cores" && n > maxCores:
		return 0, fmt.Errorf("cores is %d, more than any machine has", n)
	case n > math.MaxInt32:
		return 0, fmt.Errorf("%s is %d, more than any program has", key, n)
	}
	return int(n), nil
}

// maxCores is more than any machine has that one Go program could run on: Linux
// supports at most 8,192. A larger number, at the end of a name or as cores, is
// something else, and as an axis it would decide the row.
const maxCores = 1 << 16

func parseWeak(value string) (bool, error) {
	if value != "weak" && value != "strong" {
		return false, fmt.Errorf("scaling is %q, neither strong nor weak", value)
	}
	return value == "weak", nil
}
