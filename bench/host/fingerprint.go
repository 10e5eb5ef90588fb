package host

import (
	"fmt"
	"math"
	"os"
	"runtime/metrics"
	"strconv"
	"strings"
	"time"
)

// Pair is a configuration line of the Go benchmark format.
type Pair struct{ Key, Value string }

// Fingerprint returns what must be known of the machine to compare its results
// with others, as configuration lines: values are one line of printable characters.
// Unknown facts have no line. All samples of a run have the same values only if one
// process reads them: mask and topology depend on what the process is bound to, and
// the clock's resolution is measured.
func (h Host) Fingerprint() []Pair {
	here := h.Go != "" // not another machine's tree
	list := []Pair{
		{"host", h.Name}, {"kernel", h.Kernel}, {"os", h.OS}, {"go", h.Go}, {"cpu-model", h.Model},
		{"mask", FormatList(h.IDs())}, {"topology", h.Topology()},
		{"governor", h.Governor}, {"turbo", h.Turbo}, {"quota", FormatQuota(h.Quota)},
		{"clocksource", h.Clocksource},
	}
	if here {
		list = append(list,
			Pair{"clock-resolution", clockResolution(time.Now)},
			Pair{"godebug", os.Getenv("GODEBUG")},
			Pair{"gogc", runtimeLimit("/gc/gogc:percent", math.MaxUint64)},
			Pair{"gomemlimit", runtimeLimit("/gc/gomemlimit:bytes", math.MaxInt64)})
	}
	list = append(list, Pair{"virtualisation", h.Virtualisation})
	known := list[:0]
	for _, p := range list {
		if p.Key != "topology" {
			p.Value = oneLine(p.Value)
		}
		if p.Value != "" {
			known = append(known, p)
		}
	}
	return known
}

// FormatQuota writes a CPU quota: none for 0, and nothing if it is unknown.
func FormatQuota(cpus float64) string {
	switch {
	case math.IsNaN(cpus):
		return ""
	case cpus == 0:
		return "none"
	}
	return strconv.FormatFloat(cpus, 'g', 4, 64)
}

// runtimeLimit reads the setting that is in force, not the environment variable, which
// a program may override.
func runtimeLimit(name string, off uint64) string {
	s := []metrics.Sample{{Name: name}}
	metrics.Read(s)
	if s[0].Value.Kind() != metrics.KindUint64 {
		return ""
	}
	if v := s[0].Value.Uint64(); v != off {
		return strconv.FormatUint(v, 10)
	}
	return "off"
}

// clockResolution is the smallest step of the clock that was seen in some
// thousand readings, such as "38ns", and "" if the clock stood still. The clock
// may be finer than it takes to read it. One that stands still for long is read
// until its first step: on Windows that may take 16 ms.
func clockResolution(now func() time.Time) string {
	const minReadings, maxReadings = 5000, 1 << 22
	var smallest time.Duration
	before := now()
	for i := 0; i < minReadings || smallest == 0 && i < maxReadings; i++ {
		at := now()
		if step := at.Sub(before); step > 0 {
			if smallest == 0 || step < smallest {
				smallest = step
			}
			before = at
		}
	}
	if smallest == 0 {
		return ""
	}
	return smallest.String()
}

// Load returns the load averages of this machine over 1, 5 and 15 minutes,
// such as "0.34 0.50 0.61": tasks running or ready. The fingerprint omits it because
// it differs between runs. ok is false if the system has none.
func Load() (load string, ok bool) {
	t, done, err := openTree("")
	if err != nil {
		return "", false
	}
	defer done()
	return loadIn(t)
}

func loadIn(t tree) (string, bool) {
	fields := strings.Fields(t.text("proc/loadavg"))
	if len(fields) < 3 {
		return "", false
	}
	for _, f := range fields[:3] {
		if x, err := strconv.ParseFloat(f, 64); err != nil || !(x >= 0 && x < 1e6) {
			return "", false
		}
	}
	return strings.Join(fields[:3], " "), true
}

// Topology writes the places of the allowed CPUs in a line that a report can draw and
// that is short even on large machines:
//
//	cpus=0-7 package=0x8 node=0x8 llc=0-1x2*2 core=0-3*2 class=0-1x2*2
//
// cpus is the list of CPUs. Every further part has one value for each of them,
// in that order: the number of its package, die, node, llc, core and thread,
// and its class, 0 for performance and 1 for efficiency. A run of equal values is
// written as the value, x and the length; runs of the same length with values that
// count upwards are a range: 0-1x2 is 0,0,1,1. A star and a number repeat what is
// before them: 0-1x2*2 is 0,0,1,1,0,0,1,1. "?" is an unknown value; a part that is
// unknown for all CPUs is left out.
func (h Host) Topology() string {
	if len(h.CPUs) == 0 {
		return ""
	}
	parts := []string{"cpus=" + FormatList(h.IDs())}
	for _, part := range []struct {
		name string
		of   func(CPU) int
	}{
		{"package", func(c CPU) int { return c.Package }},
		{"die", func(c CPU) int { return c.Die }},
		{"node", func(c CPU) int { return c.Node }},
		{"llc", func(c CPU) int { return c.LLC }},
		{"core", func(c CPU) int { return c.Core }},
		{"thread", func(c CPU) int { return c.Thread }},
		{"class", func(c CPU) int { return map[string]int{"": -1, Performance: 0, Efficiency: 1}[c.Class] }},
	} {
		if len(h.distinct(part.of)) > 0 {
			parts = append(parts, part.name+"="+runs(h.CPUs, part.of))
		}
	}
	return strings.Join(parts, " ")
}

// run is a value, or values that count upwards, each times over.
type run struct{ first, last, times int }

// runs writes one value of each CPU.
func runs(cpus []CPU, of func(CPU) int) string {
	var single []run
	for _, c := range cpus {
		v := of(c)
		if n := len(single); n > 0 && single[n-1].first == v {
			single[n-1].times++
		} else {
			single = append(single, run{v, v, 1})
		}
	}
	merged := single[:0]
	for _, r := range single {
		if n := len(merged); n > 0 && r.first >= 0 && merged[n-1].first >= 0 && merged[n-1].last+1 == r.first && merged[n-1].times == r.times {
			merged[n-1].last = r.first
		} else {
			merged = append(merged, r)
		}
	}
	var texts []string
	for i := 0; i < len(merged); {
		same := 1
		for i+same < len(merged) && merged[i+same] == merged[i] {
			same++
		}
		text := merged[i].String()
		if same > 1 {
			text += fmt.Sprintf("*%d", same)
		}
		texts = append(texts, text)
		i += same
	}
	return strings.Join(texts, ",")
}

func (r run) String() string {
	text := "?"
	if r.first >= 0 {
		text = strconv.Itoa(r.first)
	}
	if r.last > r.first {
		text += "-" + strconv.Itoa(r.last)
	}
	if r.times > 1 {
		text += fmt.Sprintf("x%d", r.times)
	}
	return text
}
