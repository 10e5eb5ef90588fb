package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/perf/benchfmt"

	"overlap/bench/sweep"
	"overlap/internal/table"
	"overlap/report/cause"
)

// explained is a benchmark with what took its cores.
type explained struct {
	point   sweep.Point
	record  cause.Record
	account cause.Account
	slowed  []slowdown
	dir     string // of the recordings
}

// slowdown is by what factor a recording slowed a benchmark down.
type slowdown struct {
	Recording string  `json:"recording"`
	Factor    float64 `json:"factor"`
}

// slowdowns compares the passes with a recording with those without.
func slowdowns(results []byte) (list []slowdown) {
	plain := map[string][]float64{} // times by name
	type recorded struct {
		pass, name string
		seconds    float64
	}
	var all []recorded
	for r := benchfmt.NewReader(bytes.NewReader(results), "passes"); r.Scan(); {
		result, ok := r.Result().(*benchfmt.Result)
		if !ok {
			continue
		}
		seconds, _ := result.Value("sec/op")
		name, pass := result.Name.String(), result.GetConfig("pass")
		if pass == "plain" {
			plain[name] = append(plain[name], seconds)
		} else {
			all = append(all, recorded{pass, name, seconds})
		}
	}
	for _, r := range all {
		mean := 0.0
		for _, seconds := range plain[r.name] {
			mean += seconds / float64(len(plain[r.name]))
		}
		list = append(list, slowdown{r.pass, r.seconds / mean})
	}
	return list
}

// mostLines is how many causes are told in words.
const mostLines = 5

// write prints it for people.
func (e explained) write(w io.Writer) error {
	a := e.account
	text := fmt.Sprintf("%s: %v cores do what %s do on one", table.OneLine(e.point.Workload), a.Cores, table.Figures(a.Work))
	if s := a.Speedup; !math.IsNaN(s) {
		text = fmt.Sprintf("%s: S %s on %v cores; %s of them do work that one core does, too", table.OneLine(e.point.Workload), table.Figures(s), a.Cores, table.Figures(a.Work))
	}
	terminal := terminalOf(w)
	var lines []string
	lines = append(lines, terminal.Wrap(text, "", "  ")...)
	for _, c := range a.Causes[:min(mostLines, len(a.Causes))] {
		lines = append(lines, terminal.Wrap(table.OneLine(c.Sentence(a.Cores)), "  ", "    ")...)
	}
	if len(a.Causes) > 0 && !math.IsNaN(a.Speedup) {
		lines = append(lines, "  without the first of these: S about "+table.Figures(a.Without(a.Causes[0])))
	}
	lines = append(lines, "")
	for _, line := range e.table().Lines(2) {
		lines = append(lines, "  "+line)
	}
	lines = append(lines, "")
	for _, warning := range a.Warnings {
		lines = append(lines, terminal.Wrap("warning: "+table.OneLine(warning.Error()), "  ", "    ")...)
	}
	var slowed []string
	for _, s := range e.slowed {
		slowed = append(slowed, fmt.Sprintf("%s %s×", s.Recording, table.Figures(s.Factor)))
	}
	lines = append(lines, terminal.Wrap("recordings slowed it down: "+strings.Join(slowed, ", "), "  ", "    ")...)
	for _, command := range e.commands() {
		lines = append(lines, "  "+command)
	}
	_, err := fmt.Fprintln(w, strings.Join(lines, "\n"))
	return err
}

// table has all parts, which sum to the cores.
func (e explained) table() table.Table {
	t := table.Table{Head: []string{"cores", "part", "line", "holder", "waking"}, Numbers: []bool{true, false, false, false, true}}
	row := func(cores float64, part, line, holder, wake string) {
		t.Rows = append(t.Rows, []string{table.Figures(cores), part, line, holder, wake})
	}
	row(e.account.Work, "work", "", "", "")
	for _, c := range e.account.Causes {
		line, holder, wake := "", "", ""
		if c.Line != (cause.Line{}) {
			line = table.OneLine(c.Line.Place())
		}
		if c.Holder != nil {
			holder = table.OneLine(c.Holder.Place())
		}
		if c.Wake > 0 {
			wake = table.Figures(c.Wake)
		}
		row(c.Cores, string(c.Kind), line, holder, wake)
	}
	row(e.account.Rest, "not attributed", "", "", "")
	return t
}

