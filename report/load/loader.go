package load

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"golang.org/x/perf/benchfmt"

	"overlap/internal/table"
)

// file reads the results of one file into a builder. A line of a known name under a
// known configuration costs one look-up.
type file struct {
	*builder
	path       string
	compressed bool
	lines      *lines
	transcript *transcript

	suite    bool    // a result of the suite was read
	accepted int     // results that can be used, or that were not asked for
	unused   Reasons // results that were left out
	before   int     // rounds of the files before it

	run      int    // of go test, or another block of results below configuration lines
	block    *block // of the last result
	blocks   map[string]*block
	contexts map[string]int // values of the configuration that a point depends on → a number for them
	known    map[string]*record
	builds   map[string]int // → source
	scratch  []byte
}

// read adds the results of one file.
func (b *builder) read(text io.Reader, path string, compressed bool) error {
	b.files++
	sum := sha256.New()
	t := newTranscript(text)
	f := &file{
		builder: b, path: path, compressed: compressed, lines: newLines(io.TeeReader(t, sum)), transcript: t, before: b.rounds,
		blocks: map[string]*block{}, contexts: map[string]int{}, known: map[string]*record{}, builds: map[string]int{},
	}
	if err := f.readResults(); err != nil {
		return err
	}
	return b.once(path, [sha256.Size]byte(sum.Sum(nil)))
}

// once refuses a file that was read before under this or another name: each of
// its samples would count twice.
func (b *builder) once(path string, sum [sha256.Size]byte) error {
	switch same, ok := b.sums[sum]; {
	case !ok:
		b.sums[sum] = path
		return nil
	case same == path:
		return &FileError{path, "it is named twice: its samples would count twice"}
	default:
		return &FileError{path, fmt.Sprintf("%s and %s are the same results: name one of them", same, path)}
	}
}

// readResults reads the file to its end.
func (f *file) readResults() error {
	var reader benchfmt.Reader
	reader.Reset(f.lines, f.path, ".file", f.path)
	for reader.Scan() {
		switch rec := reader.Result().(type) {
		case *benchfmt.SyntaxError:
			if err := f.addDamaged(rec); err != nil {
				return err
			}
		case *benchfmt.Result:
			if err := f.add(rec); err != nil {
				_, line := rec.Pos()
				return f.fault("line %d: %v", line, err)
			}
		}
	}
	notes := f.lines.outcomes.warnings()
	if err := f.check(reader.Err(), notes); err != nil {
		return err
	}
	f.warn(notes)
	return nil
}

// fault returns a FileError.
func (f *file) fault(format string, args ...any) error {
	return &FileError{f.path, fmt.Sprintf(format, args...)}
}

// check reports what is wrong with a file that was read to its end: notes are those
// of the outcomes.
func (f *file) check(err error, notes []string) error {
	unused := f.unused.Sentences(MaxListed)
	format := otherFormat(f.transcript.begin, len(notes)+len(unused) == 0)
	if f.transcript.events && format != "" {
		format = noBenchmarks
	}
	const expected = "it should be the output of overlap run or go test -bench"
	switch problem := compressionProblem(err); {
	case problem != "":
		return f.fault("%s", problem)
	case errors.Is(err, bufio.ErrTooLong):
		return f.fault("it has a line longer than %d KiB: is it a result file?", bufio.MaxScanTokenSize>>10)
	case err != nil:
		return f.fault("%s", strings.TrimPrefix(err.Error(), f.path+":"))
	case !f.lines.notBlank:
		return f.fault("the file is empty: %s", expected)
	case f.lines.cut && f.lines.results && (f.strict() || f.torn()):
		return f.cutError()
	case f.accepted > 0:
		return nil
	case format != "":
		return f.fault("%s", format)
	case len(unused) > 0 && f.filter == nil:
		return f.fault("nothing in it can be used: %s", strings.Join(append(unused, notes...), "; "))
	case len(unused) > 0:
		return nil
	case len(notes) > 0:
		return f.fault("no benchmark has a result: %s", strings.Join(notes, "; "))
	}
	return f.fault("%s", cmp.Or(f.transcript.quoted.warning(), "it has no results: "+expected))
}

// warn reports what of the file could not be used.
func (f *file) warn(notes []string) {
	if quoted := f.transcript.quoted.warning(); quoted != "" {
		notes = append(notes, quoted)
	}
	if text := f.lines.runs.warning(); text != "" && !f.strict() && len(f.builds) == 1 { // otherwise pool warns of the differences
		notes = append(notes, text)
	}
	if f.lines.cut && f.lines.results {
		notes = append(notes, "its last line has no end: if the file was cut, the last numbers may be wrong")
	}
	for _, reason := range f.unused.Sentences(MaxListed) {
		notes = append(notes, "left out: "+reason)
	}
	for _, note := range notes {
		f.data.warn(fmt.Errorf("%s: %s", f.path, note))
	}
}

// strict reports whether the file is of the suite, which writes only whole lines.
// go test prints other lines among its results, where a benchmark fails or logs;
// benchstat, too, goes on after them.
func (f *file) strict() bool { return f.lines.plan || f.suite || ofSuite(f.lines.line) }

// torn reports whether the last line of a file is a result that lacks its time.
func (f *file) torn() bool {
	fields := bytes.Fields(f.lines.line)
	return len(fields) > 0 && bytes.HasPrefix(fields[0], []byte("Benchmark")) &&
		!slices.ContainsFunc(fields, func(f []byte) bool { return string(f) == "ns/op" || string(f) == "sec/op" })
}

func (f *file) cutError() error {
	return f.fault("the file was cut in its last line, line %d; remove that line to use the others", f.lines.number)
}

