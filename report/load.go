// Package report turns result files into gains, ceilings and verdicts. It
// knows benchmarks only by the Go benchmark format, so it reads what go test
// wrote as well as what overlap run wrote, and nothing of how it was measured.
package report

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"golang.org/x/perf/benchfmt"

	"overlap/internal/table"
)

// Data is the content of result files.
type Data struct {
	Files   []string
	Host    map[string]string            // configuration that all results share
	Hosts   map[string]map[string]string // by column: configuration that its results share; nil if there is one column
	Columns []string                     // that stand side by side; none if there is one only
	Kinds   map[string]string            // workload → kind, where the file says
	Expects map[string]string            // workload, or workload/variant → scaling to expect, where the file says
	Order   []string                     // the workloads of Kinds, as the file orders them
	Points  []Point                      // in the order of their first sample

	Recordings         // of the run, if there are any beside its file
	Warnings   []error // about what could not be used, and why

	rounds  int // the highest of any sample
	sources []*source
	records map[Point]*record
	index
}

// Samples are those of a point in the order of the files, made on demand.
func (d *Data) Samples(p Point) (list []Sample) {
	if r := d.records[p]; r != nil {
		list = make([]Sample, 0, len(r.seconds))
		for i := range r.seconds {
			list = append(list, r.sample(i))
		}
	}
	return list
}

// count is the number of samples of a point.
func (d *Data) count(p Point) int {
	if r := d.records[p]; r != nil {
		return len(r.seconds)
	}
	return 0
}

// FileError says what is wrong with a result file and how to mend it.
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
	Row    string    // what of a name makes a row, as ".name,/size"; all but the axes if empty
	Col    string    // what stands side by side, as "goarch" or ".file"; the hosts if empty

	// NameNumbers says what the numbers behind a dash at the end of names are
	// where the file does not prove it: Cores (GOMAXPROCS), Workers, or a Part of
	// the name. If it is empty, all names of the file together tell, or else their
	// results are left out.
	NameNumbers NameNumbers
}

// InputError says which field of an Input cannot be used, and why.
type InputError struct {
	Field string // its name
	Err   error
}

func (e *InputError) Error() string { return e.Field + ": " + e.Err.Error() }
func (e *InputError) Unwrap() error { return e.Err }

// Load reads result files: those of one machine, or of several side by side.
func Load(paths ...string) (*Data, error) { return Input{Paths: paths}.Load() }

// Load reads the files; the rounds of one follow those of the file before. It
// fails, with a FileError, on a file that is empty, cut, or not in the Go
// benchmark format: half of the data would give wrong answers without a word.
// Benchmarks of other people that cannot be used are left out, and the Warnings
// of the data say which. It reads the recordings beside the files, too. It blocks
// until the files are read: a pipe, until somebody wrote and closed it.
func (in Input) Load() (*Data, error) {
	l, err := newLoader(in)
	if err != nil {
		return nil, err
	}
	for _, path := range in.Paths {
		if err := l.load(path); err != nil {
			return nil, err
		}
	}
	d, err := l.settle()
	if err != nil {
		return nil, err
	}
	recordings, warnings := ReadRecordings(d.Files)
	d.Recordings, d.Warnings = recordings, append(d.Warnings, warnings...)
	return d, nil
}

// Read is Load from a reader. name stands for the file in errors.
func Read(r io.Reader, name string) (*Data, error) {
	l, err := newLoader(Input{Paths: []string{name}})
	if err != nil {
		return nil, err
	}
	if err := l.read(r, name, false); err != nil {
		return nil, err
	}
	return l.settle()
}

