package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"

	"overlap/internal/table"
	"overlap/report"
	"overlap/report/chart"
	"overlap/report/history"
	"overlap/report/load"
	"overlap/report/page"
	"overlap/report/write"
)

type reportCmd struct {
	Files   []string `arg:"" optional:"" help:"Result files in the Go benchmark format, also gzip or from go test -json; - is standard input (default: the newest run)."`
	Filter  string   `group:"read" help:"Results to use, in the syntax of benchstat, such as --filter='/executor:pool -.name:Disk'." placeholder:"EXPR"`
	Row     string   `group:"read" help:"Parts of a name that make a row, such as --row=.name,/size (default: all but workers, cores and GOMAXPROCS)." placeholder:"KEYS"`
	Col     string   `group:"read" help:"What appears side by side, such as --col=goarch or --col=.file (default: host, if there are several)." placeholder:"KEYS"`
	Numbers string   `group:"read" name:"name-numbers" help:"What the number after the last dash of a name means, where a file does not prove it: cores (GOMAXPROCS), workers, or a part of the name." placeholder:"cores|workers|part"`
	Results string   `group:"read" help:"Directory in which to find the newest run (default: results)." default:"results" placeholder:"DIR"`

	Output   string `group:"output" short:"o" help:"Directory for the page, the charts and report.json (default: report beside the first file; none for other formats or standard input)." placeholder:"DIR"`
	Stack    bool   `group:"output" xor:"form" help:"Also print the speedup stack of every point: how the time of its cores was spent."`
	Markdown bool   `group:"output" xor:"form" help:"Print the table as a comment for a pull request instead."`
	CSV      bool   `group:"output" name:"csv" xor:"form" help:"Print one line per point as CSV instead (see go doc overlap/report/write CSV)."`
	JSON     bool   `group:"output" name:"json" xor:"form" help:"Print everything as JSON instead, as --schema describes."`
	Schema   bool   `group:"output" xor:"form" help:"Print the JSON schema of --json, and read no result file."`
	Watch    bool   `group:"output" xor:"form" help:"Write the report again and again while the run that writes the file goes on; the page reloads itself. Ctrl-C ends it."`

	Serve bool   `hidden:""` // the former name of --watch
	Port  uint16 `hidden:""`
}

// Help is printed below the first line of --help.
func (c *reportCmd) Help() string {
	return "Exit codes: 1 if a file cannot be read or has nothing to report, 2 for a wrong command line, 130 if interrupted."
}

func (c *reportCmd) Run(ctx context.Context, s *streams) error {
	if c.Serve || c.Port != 0 {
		return errors.New("--serve and --port are gone: --watch keeps the page beside the result file up to date, without a server")
	}
	if c.Schema {
		_, err := io.WriteString(s.out, write.Schema)
		return err
	}
	if len(c.Files) == 0 {
		newest, err := newestRun(c.Results, "*/*.txt")
		if err != nil {
			return err
		}
		c.Files = []string{newest}
	}
	if c.Watch {
		return c.watch(ctx, s)
	}
	return c.report(ctx, s)
}

// format returns the format of standard output.
func (c *reportCmd) format() report.Format {
	switch {
	case c.Markdown:
		return report.Markdown
	case c.JSON:
		return report.JSON
	case c.CSV:
		return report.CSV
	case c.Stack:
		return report.Stacks
	}
	return report.Text
}

// forPeople reports whether the format is for people. A format for programs has standard
// output to itself.
func (c *reportCmd) forPeople() bool {
	return slices.Contains([]report.Format{report.Text, report.Stacks}, c.format())
}

// directory is where the page goes, empty for nowhere.
func (c *reportCmd) directory() reportDir {
	if c.Output == "" && c.forPeople() && c.Files[0] != "-" {
		return reportDir(filepath.Join(filepath.Dir(c.Files[0]), "report"))
	}
	return reportDir(c.Output)
}