// addDamaged notes a line that begins like a result but is not one.
func (f *file) addDamaged(line *benchfmt.SyntaxError) error {
	switch {
	case f.lines.cut:
		return f.cutError()
	case f.strict():
		return f.fault("line %d is damaged: %s; remove it to use the others", line.Line, line.Msg)
	case isResult(f.lines.line):
		f.unused.Add(table.Cut(table.OneLine(string(f.lines.line)), 60), "no result: "+line.Msg)
	default:
		f.lines.outcomes.readDamaged(f.lines.line)
	}
	return nil
}

// add adds a result, or keeps the reason why it cannot.
func (f *file) add(r *benchfmt.Result) error {
	round, changed := f.lines.next()
	if changed {
		f.configure(r)
		f.run++
	}
	if !f.matches(r) {
		f.accepted++ // what was not asked for is not at fault
		return nil
	}
	rec, sec, err := f.sample(r)
	if err != nil {
		return f.leaveOut(r, err)
	}
	mean := math.NaN()
	if alone, ok := r.Value("undisturbed-sec/op"); ok && (f.lines.plan || rec.point.Executor != "") && credibleTime(alone) {
		sec, mean = alone, sec
	}
	if err := f.block.describe(rec.column); err != nil {
		return err
	}
	f.accepted++
	if rec.point.Weak {
		sec /= float64(rec.point.Workers)
		mean /= float64(rec.point.Workers)
	}
	if round == 0 {
		rec.roundless = true
		round = len(rec.seconds) + 1
		rec.turns = append(rec.turns, int32(f.results))
	} else {
		round += f.before
	}
	f.rounds = max(f.rounds, round)
	rec.add(sec, round)
	if !math.IsNaN(mean) {
		rec.set(meanUnit, mean)
	}
	rec.addSource(f.block.source)
	rec.started = rec.started || f.block.config["program"] == "goroutines"
	if !f.lines.plan {
		f.lines.runs.add(rec, sec)
	}
	f.suite = f.suite || rec.point.Executor != ""
	for _, v := range r.Values {
		if unit, ok := unitIndex[v.Unit]; ok && credible(v.Unit, v.Value) && (unit != pressureUnit || f.meansPressure(rec)) {
			rec.set(unit, v.Value)
		}
	}
	return nil
}

// meansPressure reports whether the unit pressure has the meaning of the suite: the
// suite measured it, or the file describes it. Others may measure that of water.
func (f *file) meansPressure(rec *record) bool { return rec.point.Executor != "" || f.lines.pressure }

// sample returns the record of a result and the time of a job in seconds.
func (f *file) sample(r *benchfmt.Result) (rec *record, sec float64, err error) {
	if r.Iters < 1 {
		return nil, 0, fmt.Errorf("it has an iteration count of %d, and needs at least 1", r.Iters)
	}
	if rec, err = f.record(r); err != nil {
		return nil, 0, err
	}
	sec, ok := r.Value("sec/op")
	if !ok || !credibleTime(sec) {
		return nil, 0, errors.New("no time (ns/op), or one out of range")
	}
	return rec, sec, nil
}

func credibleTime(sec float64) bool { return sec >= minSeconds && sec <= MaxPlausible }

// minSeconds is the shortest credible time of a job, in seconds: a millionth of what
// go test can print. Ratios of shorter times would be infinite.
const minSeconds = 1e-21

// leaveOut keeps the reason why a result cannot be used. For a result of the suite,
// which wrote the file, it returns the reason as an error.
func (f *file) leaveOut(r *benchfmt.Result, reason error) error {
	name := table.Printable(string(r.Name))
	if ofSuite(r.Name) {
		return fmt.Errorf("%s: %w; remove the line to use the others", name, reason)
	}
	f.unused.AddFor(table.Printable(r.GetConfig("pkg")), name, table.Printable(reason.Error()))
	return nil
}

// ofSuite reports whether a name is of the suite: no other has both parts.
func ofSuite(name []byte) bool {
	return bytes.Contains(name, []byte("/executor=")) && bytes.Contains(name, []byte("/cores="))
}

// record returns the record of a result. A new one has the point that its name alone
// gives; nameRecords corrects it by the other names.
func (f *file) record(r *benchfmt.Result) (*record, error) {
	announced := f.lines.nameOf(r.Name)
	key := appendText(f.scratch[:0], r.Name)
	key = binary.AppendUvarint(key, uint64(f.block.context))
	key = binary.AppendUvarint(key, uint64(len(announced)))
	f.scratch = key
	if rec := f.known[string(key)]; rec != nil {
		return rec, nil
	}
	rec := &record{title: title{string(r.Name), announced, f.run}, file: f.files, names: []string{string(r.Name)}}
	var err error
	if rec.config, err = readConfig(r); err != nil {
		return nil, err
	}
	if rec.reading, err = rec.title.readAlone(); err != nil {
		return nil, err
	}
	n, err := rec.parseName(naming{})
	if err != nil {
		return nil, err
	}
	if f.rows != nil {
		rec.row = f.rows.configLabel(r)
		f.see(f.rows.row, f.rows.row.Project(r))
	}
	columnKey := f.col.Project(r)
	f.see(f.col, columnKey)
	rec.column = f.columns.of(columnKey)
	rec.config.Column, n.Column = rec.column.name, rec.column.name
	rec.point, rec.bound = n.Point, n.bound
	f.records = append(f.records, rec)
	f.known[string(key)] = rec
	return rec, nil
}

// appendText appends a text that may hold any byte, so that no two lists of texts give
// the same key.
func appendText[T ~string | ~[]byte](key []byte, text T) []byte {
	return append(binary.AppendUvarint(key, uint64(len(text))), text...)
}
