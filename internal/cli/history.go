package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"overlap/bench/gate"
	"overlap/bench/sweep"
	"overlap/report/chart"
	"overlap/report/history"
	"overlap/report/historypage"
	"overlap/report/page"
)

type historyCmd struct {
	Since     string   `group:"read" help:"Only commits after this revision of the repository." placeholder:"REV"`
	Dir       string   `group:"read" help:"Repository whose first-parent history orders the commits (default: the one here); without a repository, commits are ordered by the time of their comparison." default:"." placeholder:"DIR"`
	Results   string   `group:"read" help:"Directory with the results of the machines (default: results)." default:"results" placeholder:"DIR"`
	Name      string   `group:"read" aliases:"host" help:"Name of the machine (default: all that have a history)." placeholder:"HOST"`
	Bench     string   `group:"read" help:"Only benchmarks that match, as package.name." placeholder:"REGEXP"`
	MinChange stepSize `group:"read" help:"Smallest step to report (default: 1%)." default:"1%" placeholder:"PERCENT"`
	Output    string   `group:"output" short:"o" help:"Directory for history.svg and history.png (default: report beside the history; none with --json or --html)." placeholder:"DIR"`
	JSON      bool     `group:"output" name:"json" help:"Print series and steps as JSON, one array element per machine."`
	HTML      string   `group:"output" name:"html" help:"Write a page with the steps and charts of all machines: one file without scripts from elsewhere, for any site of static files." placeholder:"FILE"`

	Repository string `group:"output" help:"Address of the repository, such as https://github.com/you/module, where the page links to commits (default: that of the remote origin, if it is on the web)." placeholder:"URL"`
}

// Help is printed below the first line of --help.
func (c *historyCmd) Help() string {
	return "Exit codes: 0 with or without steps, 1 if there is no history, 2 for a wrong command line."
}

// stepSize is a share, written as a percentage with or without its sign.
type stepSize percent

// UnmarshalText reads 1% and 1.
func (s *stepSize) UnmarshalText(text []byte) error {
	number := strings.TrimSuffix(string(text), "%")
	return (*percent)(s).UnmarshalText([]byte(number + "%"))
}

func (c *historyCmd) Run(ctx context.Context, s *streams) error {
	if c.MinChange == 0 {
		return errors.New("--min-change 0%: want a percentage above 0")
	}
	o := history.Options{MinChange: float64(c.MinChange)}
	if c.Bench != "" {
		re, err := regexp.Compile(c.Bench)
		if err != nil {
			return fmt.Errorf("--bench: %w", err)
		}
		o.Bench = re
	}
	files, err := c.files()
	if err != nil {
		return err
	}
	options, err := c.pageOptions(ctx)
	if err != nil {
		return err
	}
	if o.Order, err = firstParents(ctx, c.Dir); err != nil {
		if c.Since != "" {
			return fmt.Errorf("--since: %w", err)
		}
		fmt.Fprintf(s.err, "warning: commits are in the order of their comparisons: %v\n", err)
	}
	if c.Since != "" {
		if o.Since, err = commitOf(ctx, c.Dir, c.Since, o.Order); err != nil {
			return fmt.Errorf("--since: %w", err)
		}
	}
	all, machines := []*history.History{}, []historypage.Machine{}
	for _, file := range files {
		h, warnings, err := loadHistory(s, file, o)
		if err != nil {
			return err
		}
		all, machines = append(all, h), append(machines, historypage.Machine{History: h, Warnings: warnings})
		if err := c.show(s, file, h, len(files) > 1); err != nil {
			return err
		}
	}
	if c.HTML != "" {
		if err := c.writePage(s, machines, options); err != nil {
			return err
		}
	}
	if !c.JSON {
		return nil
	}
	e := json.NewEncoder(s.out)
	e.SetIndent("", "  ")
	return e.Encode(all)
}

// files returns the history files of the selected hosts.
func (c *historyCmd) files() ([]string, error) {
	hosts, err := os.ReadDir(c.Results)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("--results: %w", err)
	}
	var files, names []string
	for _, host := range hosts {
		if path := filepath.Join(c.Results, host.Name(), history.File); exists(path) {
			files, names = append(files, path), append(names, host.Name())
		}
	}
	path := historyPath(c.Results, c.Name)
	switch {
	case len(files) == 0:
		return nil, fmt.Errorf("no history in %s: overlap check adds each comparison of two commits to it", c.Results)
	case c.Name == "":
		return files, nil
	case exists(path):
		return []string{path}, nil
	}
	return nil, fmt.Errorf("--name: %q has no history in %s, only %s", c.Name, c.Results, strings.Join(names, ", "))
}

func loadHistory(s *streams, path string, o history.Options) (h *history.History, warnings []error, err error) {
	entries, warnings, err := history.Load(path)
	if err != nil {
		return nil, nil, err
	}
	for _, w := range warnings {
		fmt.Fprintf(s.err, "warning: %v\n", w)
	}
	if len(entries) == 0 {
		return nil, nil, fmt.Errorf("history: %s has no comparisons yet: overlap check adds each comparison of two commits to it", path)
	}
	return history.Build(entries, o), warnings, nil
}

