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

// longestEntry is how much text of an entry is believed to be one, in bytes:
// tens of thousands of benchmarks.
const longestEntry = 16 << 20

// Load reads the entries of a file in their order. What is torn or damaged is
// left out, and warnings say where; err is only for a file that cannot be read.
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

// ErrNoHistory is of a file with something else than comparisons.
var ErrNoHistory = errors.New("it is no history: it has no line \"" + firstLine + "\", which overlap check writes before each comparison")

// Read is Load from a reader. It fails with ErrNoHistory if none of the lines is
// of a history. name stands for the file in warnings.
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
	if l.some && !l.ours {
		return nil, nil, ErrNoHistory
	}
	if l.open {
		l.warn(errors.New("it was cut, by a crash perhaps"))
	}
	return l.entries, l.warnings, nil
}

// loader collects the lines of one entry after the other.
type loader struct {
	name     string
	entries  []Entry
	warnings []error
	left     int // out, without a warning of their own

	number int    // of the line
	middle bool   // of a line that is longer than the buffer
	some   bool   // a line that is not blank was seen
	ours   bool   // so was one of a history
	open   bool   // within an entry
	first  int    // line of the entry
	huge   bool   // the entry is longer than is believed
	text   []byte // of the entry
	reader benchfmt.Reader
	words  map[string]string // names, which ten thousand entries repeat
}

// add takes a line, or a piece of a long one.
func (l *loader) add(piece []byte) {
	middle := l.middle
	l.middle = !bytes.HasSuffix(piece, []byte("\n"))
	if !middle {
		l.number++
	}
	line := bytes.TrimRight(piece, "\r\n")
	l.some = l.some || len(bytes.TrimSpace(line)) > 0
	l.ours = l.ours || !middle && (string(line) == firstLine || bytes.HasPrefix(line, []byte("Unit "+string(Time)+parts[0])))
	switch {
	case !middle && string(line) == firstLine:
		if l.open {
			l.warn(errors.New("it was cut, by a crash perhaps"))
		}
		l.open, l.first, l.huge, l.text = true, l.number, false, l.text[:0]
	case !l.open:
	case !middle && !l.middle && bytes.HasPrefix(line, []byte(lastLine)):
		l.end(string(line[len(lastLine):]))
	case l.huge || len(l.text)+len(piece) > longestEntry:
		l.huge = true
	default:
		l.text = append(l.text, piece...)
	}
}

// mostWarnings is how many entries that were left out are told one by one.
const mostWarnings = 5

func (l *loader) warn(err error) {
	if len(l.warnings) == mostWarnings {
		l.left++
		l.warnings[mostWarnings-1] = fmt.Errorf("%s: left out: %d more comparisons, which are cut or damaged, too", l.name, l.left+1)
		return
	}
	l.warnings = append(l.warnings, fmt.Errorf("%s: left out: the comparison in line %d: %w", l.name, l.first, err))
}

// end takes the entry whose lines were read.
func (l *loader) end(count string) {
	l.open = false
	if l.huge {
		l.warn(fmt.Errorf("it is longer than %d MiB", longestEntry>>20))
		return
	}
	e, n, err := l.parse()
	if err == nil && strconv.Itoa(n) != count {
		err = fmt.Errorf("it has %s, and its last line says %.20q", table.Count(n, "result"), count)
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

// parse reads the text of an entry; n is its number of result lines.
func (l *loader) parse() (e Entry, n int, err error) {
	if err := l.header(&e); err != nil {
		return e, 0, err
	}
	l.reader.Reset(bytes.NewReader(l.text), l.name)
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

// header reads the configuration of an entry. It is read by hand, because an
// entry in which all programs are identical has no result to carry it.
func (l *loader) header(e *Entry) (err error) {
	for line := range bytes.Lines(l.text) {
		key, value, _ := strings.Cut(string(line[:min(len(line), 1<<16)]), ":")
		switch value = strings.TrimSpace(value); key {
		case "base":
			e.Base = l.word(value)
		case "commit":
			e.Commit = l.word(value)
		case "time":
			e.Time, err = time.Parse(time.RFC3339, value)
		case "host":
			e.Host = l.word(oneLine(value))
		case "machine":
			e.Machine = l.word(oneLine(value))
		case "seed":
			e.Seed, err = strconv.ParseUint(value, 10, 64)
		case "blocks":
			e.Blocks, err = strconv.Atoi(value)
			if err == nil && (e.Blocks < 0 || e.Blocks > 1e6) {
				err = errors.New("no number of blocks")
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

// results adds the ratios of one line. One without a credible interval is left
// out: its commit is a gap in that series.
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
		if ratio := (Ratio{v.Value, low, high}); ratio.credible() {
			e.Results = append(e.Results, Result{pkg, name, Quantity(l.word(q)), ratio, head})
		}
	}
}

// word is s, stored once.
func (l *loader) word(s string) string {
	if w, ok := l.words[s]; ok {
		return w
	}
	l.words[s] = s
	return s
}
