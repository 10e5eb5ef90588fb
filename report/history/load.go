package history

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/perf/benchfmt"

	"overlap/internal/table"
)

// maxEntry limits the text of an entry, in bytes: enough for tens of thousands of
// benchmarks.
const maxEntry = 16 << 20

// Load reads the entries of a file in their order. It skips incomplete and damaged
// entries with warnings; err is only for a file that cannot be read.
func Load(path string) (entries []Entry, warnings []error, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, fmt.Errorf("history: %w", err)
	}
	defer f.Close()
	entries, warnings, err = Read(f, path)
	if err != nil {
		return nil, nil, fmt.Errorf("history: %s: %w", path, err)
	}
	return entries, warnings, nil
}

// Read is Load for a reader; warnings refer to it as name. It fails if the input has text
// but no line of a history.
func Read(r io.Reader, name string) (entries []Entry, warnings []error, err error) {
	l := loader{name: name, words: map[string]string{}}
	in := bufio.NewReaderSize(r, 1<<16)
	for {
		piece, err := in.ReadSlice('\n')
		if err != nil && err != bufio.ErrBufferFull && err != io.EOF {
			return nil, nil, err
		}
		l.add(piece)
		if err == io.EOF {
			break
		}
	}
	if l.text && !l.history {
		return nil, nil, fmt.Errorf("not a history: no line is %q, which overlap check writes before each comparison", firstLine)
	}
	if l.open {
		l.warn(errIncomplete)
	}
	return l.entries, l.warnings, nil
}

var errIncomplete = errors.New("it is incomplete, perhaps because of a crash")

// loader collects the lines of one entry after the other.
type loader struct {
	name     string
	entries  []Entry
	warnings []error
	skipped  int // entries

	line    int  // its number
	middle  bool // the next piece continues a line that is longer than the buffer
	text    bool // a line that is not blank was seen
	history bool // a line of a history was seen
	open    bool // within an entry
	huge    bool // the entry is longer than maxEntry
	first   int  // line of the entry
	entry   []byte
	reader  benchfmt.Reader
	words   map[string]string // names, which ten thousand entries repeat
}

// add takes a line, or a piece of a long one.
func (l *loader) add(piece []byte) {
	middle := l.middle
	l.middle = !bytes.HasSuffix(piece, []byte("\n"))
	if !middle {
		l.line++
	}
	line := bytes.TrimRight(piece, "\r\n")
	l.text = l.text || len(bytes.TrimSpace(line)) > 0
	l.history = l.history || !middle && (string(line) == firstLine || bytes.HasPrefix(line, []byte("Unit "+string(Time)+parts[0])))
	switch {
	case !middle && string(line) == firstLine:
		if l.open {
			l.warn(errIncomplete)
		}
		l.open, l.first, l.huge, l.entry = true, l.line, false, l.entry[:0]
	case !l.open:
	case !middle && !l.middle && bytes.HasPrefix(line, []byte(lastLine)):
		l.end(string(line[len(lastLine):]))
	case l.huge || len(l.entry)+len(piece) > maxEntry:
		l.huge = true
	default:
		l.entry = append(l.entry, piece...)
	}
}

// maxWarnings limits the warnings; the last one counts all further entries.
const maxWarnings = 5

func (l *loader) warn(err error) {
	l.skipped++
	if len(l.warnings) == maxWarnings {
		l.warnings[maxWarnings-1] = fmt.Errorf("%s: skipped %d more incomplete or damaged comparisons", l.name, l.skipped-maxWarnings+1)
		return
	}
	l.warnings = append(l.warnings, fmt.Errorf("%s: skipped the comparison in line %d: %w", l.name, l.first, err))
}

// end adds the entry with its lines read; count is the number in its last line.
func (l *loader) end(count string) {
	l.open = false
	if l.huge {
		l.warn(fmt.Errorf("it is longer than %d MiB", maxEntry>>20))
		return
	}
	e, n, err := l.parse()
	if err == nil && strconv.Itoa(n) != count {
		err = fmt.Errorf("it has %s, but its last line says %.20q", table.Count(n, "result"), count)
	}
	if err == nil {
		err = e.check()
	}
	if err != nil {
		l.warn(err)
		return
	}
	l.entries = append(l.entries, e)
}

// parse reads the text of the entry; n is the number of its result lines.
func (l *loader) parse() (e Entry, n int, err error) {
	if err := l.header(&e); err != nil {
		return e, 0, err
	}
	l.reader.Reset(bytes.NewReader(l.entry), l.name)
	for l.reader.Scan() {
		switch r := l.reader.Result().(type) {
		case *benchfmt.SyntaxError:
			return e, n, fmt.Errorf("line %d: %s", l.first+r.Line, r.Msg)
		case *benchfmt.Result:
			n++
			l.results(&e, r)
		}
	}
	return e, n, l.reader.Err()
}

// header reads the configuration of the entry. benchfmt does not return it for an entry
// without results, which has only identical programs.
func (l *loader) header(e *Entry) (err error) {
	for line := range bytes.Lines(l.entry) {
		key, value, _ := strings.Cut(string(line[:min(len(line), 1<<16)]), ":")
		switch value = strings.TrimSpace(value); key {
		case "base":
			e.Base = l.word(value)
		case "commit":
			e.Commit = l.word(value)
		case "time":
			e.Time, err = time.Parse(time.RFC3339, value)
		case "host":
			e.Host = l.word(table.OneLine(value))
		case "machine":
			e.Machine = l.word(table.OneLine(value))
		case "seed":
			e.Seed, err = strconv.ParseUint(value, 10, 64)
		case "blocks":
			e.Blocks, err = strconv.Atoi(value)
			if err == nil && (e.Blocks < 0 || e.Blocks > 1e6) {
				err = errors.New("want 0 to 1000000 blocks")
			}
		case "identical":
			for _, pkg := range strings.Fields(value) {
				e.Identical = append(e.Identical, l.word(oneWord(pkg)))
			}
		case "pkg":
			return nil // the results follow
		}
		if err != nil {
			return fmt.Errorf("%s: %.60q: %w", key, value, err)
		}
	}
	return nil
}

// results adds the ratios of one line. It skips one without a plausible interval: the
// commit is then a gap in that series.
func (l *loader) results(e *Entry, r *benchfmt.Result) {
	name, pkg := l.word(oneWord(string(r.Name))), l.word(oneWord(r.GetConfig("pkg")))
	for _, v := range r.Values {
		q, ok := strings.CutSuffix(v.Unit, parts[0])
		if !ok || !quantity.MatchString(q) {
			continue
		}
		low, _ := r.Value(q + parts[1])
		high, _ := r.Value(q + parts[2])
		head, _ := r.Value(q + parts[3])
		if ratio := (Ratio{v.Value, low, high}); ratio.plausible() {
			e.Results = append(e.Results, Result{Metric{pkg, name, Quantity(l.word(q))}, ratio, head})
		}
	}
}

// word returns s, which is stored only once.
func (l *loader) word(s string) string {
	if w, ok := l.words[s]; ok {
		return w
	}
	l.words[s] = s
	return s
}