// commands are what opens the recordings in the tools of Go.
func (e explained) commands() (list []string) {
	dir := e.dir
	if here, err := os.Getwd(); err == nil {
		if near, err := filepath.Rel(here, dir); err == nil && !strings.HasPrefix(near, "..") {
			dir = near
		}
	}
	if exists(filepath.Join(e.dir, "all.cpu")) {
		list = append(list, fmt.Sprintf("go tool pprof -http=: -diff_base=%[1]s/one.cpu %[1]s/all.cpu", dir))
	}
	if exists(filepath.Join(e.dir, "all.counters")) {
		list = append(list, fmt.Sprintf("go tool pprof -http=: -sample_index=cycles %s/all.counters", dir))
	}
	if exists(filepath.Join(e.dir, "all.trace")) {
		list = append(list, fmt.Sprintf("go tool trace %s/all.trace", dir))
	}
	return list
}

// writeJSON prints it for programs.
func (e explained) writeJSON(w io.Writer) error {
	type jsonCause struct {
		Kind    cause.Kind   `json:"kind"`
		Cores   float64      `json:"cores"`
		Wake    float64      `json:"wake"`
		CPU     float64      `json:"cpu"`
		Line    *cause.Line  `json:"line,omitempty"`
		From    int          `json:"from,omitempty"`
		Until   int          `json:"until,omitempty"`
		Path    []cause.Line `json:"path,omitempty"`
		Holder  *cause.Line  `json:"holder,omitempty"`
		During  cause.Kind   `json:"during,omitempty"`
		At      *cause.Line  `json:"at,omitempty"`
		Growth  float64      `json:"growth,omitempty"`
		Mutual  bool         `json:"mutual,omitempty"`
		Without *float64     `json:"speedup_without,omitempty"`
		Mutex   *float64     `json:"mutex_profile_share,omitempty"`
		Block   *float64     `json:"block_profile_share,omitempty"`
		Text    string       `json:"text"`

		Counters *cause.Counters `json:"counters,omitempty"`
	}
	known := func(x float64) *float64 {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return nil
		}
		return &x
	}
	causes := []jsonCause{}
	for _, c := range e.account.Causes {
		j := jsonCause{c.Kind, c.Cores, c.Wake, c.CPU, &c.Line, c.From, c.Until, c.Path, c.Holder, c.During, c.At, c.Growth, c.Mutual, known(e.account.Without(c)), known(c.CrossCheck.Mutex), known(c.CrossCheck.Block), c.Sentence(e.account.Cores), c.Counters}
		if c.Line == (cause.Line{}) {
			j.Line = nil
		}
		causes = append(causes, j)
	}
	warnings := []string{}
	for _, err := range e.account.Warnings {
		warnings = append(warnings, err.Error())
	}
	return json.NewEncoder(w).Encode(struct {
		Package    string      `json:"package,omitempty"`
		Benchmark  string      `json:"benchmark"`
		Cores      float64     `json:"cores"`
		Workers    int         `json:"workers,omitempty"`
		Speedup    *float64    `json:"speedup,omitempty"`
		Work       float64     `json:"work"`
		Causes     []jsonCause `json:"causes"`
		Rest       float64     `json:"rest"`
		Warnings   []string    `json:"warnings"`
		Slowdowns  []slowdown  `json:"slowdowns"`
		Recordings string      `json:"recordings"`
	}{e.point.Package, e.point.Workload, e.account.Cores, e.record.Workers, known(e.account.Speedup), e.account.Work, causes, e.account.Rest, warnings, slices.Clip(e.slowed), e.dir})
}
