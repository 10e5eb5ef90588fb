package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	"overlap/internal/typeset"
	"overlap/report"
	"overlap/report/chart"
	"overlap/report/history"
	"overlap/report/page"
)

type reportCmd struct {
	Files    []string `arg:"" optional:"" help:"Result files in the Go benchmark format, also gzip; - is standard input (default: the newest run)."`
	Filter   string   `help:"Results to use, in the syntax of benchstat, such as --filter='/executor:pool -.name:Disk'." placeholder:"EXPR"`
	Row      string   `help:"What of the names makes a row, such as --row=.name,/size (default: all but workers, cores and GOMAXPROCS)." placeholder:"KEYS"`
	Col      string   `help:"What stands side by side, such as --col=goarch or --col=.file (default: host, if there are several)." placeholder:"KEYS"`
	Results  string   `help:"Folder in which to look for the newest run (default: results)." default:"results" placeholder:"DIR"`
	Output   string   `short:"o" help:"Folder to write the page, the charts and report.json to (default: report beside the first file; none for another form or standard input)." placeholder:"DIR"`
	Stack    bool     `xor:"form" help:"Print the speedup stack of every point as well: what its cores did."`
	Markdown bool     `xor:"form" help:"Print the table as a comment for a pull request instead."`
	CSV      bool     `name:"csv" xor:"form" help:"Print a line per point instead, as CSV (see go doc overlap/report Analysis.WriteCSV)."`
	JSON     bool     `name:"json" xor:"form" help:"Print everything as JSON instead, as --schema describes it."`
	Schema   bool     `xor:"form" help:"Print the JSON Schema of --json, and read no result file."`
	Serve    bool     `xor:"form" help:"Show the page of one run in a browser on this machine, and keep it fresh while the run goes on. Ctrl-C ends it."`
	Port     uint16   `help:"Port for --serve (default: a free one)." placeholder:"N"`
}

func (c *reportCmd) Run(ctx context.Context, s *streams) error {
	if c.Port != 0 && !c.Serve {
		return errors.New("--port is that of --serve, which is not given")
	}
	if c.Schema {
		_, err := io.WriteString(s.out, report.Schema)
		return err
	}
	if len(c.Files) == 0 {
		newest, err := newestRun(c.Results, "*/*.txt")
		if err != nil {
			return err
		}
		c.Files = []string{newest}
	}
	if c.Serve {
		if c.Filter != "" || c.Row != "" || c.Col != "" {
			return errors.New("--filter, --row and --col do not go with --serve, which shows one run as it is")
		}
		return c.serve(ctx, s)
	}
	// Results and their analysis are short-lived: a smaller heap costs little
	// time, and lets a million results do with the memory that benchstat takes.
	defer debug.SetGCPercent(debug.SetGCPercent(30))
	d, err := report.Input{Paths: c.Files, Filter: c.Filter, Row: c.Row, Col: c.Col}.Load()
	if err != nil {
		return err
	}
	a := report.Analyze(d)
	if len(a.Rows) == 0 && !c.CSV { // its points need no partners
		return fmt.Errorf("%s: nothing to factorise: %w", strings.Join(c.Files, ", "), errors.Join(a.Warnings...))
	}
	other, err := c.print(s, a)
	if err != nil {
		return err
	}
	if c.Output == "" && (other || c.Files[0] == "-") {
		return nil
	}
	if c.Output == "" {
		c.Output = filepath.Join(filepath.Dir(c.Files[0]), "report")
	}
	if err := write(c.Output, a, historyBeside(ctx, s, c.Files)); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	if !other {
		fmt.Fprintf(s.out, "\nreport: %s\n", filepath.Join(c.Output, "index.html"))
	}
	return nil
}

// print writes the analysis in the form that was asked for, and reports whether
// that is for another program: then nothing else may be on standard output.
func (c *reportCmd) print(s *streams, a *report.Analysis) (other bool, err error) {
	switch {
	case c.Markdown:
		return true, a.WriteMarkdown(s.out)
	case c.JSON:
		return true, a.WriteJSON(s.out)
	case c.CSV:
		for _, note := range a.Warnings { // they have no place among the points
			fmt.Fprintf(s.err, "warning: %v\n", note)
		}
		return true, a.WriteCSV(s.out)
	}
	fmt.Fprint(s.out, typeset.Printable(strings.Join(c.Files, ", ")))
	if name, cpu := a.Data.Host["host"], a.Data.Host["cpu"]; name != "" {
		fmt.Fprintf(s.out, " (measured on %s, %s)", typeset.Printable(name), typeset.Printable(cpu))
	}
	fmt.Fprint(s.out, "\n\n")
	if err := terminalOf(s.out).WriteTable(s.out, a); err != nil || !c.Stack {
		return false, err
	}
	fmt.Fprintln(s.out)
	return false, a.WriteStacks(s.out)
}

