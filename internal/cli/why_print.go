package cli

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/perf/benchfmt"

	"overlap/internal/table"
	"overlap/report/analyse"
	"overlap/report/cause"
)

// slowdowns compares the passes with a recording with those without.
func slowdowns(results []byte) (list []cause.Slowdown) {
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
		list = append(list, cause.Slowdown{Recording: r.pass, One: !strings.Contains(r.name[strings.LastIndexByte(r.name, '/')+1:], "-"), Factor: r.seconds / mean})
	}
	return list
}

// writeAccount prints an account for people.
func writeAccount(w io.Writer, e cause.Explained) error {
	terminal := terminalOf(w)
	head, told, without := e.Words()
	lines := terminal.Wrap(table.OneLine(e.Benchmark+": "+head), "", "  ")
	for _, sentence := range told {
		lines = append(lines, terminal.Wrap(table.OneLine(sentence), "  ", "    ")...)
	}
	if without != "" {
		lines = append(lines, "  without the first of these: S about "+without)
	}
	lines = append(lines, "")
	for _, line := range e.Table().Lines(2) {
		lines = append(lines, "  "+line)
	}
	lines = append(lines, "")
	for _, warning := range e.Warnings {
		lines = append(lines, terminal.Wrap("warning: "+table.OneLine(warning), "  ", "    ")...)
	}
	var slowed []string
	for _, s := range e.Slowdowns {
		text := fmt.Sprintf("%s %s×", s.Recording, table.Figures(s.Factor))
		if s.One {
			text += " on one core"
		}
		slowed = append(slowed, text)
	}
	lines = append(lines, terminal.Wrap("time with recordings, over that without: "+strings.Join(slowed, ", "), "  ", "    ")...)
	for _, command := range commandsOf(e.Recordings) {
		lines = append(lines, "  "+command)
	}
	_, err := fmt.Fprintln(w, strings.Join(lines, "\n"))
	return err
}

// commandsOf is what opens the recordings in the tools of Go.
func commandsOf(recordings string) (list []string) {
	dir := recordings
	if here, err := os.Getwd(); err == nil {
		if near, err := filepath.Rel(here, dir); err == nil && !strings.HasPrefix(near, "..") {
			dir = near
		}
	}
	if exists(filepath.Join(recordings, "all.cpu")) {
		list = append(list, analyse.ShellWords("go", "tool", "pprof", "-http=:", "-diff_base="+dir+"/one.cpu", dir+"/all.cpu"))
	}
	if exists(filepath.Join(recordings, "all.counters")) {
		list = append(list, analyse.ShellWords("go", "tool", "pprof", "-http=:", "-sample_index=cycles", dir+"/all.counters"))
	}
	if exists(filepath.Join(recordings, "all.trace")) {
		list = append(list, analyse.ShellWords("go", "tool", "trace", dir+"/all.trace"))
	}
	return list
}