func (l *loader) load(path string) error {
	in := l.in.Stdin
	switch {
	case path != "-":
		f, err := os.Open(path)
		if err != nil {
			return fmt.Errorf("result file: %w", err)
		}
		defer f.Close()
		if info, err := f.Stat(); err == nil && info.IsDir() {
			return &FileError{path, "it is a folder: name the result files in it"}
		}
		in = f
	case in == nil:
		in = os.Stdin
	}
	text, zipped, err := unzipped(in)
	if problem := zipProblem(err); problem != "" {
		return &FileError{path, problem}
	} else if err != nil {
		return fmt.Errorf("result file: %s: %w", path, err)
	}
	return l.read(text, path, zipped)
}

// read adds the results of one file.
func (l *loader) read(text io.Reader, path string, zipped bool) error {
	sum := sha256.New()
	t := newTranscript(text)
	l.lines, l.unused, l.found, l.before = newLines(io.TeeReader(t, sum)), reasons{}, 0, l.data.rounds
	l.lines.name, l.lines.zipped, l.own = path, zipped, false
	l.files++
	var reader benchfmt.Reader
	reader.Reset(l.lines, path, ".file", path)
	for reader.Scan() {
		switch rec := reader.Result().(type) {
		case *benchfmt.SyntaxError:
			if l.lines.cut {
				return l.cut(path)
			}
			if l.strict() {
				return &FileError{path, fmt.Sprintf("line %d is damaged: %s; remove it to use the others", rec.Line, rec.Msg)}
			}
			if isResult(l.lines.line) {
				l.unused.Add(table.Cut(table.OneLine(string(l.lines.line)), 60), "no result: "+rec.Msg)
			} else {
				l.lines.outcomes.tear(l.lines.line)
			}
		case *benchfmt.Result:
			if err := l.add(rec); err != nil {
				_, line := rec.Pos()
				return &FileError{path, fmt.Sprintf("line %d: %v", line, err)}
			}
		}
	}
	if err := l.complete(path, reader.Err(), t); err != nil {
		return err
	}
	return l.once(path, [sha256.Size]byte(sum.Sum(nil)))
}

// once refuses a file that was read before under this or another name: each of
// its samples would count twice.
func (l *loader) once(path string, sum [sha256.Size]byte) error {
	switch same, ok := l.sums[sum]; {
	case !ok:
		l.sums[sum] = path
		return nil
	case same == path:
		return &FileError{path, "it is named twice: its samples would count twice"}
	default:
		return &FileError{path, fmt.Sprintf("%s and %s are the same results: name one of them", same, path)}
	}
}

// complete says what is wrong with a file that was read to its end.
func (l *loader) complete(path string, err error, t *transcript) error {
	told, quoted := l.lines.outcomes.warnings(), t.quoted.warning()
	kind := kindOf(t.begin, len(told)+len(l.unused.List()) == 0)
	if t.events && kind != "" {
		kind = ranNone
	}
	switch problem := zipProblem(err); {
	case problem != "":
		return &FileError{path, problem}
	case errors.Is(err, bufio.ErrTooLong):
		return &FileError{path, fmt.Sprintf("it has a line longer than %d KiB: is it a result file?", bufio.MaxScanTokenSize>>10)}
	case err != nil:
		return &FileError{path, strings.TrimPrefix(err.Error(), path+":")}
	case !l.lines.some:
		return &FileError{path, "the file is empty: it should hold what overlap run or go test -bench printed"}
	case l.lines.cut && l.lines.results && (l.strict() || l.torn()):
		return l.cut(path)
	case l.found == 0 && kind != "":
		return &FileError{path, kind}
	case l.found == 0 && len(l.unused.List()) > 0 && l.filter == nil:
		return &FileError{path, "nothing in it can be used: " + strings.Join(append(l.unused.sentences(maxListed), told...), "; ")}
	case l.found == 0 && len(l.unused.List()) == 0 && len(told) > 0:
		return &FileError{path, "no benchmark has a result: " + strings.Join(told, "; ")}
	case l.found == 0 && len(l.unused.List()) == 0:
		return &FileError{path, cmp.Or(quoted, "no line of it is a result: it should hold what overlap run or go test -bench printed")}
	}
	if quoted != "" {
		told = append(told, quoted)
	}
	for _, text := range told {
		l.data.Warnings = append(l.data.Warnings, fmt.Errorf("%s: %s", path, text))
	}
	if err := l.lines.runs.warning(); err != nil && !l.strict() && l.sourcesOf(path) == 1 { // else pool says what differs
		l.data.Warnings = append(l.data.Warnings, fmt.Errorf("%s: %w", path, err))
	}
	if l.lines.cut && l.lines.results {
		l.data.Warnings = append(l.data.Warnings, fmt.Errorf("%s: its last line has no end: if the file was cut, the last numbers may be wrong", path))
	}
	for _, reason := range l.unused.sentences(maxListed) {
		l.data.Warnings = append(l.data.Warnings, fmt.Errorf("%s: left out: %s", path, reason))
	}
	return nil
}