// newestRun finds the run with the latest time in its name that matches the
// pattern.
func newestRun(results, pattern string) (string, error) {
	runs, err := filepath.Glob(filepath.Join(results, filepath.FromSlash(pattern)))
	if err != nil {
		return "", fmt.Errorf("--results: %w", err)
	}
	runs = slices.DeleteFunc(runs, func(path string) bool {
		info, err := os.Stat(path)
		return err != nil || info.Size() == 0 || filepath.Base(path) == history.File // empty: of a crash before the first write
	})
	if len(runs) == 0 {
		return "", fmt.Errorf("no run in %s: measure with overlap run, or name a result file", results)
	}
	stamp := func(path string) string { return strings.TrimSuffix(filepath.Base(path), ".txt") }
	return slices.MaxFunc(runs, func(a, b string) int { return strings.Compare(stamp(a), stamp(b)) }), nil
}

// write makes the page, the charts and the JSON in dir. Each file is written
// beside its place and moved there, so that a reader never sees half of one.
func write(dir string, a *report.Analysis, past *history.History) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	again := exists(filepath.Join(dir, "report.json"))
	var drawn []page.Chart
	pictures := map[string]bool{}
	charts := chart.All(a)
	if c, ok := chart.History(past); ok {
		charts = append(charts, c)
	}
	for _, c := range charts {
		p, err := draw(c)
		if err != nil {
			return err
		}
		pictures[c.Name] = true
		png, err := c.PNG(chart.Light)
		if err != nil {
			return err
		}
		if err := replace(filepath.Join(dir, c.Name+".svg"), p.SVG); err != nil {
			return err
		}
		if err := replace(filepath.Join(dir, c.Name+".png"), png); err != nil {
			return err
		}
		if c.Name == "history" {
			p.Numbers = stepNumbers(past)
		}
		drawn = append(drawn, p)
	}
	if again {
		if err := removeOld(dir, pictures); err != nil {
			return err
		}
	}
	for _, r := range chart.Excerpt(a).Rows {
		for _, c := range chart.OfRow(a, r) {
			p, err := draw(c)
			if err != nil {
				return err
			}
			drawn = append(drawn, p)
		}
	}
	var html, json strings.Builder
	if err := page.Write(&html, a, drawn, page.Options{Dark: chart.Recolour()}); err != nil {
		return err
	}
	if err := replace(filepath.Join(dir, "index.html"), []byte(html.String())); err != nil {
		return err
	}
	if err := a.WriteJSON(&json); err != nil {
		return err
	}
	return replace(filepath.Join(dir, "report.json"), []byte(json.String()))
}

// removeOld removes the pictures that an earlier report left in its folder and
// this one does not have. Only those of its own names: other files there are
// somebody's.
func removeOld(dir string, pictures map[string]bool) error {
	var failed []error
	for _, name := range pictureNames {
		if pictures[name] {
			continue
		}
		for _, ending := range []string{".svg", ".png"} {
			failed = append(failed, ignoreMissing(os.Remove(filepath.Join(dir, name+ending))))
		}
	}
	return errors.Join(failed...)
}

// pictureNames are those of all charts that a report may have of all rows.
var pictureNames = []string{
	"gains", "timeline", "scaling", "workers", "plane", "stack", "efficiency", "latency", "heat",
	"crossover", "executors", "coremap", "coretocore", "history",
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// draw draws a chart for the page.
func draw(c chart.Chart) (page.Chart, error) {
	svg, err := c.SVG(chart.Light)
	return page.Chart{Name: c.Name, Row: c.Row, Title: c.Title, Caption: c.Caption, Alt: c.Alt, SVG: svg}, err
}

// replace writes a file atomically.
func replace(path string, data []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, ignoreMissing(os.Remove(f.Name())))
		}
	}()
	_, err = f.Write(data)
	if err := errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
