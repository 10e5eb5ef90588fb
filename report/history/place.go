package history

import (
	"fmt"
	"regexp"
	"strings"
)

// Place is what names the point at the end of a name: /workers=4/cores=2-2. It is empty
// where the name has none.
type Place string

// place has the executor, the workers, the cores, GOMAXPROCS and the copies.
var place = regexp.MustCompile(`(?:/executor=([^/]+))?(?:/workers=([0-9]+))?/cores=([0-9]{1,6})(?:-([0-9]{1,6}))?(?:_×([0-9]{1,6}))?$`)

// Cut returns the benchmark without its point and quantity, and its point.
func (m Metric) Cut() (benchmark Metric, at Place) {
	if !strings.Contains(m.Name, "/cores=") {
		return Metric{Package: m.Package, Name: m.Name}, "" // the expression is slow on long names
	}
	found := place.FindString(m.Name)
	if found == m.Name {
		found = ""
	}
	return Metric{Package: m.Package, Name: strings.TrimSuffix(m.Name, found)}, Place(found)
}

// What returns the quantity with its point in words: time, 2 cores.
func (m Metric) What() string {
	_, at := m.Cut()
	return at.Of(m.Quantity.String())
}

// Of returns a quantity with the point in words.
func (p Place) Of(quantity string) string {
	if words := p.Words(); words != "" {
		return quantity + ", " + words
	}
	return quantity
}

// Words describes the point: pool, 4 workers on 2 cores.
func (p Place) Words() string {
	m := place.FindStringSubmatch(string(p))
	if m == nil {
		return ""
	}
	text := m[3] + " cores"
	if m[3] == "1" {
		text = "1 core"
	}
	switch m[2] {
	case "":
	case "1":
		text = "1 worker on " + text
	default:
		text = m[2] + " workers on " + text
	}
	if m[4] != "" && m[4] != m[3] {
		text += ", GOMAXPROCS " + m[4]
	}
	switch {
	case m[5] != "" && m[2] == "":
		text = m[5] + " copies, each on " + text
	case m[5] != "":
		text = m[5] + " copies, each with " + text
	}
	if m[1] != "" {
		text = m[1] + ", " + text
	}
	return text
}

// Parallelism is how many goroutines of the point can run at the same instant; 0 if its
// name does not say it.
func (p Place) Parallelism() (n float64) {
	m := place.FindStringSubmatch(string(p))
	if m == nil {
		return 0
	}
	var cores, procs float64
	fmt.Sscan(m[3], &cores)
	fmt.Sscan(m[4], &procs)
	return min(cores, max(1, procs))
}