// strict reports whether the file is of the suite, which writes whole lines
// only. What go test prints has others among its results, where a benchmark
// fails or logs; benchstat, too, goes on after them.
func (l *loader) strict() bool { return l.lines.plan || l.own || ours(l.lines.line) }

// torn reports whether the last line of a file is a result that lacks its time.
func (l *loader) torn() bool {
	fields := bytes.Fields(l.lines.line)
	return len(fields) > 0 && bytes.HasPrefix(fields[0], []byte("Benchmark")) &&
		!slices.ContainsFunc(fields, func(f []byte) bool { return string(f) == "ns/op" || string(f) == "sec/op" })
}

func (l *loader) cut(path string) error {
	return &FileError{path, fmt.Sprintf("the file was cut in its last line, line %d; remove that line to use the others", l.lines.number)}
}

// add adds a result, or keeps the reason why it cannot.
func (l *loader) add(r *benchfmt.Result) error {
	round, changed := l.lines.next()
	if changed {
		l.configure(r)
		l.runs++
	}
	l.results++
	if l.filter != nil && !l.chosen(r) {
		l.found++ // what was not asked for is not at fault
		return nil
	}
	if r.Iters < 1 {
		return l.leaveOut(r, fmt.Errorf("it has an iteration count of %d, and needs at least 1", r.Iters))
	}
	rec, err := l.record(r)
	if err != nil {
		return l.leaveOut(r, err)
	}
	sec, err := seconds(r)
	if err != nil {
		return l.leaveOut(r, err)
	}
	if err := l.describe(rec.point.Column); err != nil {
		return err
	}
	l.found++
	if rec.point.Weak {
		sec /= float64(rec.point.Workers)
	}
	if round == 0 {
		rec.roundless = true
		round = len(rec.seconds) + 1
		rec.turns = append(rec.turns, int32(l.results))
	} else {
		round += l.before
	}
	l.data.rounds = max(l.data.rounds, round)
	rec.add(sec, round)
	if !l.lines.plan {
		l.lines.runs.add(rec, sec)
	}
	rec.from(l.source)
	l.own = l.own || rec.point.Executor != ""
	for _, v := range r.Values {
		if unit, ok := unitIndex[v.Unit]; ok && credible(unit, v.Value) && (unit != pressureUnit || l.pressure(rec)) {
			rec.set(unit, v.Value)
		}
	}
	return nil
}

// pressure reports whether the unit of that name means what it means here: the
// suite measured it, or the file describes it. Other people's may be of water.
func (l *loader) pressure(rec *record) bool { return rec.point.Executor != "" || l.lines.pressure }

// seconds is the time of a job.
func seconds(r *benchfmt.Result) (float64, error) {
	sec, ok := r.Value("sec/op")
	if !ok || !(sec >= minSeconds && sec <= maxPlausible) {
		return 0, errors.New("no time (ns/op), or one out of range")
	}
	return sec, nil
}

// minSeconds is the time of a job that is believed, in seconds: a millionth of
// what go test can print. Quotients of less would be infinite.
const minSeconds = 1e-21