// report reads, prints and writes. It abandons reading and printing as soon as ctx ends;
// store, which writes, then leaves all files or none.
func (c *reportCmd) report(ctx context.Context, s *streams) error {
	// Results and their analysis are short-lived: a smaller heap costs little
	// time, and lets a million results do with the memory that benchstat takes.
	defer debug.SetGCPercent(debug.SetGCPercent(30))
	dir := c.directory()
	if dir != "" {
		if err := dir.check("report.json", "index.html"); err != nil {
			return err // before minutes are spent on what cannot be kept
		}
	}
	a, err := await(ctx, c.analyse)
	if err != nil {
		return err
	}
	files, err := await(ctx, func() ([]file, error) {
		var accounts []page.Account
		if dir != "" {
			accounts = accountsOf(a, c.Filter == "")
		}
		if err := c.print(s, a); err != nil || dir == "" {
			return nil, err
		}
		d, err := newDraft(a, historyBeside(ctx, s, c.Files), accounts)
		if err != nil {
			return nil, err
		}
		return d.files(page.Options{})
	})
	if err != nil || dir == "" {
		return err
	}
	if err := dir.store(ctx, files); err != nil {
		return err
	}
	if c.forPeople() {
		fmt.Fprintf(s.out, "\nreport: %s\n", table.Printable(filepath.Join(string(dir), "index.html")))
	}
	return nil
}

// await returns what f returns or, as soon as ctx ends, the reason for that. f then goes
// on until the program ends: reading a pipe that nobody writes to, or printing to one
// that nobody reads, cannot be called off.
func await[T any](ctx context.Context, f func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		value, err := f()
		done <- result{value, err}
	}()
	select {
	case <-ctx.Done():
		return *new(T), context.Cause(ctx)
	case r := <-done:
		return r.value, r.err
	}
}

// analyse reads and analyses the files.
func (c *reportCmd) analyse() (*report.Analysis, error) {
	d, err := report.Read(report.Input{Paths: c.Files, Filter: c.Filter, Row: c.Row, Col: c.Col, NameNumbers: load.NameNumbers(c.Numbers)})
	if err != nil {
		return nil, c.suggest(err)
	}
	a := report.Analyze(d)
	if len(a.Rows) == 0 && !c.CSV { // its points need no partners
		return nil, fmt.Errorf("%s: %w", strings.Join(c.Files, ", "), errors.Join(a.Warnings...))
	}
	return a, nil
}

// inputFlags are the flags of the fields of report.Input.
var inputFlags = map[string]string{"Filter": "--filter", "Row": "--row", "Col": "--col", "NameNumbers": "--name-numbers"}

