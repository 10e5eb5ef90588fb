package sweep

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"overlap/bench"
	"overlap/bench/turns"
	"overlap/workloads"
)

// Settings say what a run measures, where and for how long. The zero value of a
// field means its default. A result file stores them in its Header: names and order of
// the fields are its format. Resume, List and DryRun are zero in every file.
type Settings struct {
	Workloads, Kinds, Variants, Executors []string
	Size, Scaling                         string
	Pkg, Bench                            string   // benchmarks that are not of this suite, instead of workloads
	Args                                  []string `json:",omitempty"` // of their test binaries
	Dir                                   string
	All                                   bool `json:",omitempty"` // of them, also those that use one core

	Workers, Cores, Procs []int
	Quota                 float64 `json:",omitempty"` // CPUs' worth of time for all samples
	Placement, CPUs       string  // a policy, or a list that is the order
	Disk                  string  // directory that the workload disk measures

	Budget        time.Duration
	Quick         bool
	Precision     Percent
	Rounds        int
	Sample, Limit time.Duration // how long a sample times jobs, and may take
	Wait          time.Duration // for other programs, in total
	Seed          uint64

	Results, Name, Resume string
	Recordings            bool
	List, DryRun          bool
}

// Header is the first line of a result file: what it takes to continue the run, and
// to know that it would be the same run.
type Header struct {
	Build     string   // identifies the program that measured
	Tests     string   // identifies the test binaries of Settings.Pkg
	Placement []int    // CPUs in the order in which they are taken
	Settings  Settings `json:"Flags"`

	// Benchmarks are those of Settings.Pkg, as they were found: another search may see
	// other roles of goroutines in them.
	Benchmarks []Benchmark `json:",omitempty"`
}

// SettingError says which field of Settings is wrong, and why.
type SettingError struct {
	Setting string // name of the field
	Err     error
}

func (e *SettingError) Error() string { return e.Setting + ": " + e.Err.Error() }
func (e *SettingError) Unwrap() error { return e.Err }

// wrong returns a *SettingError.
func wrong(setting, format string, args ...any) error {
	return &SettingError{setting, fmt.Errorf(format, args...)}
}

// Percent is a share that people write as 2%.
type Percent float64

// UnmarshalText reads 2% and 0%.
func (p *Percent) UnmarshalText(text []byte) error {
	number, ok := strings.CutSuffix(string(text), "%")
	x, err := strconv.ParseFloat(number, 64)
	if !ok || err != nil || !(x >= 0 && x < 100) {
		return fmt.Errorf("%q is not a percentage from 0%% to below 100%%, such as 2%%", text)
	}
	*p = Percent(x / 100)
	return nil
}

// MarshalText writes what UnmarshalText reads.
func (p Percent) MarshalText() ([]byte, error) {
	return []byte(strconv.FormatFloat(100*float64(p), 'g', -1, 64) + "%"), nil
}

// Check returns a *SettingError if no machine could do what the settings say.
func (s Settings) Check() error {
	below1 := func(n int) bool { return n < 1 }
	for _, f := range []struct {
		bad            bool
		setting, least string
	}{
		{s.Rounds < 0, "Rounds", "1"},
		{s.Budget < 0, "Budget", "1s"},
		{s.Sample != 0 && s.Sample < time.Millisecond, "Sample", "1ms"},
		{s.Limit != 0 && s.Limit < time.Second, "Limit", "1s"},
		{s.Wait < 0, "Wait", "0s"},
		{slices.ContainsFunc(s.Workers, below1), "Workers", "1"},
		{slices.ContainsFunc(s.Cores, below1), "Cores", "1"},
		{slices.ContainsFunc(s.Procs, below1), "Procs", "1"},
	} {
		if f.bad {
			return wrong(f.setting, "too small: the minimum is %s", f.least)
		}
	}
	if strings.ContainsFunc(s.Name, unicode.IsControl) {
		return wrong("Name", "it has a control character in it")
	}
	if err := workloads.Size(s.Size).Check(); s.Size != "" && err != nil {
		return &SettingError{"Size", err}
	}
	if s.Scaling != "strong" && s.Scaling != "weak" {
		return wrong("Scaling", "unknown scaling %q: there are strong and weak", s.Scaling)
	}
	for _, x := range s.Executors {
		if !slices.Contains(bench.Executors(), x) {
			return wrong("Executors", "unknown executor %q: there are %s", x, strings.Join(bench.Executors(), ", "))
		}
	}
	return nil
}

// Complete sets how long samples take, where the settings do not say.
func (s *Settings) Complete() {
	if s.Sample == 0 {
		s.Sample = 40 * time.Millisecond
		if turns.Supported {
			s.Sample = 100 * time.Millisecond
		}
		if s.Quick {
			s.Sample /= 2
		}
	}
	if s.Limit == 0 {
		s.Limit = time.Minute + 100*s.Sample
	}
}

// CompleteBudget sets how long to measure a plan, where the settings do not say: 7.5 s
// for the 13 points of a workload on two cores, which is six blocks of turns, and longer
// for more points, because each has a process to start, and for larger jobs.
func (s *Settings) CompleteBudget(plan Plan) {
	if s.Budget != 0 {
		return
	}
	points, groups, larger := plan.FixedPoints(), map[Point]bool{}, 0
	group := groupsOf(points)
	for _, p := range points {
		groups[group(p)] = true
		larger = max(larger, p.Size.Multiple()-1)
	}
	few := min(len(points), 13*len(groups))
	s.Budget = time.Duration(len(groups)*(3+larger))*time.Second + time.Duration(few)*350*time.Millisecond + time.Duration(len(points)-few)*600*time.Millisecond
	if !turns.Supported {
		s.Budget *= 4
	}
	if s.Quick {
		s.Budget = s.Budget * 2 / 5
	}
	s.Budget = max(s.Budget.Round(5*time.Second), 15*time.Second)
}