// show prints the history of a host for people and draws it.
func (c *historyCmd) show(s *streams, file string, h *history.History, several bool) error {
	dir := c.Output
	switch {
	case dir == "" && c.JSON:
		return nil
	case dir == "" && c.HTML != "":
		return h.WriteText(s.out)
	case dir == "":
		dir = filepath.Join(filepath.Dir(file), "report")
	case several:
		dir = filepath.Join(dir, filepath.Base(filepath.Dir(file)))
	}
	if !c.JSON {
		if err := h.WriteText(s.out); err != nil {
			return err
		}
	}
	picture, ok := chart.History(h)
	if !ok {
		return nil
	}
	if err := writePictures(dir, picture); err != nil {
		return fmt.Errorf("write the chart: %w", err)
	}
	if !c.JSON {
		fmt.Fprintf(s.out, "\nchart: %s\n\n", filepath.Join(dir, picture.Name+".svg"))
	}
	return nil
}

func writePictures(dir string, c chart.Chart) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	svg, err := c.SVG(chart.Light)
	if err != nil {
		return err
	}
	png, err := c.PNG(chart.Light)
	if err != nil {
		return err
	}
	return errors.Join(replace(filepath.Join(dir, c.Name+".svg"), svg), replace(filepath.Join(dir, c.Name+".png"), png))
}

// historyBeside returns the history in the directory of the result files; nil if it has
// none or the files are in several directories. A damaged history is a warning only: the
// report is complete otherwise.
func historyBeside(ctx context.Context, s *streams, files []string) *history.History {
	dir := filepath.Dir(files[0])
	for _, file := range files {
		if file == "-" || filepath.Dir(file) != dir {
			return nil
		}
	}
	path := filepath.Join(dir, history.File)
	if !exists(path) {
		return nil
	}
	order, err := firstParents(ctx, ".")
	if err != nil {
		order = nil // ordered by the time of the comparisons
	}
	h, _, err := loadHistory(s, path, history.Options{Order: order})
	if err != nil {
		fmt.Fprintf(s.err, "warning: the page has no history: %v\n", err)
		return nil
	}
	return h
}

// maxListedSteps limits the steps that a page lists, newest first.
const maxListedSteps = 200

func stepNumbers(h *history.History) *page.Numbers {
	if len(h.Causes) == 0 {
		return nil
	}
	n := &page.Numbers{Name: "the steps", Columns: h.Columns()}
	for _, c := range h.Causes[:min(len(h.Causes), maxListedSteps)] {
		n.Rows = append(n.Rows, c.Cells())
	}
	return n
}

// historyPath returns the file with the history of a host.
func historyPath(results, host string) string {
	return filepath.Join(sweep.HostDir(results, host), history.File)
}

// appendHistory adds a comparison to the history of its host, and returns the file. If
// the report does not compare two commits, or is incomplete, it adds nothing and returns
// no file.
func appendHistory(results string, r *gate.Report) (file string, err error) {
	if r.Base.Dirty || r.Head.Dirty || r.Base.Commit == r.Head.Commit || !r.Complete {
		return "", nil
	}
	e := historyEntry(r)
	if len(e.Results) == 0 && len(e.Identical) == 0 {
		return "", nil
	}
	file = historyPath(results, r.Host)
	return file, history.Append(file, e)
}

// historyEntry returns a report as the history stores it. It leaves out ratios that
// cannot be chained, and those of a program that lost CPUs to other programs. There is no
// ratio to 0, but the first allocation is what a history must not miss: where a count is 0
// on one side, it has the ratio of one more on both.
func historyEntry(r *gate.Report) history.Entry {
	e := history.Entry{
		Base: r.Base.Commit, Commit: r.Head.Commit, Time: r.Time, Host: r.Host, Machine: r.Machine,
		Seed: r.Seed, Blocks: cmp.Or(r.Measured.Least, r.Blocks), Identical: r.Identical,
	}
	for _, c := range r.Changes {
		if c.Exact && (c.Base == 0) != (c.Head == 0) {
			c.Ratio = max(1e-6, min((1+c.Head)/(1+c.Base), 1e6-1))
			c.Low, c.High = c.Ratio, c.Ratio
		}
		if c.Disturbed || !(c.Low > 0 && c.Low <= c.Ratio && c.Ratio <= c.High && c.High < 1e6) {
			continue
		}
		name := strings.TrimPrefix(c.Benchmark, "Benchmark")
		if c.Point != "" {
			name += "/" + c.Point
		}
		low, high := c.Interval()
		e.Results = append(e.Results, history.Result{
			Metric: history.Metric{Package: c.Package, Name: name, Quantity: historyQuantity(c.Quantity)},
			Ratio:  history.Ratio{Value: c.Ratio, Low: low, High: high}, Head: c.Head,
		})
	}
	return e
}

// historyQuantity returns a quantity as a unit spells it.
func historyQuantity(q gate.Quantity) history.Quantity {
	switch q {
	case gate.Bytes:
		return history.Bytes
	case gate.Allocs:
		return history.Allocs
	}
	return history.Quantity(strings.ReplaceAll(string(q), " ", "-"))
}