// suggest names the flag that is wrong, or adds to the error about a missing file
// which ones there are.
func (c *reportCmd) suggest(err error) error {
	if e, ok := errors.AsType[*load.InputError](err); ok {
		return fmt.Errorf("%s: %w", inputFlags[e.Field], e.Err)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	runs, _ := runsIn(c.Results, "*/*.txt") // a directory that cannot be read has none to offer
	if len(runs) == 0 {
		return fmt.Errorf("%w; measure with overlap run, or name a file that go test -bench wrote", err)
	}
	return fmt.Errorf("%w; the newest results are %s", err, strings.Join(runs[:min(len(runs), 3)], ", "))
}

// print writes the analysis in the format that was asked for.
func (c *reportCmd) print(s *streams, a *report.Analysis) error {
	format := c.format()
	if format == report.CSV {
		for _, note := range a.Warnings { // they have no place among the points
			fmt.Fprintf(s.err, "warning: %s\n", table.OneLine(note.Error()))
		}
	}
	return report.Write(s.out, a, format, terminalOf(s.out))
}

// newestRun finds the run with the latest time in its name that matches the
// pattern.
func newestRun(results, pattern string) (string, error) {
	runs, err := runsIn(results, pattern)
	if err != nil {
		return "", fmt.Errorf("--results: %w", err)
	}
	if len(runs) == 0 {
		return "", fmt.Errorf("no run in %s: measure with overlap run, or name a result file", results)
	}
	return runs[0], nil
}

// runsIn are the runs in a directory that match the pattern, newest first.
func runsIn(results, pattern string) ([]string, error) {
	found, err := fs.Glob(os.DirFS(results), pattern) // the directory's own name is not a pattern
	if err != nil {
		return nil, err
	}
	var runs []string
	for _, name := range found {
		path := filepath.Join(results, filepath.FromSlash(name))
		info, err := os.Stat(path)
		if err == nil && info.Size() > 0 && filepath.Base(path) != history.File { // empty: of a crash before the first write
			runs = append(runs, path)
		}
	}
	stamp := func(path string) string { return strings.TrimSuffix(filepath.Base(path), ".txt") }
	slices.SortStableFunc(runs, func(a, b string) int { return strings.Compare(stamp(b), stamp(a)) })
	return runs, nil
}

// draft is a report that has been drawn.
type draft struct {
	analysis *report.Analysis
	charts   []page.Chart
	accounts []page.Account
	beside   []file // report.json and the pictures
}

func newDraft(a *report.Analysis, past *history.History, accounts []page.Account) (*draft, error) {
	var json bytes.Buffer
	if err := report.Write(&json, a, report.JSON, table.Terminal{}); err != nil {
		return nil, err
	}
	charts := chartsOf(a)
	if c, ok := chart.History(past); ok {
		charts = append(charts, c)
	}
	drawn, pngs, err := drawAll(charts)
	if err != nil {
		return nil, err
	}
	d := &draft{a, drawn, accounts, []file{{"report.json", json.Bytes()}}}
	for i, c := range charts {
		if c.Row == "" {
			d.beside = append(d.beside, file{c.Name + ".svg", drawn[i].SVG}, file{c.Name + ".png", pngs[i]})
		}
		if c.Name == "history" {
			drawn[i].Numbers = stepNumbers(past)
		}
	}
	return d, nil
}

// files returns the files of the report. What marks the directory as ours comes first, the
// page that shows the others last.
func (d *draft) files(o page.Options) ([]file, error) {
	var html bytes.Buffer
	o.Dark, o.Accounts = chart.Recolour(), d.accounts
	if err := page.Write(&html, d.analysis, d.charts, o); err != nil {
		return nil, err
	}
	return append(slices.Clone(d.beside), file{"index.html", html.Bytes()}), nil
}

// chartsOf returns the charts of all rows, and then those of each row.
func chartsOf(a *report.Analysis) []chart.Chart {
	charts := chart.All(a)
	for _, r := range chart.Excerpt(a).Rows {
		charts = append(charts, chart.OfRow(a, r)...)
	}
	return charts
}

// drawAll draws charts on as many cores as there are: all for the page, and those of all
// rows also as PNG.
func drawAll(charts []chart.Chart) (drawn []page.Chart, pngs [][]byte, err error) {
	drawn, pngs = make([]page.Chart, len(charts)), make([][]byte, len(charts))
	failed := make([]error, len(charts))
	free := make(chan struct{}, runtime.GOMAXPROCS(0)) // a picture takes 10 MB while it is drawn
	var all sync.WaitGroup
	for i, c := range charts {
		free <- struct{}{}
		all.Go(func() {
			defer func() { <-free }()
			svg, err := c.SVG(chart.Light)
			drawn[i] = page.Chart{Name: c.Name, Row: c.Row, Title: c.Title, Caption: c.Caption, Alt: c.Alt, SVG: svg}
			if err == nil && c.Row == "" {
				pngs[i], err = c.PNG(chart.Light)
			}
			failed[i] = err
		})
	}
	all.Wait()
	return drawn, pngs, errors.Join(failed...)
}
