// Package report is the way from result files to what people and programs read:
//
//	data, err := report.Read(report.Input{Paths: paths}) // load: files → points and samples
//	a := report.Analyze(data)                            // analyse: gains, ceilings, laws, verdicts
//	err = report.Write(w, a, report.Markdown, terminal)  // write: one of Formats
//
// It knows benchmarks by the Go benchmark format only, so it reads what go test wrote as
// well as what overlap run wrote, and never how anything was measured. Package chart
// draws an analysis, page makes HTML of it, and history compares commits.
package report

import (
	"fmt"
	"io"

	"overlap/internal/table"
	"overlap/report/analyse"
	"overlap/report/load"
	"overlap/report/write"
)

// Input says which results to read, and how to lay them out.
type Input = load.Input

// Data is the content of result files.
type Data = load.Data

// Analysis is what the data says.
type Analysis = analyse.Analysis

// Read reads result files. Its errors are those of load.Input.Load.
func Read(in Input) (*Data, error) { return in.Load() }

// Analyze computes gains, ceilings, stacks, laws and verdicts. It takes time in
// proportion to the samples.
func Analyze(d *Data) *Analysis { return analyse.Analyze(d) }

// Format is what Write writes.
type Format string

// The formats.
const (
	Text     Format = "text"     // the headline table for people
	Stacks   Format = "stacks"   // the headline table, and the speedup stack of every point
	Markdown Format = "markdown" // a comment for a pull request
	CSV      Format = "csv"      // a line per point
	JSON     Format = "json"     // everything, as write.Schema describes
)

// Formats returns all that Write knows.
func Formats() []Format { return []Format{Text, Stacks, Markdown, CSV, JSON} }

// Write writes an analysis in a format. Only Text and Stacks use the terminal.
func Write(w io.Writer, a *Analysis, f Format, t table.Terminal) error {
	switch f {
	case Text, Stacks:
		if err := write.Source(w, a, t); err != nil {
			return err
		}
		fmt.Fprintln(w)
		if err := write.Table(w, a, t); err != nil || f == Text {
			return err
		}
		fmt.Fprintln(w)
		return write.Stacks(w, a)
	case Markdown:
		return write.Markdown(w, a)
	case CSV:
		return write.CSV(w, a)
	case JSON:
		return write.JSON(w, a)
	}
	return fmt.Errorf("%q is not a format of reports", f)
}
