// Package load reads result files in the Go benchmark format into Data, points with
// their samples: what overlap run and go test wrote, also compressed, as JSON or in the
// log of a build. It trusts nothing of what it reads. It knows no gains.
package load

import (
	"fmt"
	"io"
	"os"

	"overlap/internal/table"
	"overlap/report/trace"
)

// Data is the content of result files.
type Data struct {
	Files   []string
	Host    map[string]string            // configuration that all results share
	Hosts   map[string]map[string]string // by column: configuration that its results share; nil if there is one column
	Columns []string                     // shown side by side; none if there is only one
	Kinds   map[string]string            // workload → kind, if the file has it
	Expects map[string]string            // workload, or workload/variant → scaling to expect, if the file has it
	Order   []string                     // the workloads of Kinds, as the file orders them
	Points  []Point                      // in the order of their first sample

	trace.Recordings         // of the run, if its directory has any
	Warnings         []error // about what could not be used, and why

	sources []*source
	records map[Point]*record
	index
}

// Samples returns the samples of a point in the order of the files, made on demand.
func (d *Data) Samples(p Point) []Sample {
	list := make([]Sample, d.Count(p))
	for i := range list {
		list[i] = d.records[p].sample(i)
	}
	return list
}

// warn adds the warnings that are not nil.
func (d *Data) warn(warnings ...error) {
	for _, err := range warnings {
		if err != nil {
			d.Warnings = append(d.Warnings, err)
		}
	}
}

// record returns the record of a point, an empty one if it was not measured.
func (d *Data) record(p Point) *record {
	if r := d.records[p]; r != nil {
		return r
	}
	return &record{}
}

// Count returns the number of samples of a point.
func (d *Data) Count(p Point) int { return len(d.record(p).seconds) }

// FileError says what is wrong with a result file and how to fix it.
type FileError struct {
	Path    string
	Problem string
}

func (e *FileError) Error() string { return table.Printable(e.Path) + ": " + e.Problem }

// Input says which results to read and how to lay them out. The expressions are
// those of golang.org/x/perf/benchproc/syntax, as benchstat takes them.
type Input struct {
	Paths  []string  // files in the Go benchmark format, with gzip or without, from go test -json or the log of a build, too; "-" is Stdin
	Stdin  io.Reader // os.Stdin if nil
	Filter string    // results to use, as "/executor:pool -.name:Disk"; all if empty
	Row    string    // parts of a name that make a row, as ".name,/size"; all but the axes if empty
	Col    string    // what makes columns, as "goarch" or ".file"; the hosts if empty

	// NameNumbers is the meaning of numbers after a dash at the end of names where
	// the file does not prove it. If it is empty, all names of the file
	// together decide; results whose names remain ambiguous are left out.
	NameNumbers NameNumbers
}

// InputError says which field of an Input cannot be used, and why.
type InputError struct {
	Field string // its name
	Err   error
}

func (e *InputError) Error() string { return e.Field + ": " + e.Err.Error() }
func (e *InputError) Unwrap() error { return e.Err }

// Load reads result files of one machine, or of several to compare side by side.
func Load(paths ...string) (*Data, error) { return Input{Paths: paths}.Load() }

// Load reads the files; the rounds of one follow those of the file before. It
// fails, with a FileError, on a file that is empty, cut, or not in the Go
// benchmark format: half of the data would give wrong answers without a warning;
// and with an InputError on a field that cannot be used. Benchmarks of other people
// that cannot be used are left out, and the Warnings of the data name them. It reads
// the recordings next to the files, too. It blocks until the files are read: a pipe,
// until somebody wrote and closed it.
func (in Input) Load() (*Data, error) {
	b, err := newBuilder(in)
	if err != nil {
		return nil, err
	}
	for _, path := range in.Paths {
		if err := b.open(path); err != nil {
			return nil, err
		}
	}
	d, err := b.build()
	if err != nil {
		return nil, err
	}
	recordings, warnings := trace.ReadRecordings(d.Files)
	d.Recordings = recordings
	d.warn(warnings...)
	return d, nil
}

// Read is Load from a reader. Errors use name for the file.
func Read(r io.Reader, name string) (*Data, error) {
	b, err := newBuilder(Input{Paths: []string{name}})
	if err != nil {
		return nil, err
	}
	if err := b.read(r, name, false); err != nil {
		return nil, err
	}
	return b.build()
}

// open reads the file of that name, or standard input.
func (b *builder) open(path string) error {
	in := b.in.Stdin
	switch {
	case path != "-":
		f, err := os.Open(path)
		if err != nil {
			return fmt.Errorf("result file: %w", err)
		}
		defer f.Close()
		if info, err := f.Stat(); err == nil && info.IsDir() {
			return &FileError{path, "it is a directory: name the result files in it"}
		}
		in = f
	case in == nil:
		in = os.Stdin
	}
	text, compressed, err := decompress(in)
	if problem := compressionProblem(err); problem != "" {
		return &FileError{path, problem}
	} else if err != nil {
		return fmt.Errorf("result file: %s: %w", path, err)
	}
	return b.read(text, path, compressed)
}
