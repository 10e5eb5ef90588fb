package report

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// settings are the flags of the run that wrote a file, of those that change how
// well a point is measured: its first line has them. What it chose to measure is
// read from the results. The zero settings are those of a file that does not
// tell.
type settings struct {
	Sample, Budget time.Duration // the budget is of the whole run
	Rounds         int
	Precision      string
	Disk           string
}

// settingsOf reads the plan of a run.
func settingsOf(plan []byte) settings {
	var p struct{ Flags settings }
	if err := json.Unmarshal(plan, &p); err != nil {
		return settings{}
	}
	return p.Flags
}

// flags are those of overlap run, but for those that were not given. A suite is
// of workloads, not of other people's benchmarks.
func (s settings) flags(suite bool) (args []string) {
	if s.Sample > 0 {
		args = append(args, "--sample", s.Sample.String())
	}
	if s.Budget > 0 {
		args = append(args, "--budget", s.Budget.String())
	}
	if s.Rounds > 0 {
		args = append(args, "--rounds", strconv.Itoa(s.Rounds))
	}
	if s.Precision != "" {
		args = append(args, "--precision", s.Precision)
	}
	if suite && s.Disk != "" {
		args = append(args, "--disk", s.Disk)
	}
	return args
}

// settings are those that all files agree on from which the samples of points
// are.
func (d *Data) settings(points []Point) (s settings) {
	first := true
	for _, p := range points {
		for _, id := range d.records[p].sources {
			switch given := d.sources[id].settings; {
			case first:
				s, first = given, false
			case s != given:
				return settings{}
			}
		}
	}
	return s
}

// environment sets what the Go runtime was told by variables, if it was. The
// command env takes them quoted, which a shell's own assignment is not.
func (d *Data) environment() (words []string) {
	for _, v := range []struct{ key, usual string }{{"gogc", "100"}, {"gomemlimit", "off"}, {"godebug", ""}} {
		if value := d.Host[v.key]; value != "" && value != v.usual {
			words = append(words, strings.ToUpper(v.key)+"="+value)
		}
	}
	if len(words) > 0 {
		words = append([]string{"env"}, words...)
	}
	return words
}
