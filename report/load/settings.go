package load

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// settings are the flags that change how well a point is measured. The first line of
// a file that overlap run wrote has them; those of other files are zero.
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

// Flags returns the flags of overlap run that repeat the settings. Only the suite has
// --disk, other people's benchmarks do not.
func (s settings) Flags(suite bool) (args []string) {
	add := func(given bool, flag, value string) {
		if given {
			args = append(args, flag, value)
		}
	}
	add(s.Sample > 0, "--sample", s.Sample.String())
	add(s.Budget > 0, "--budget", s.Budget.String())
	add(s.Rounds > 0, "--rounds", strconv.Itoa(s.Rounds))
	add(s.Precision != "", "--precision", s.Precision)
	add(suite && s.Disk != "", "--disk", s.Disk)
	return args
}

// Settings returns the settings of the files with samples of the points; the zero
// settings if these differ.
func (d *Data) Settings(points []Point) (s settings) {
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

// Environment returns the command env with the variables of the Go runtime that were
// set, if any. env takes them quoted; an assignment of the shell does not.
func (d *Data) Environment() (words []string) {
	for _, v := range []struct{ key, usual string }{{"gogc", "100"}, {"gomemlimit", "off"}, {"godebug", ""}} {
		if value := d.Host[v.key]; value != "" && value != v.usual {
			words = append(words, strings.ToUpper(v.key)+"="+value)
		}
	}
	if len(words) == 0 {
		return nil
	}
	return append([]string{"env"}, words...)
}
