package load

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
)

// lines is a reader that returns at most one line per Read, so that it knows what
// precedes the result that benchfmt has just read from it. benchfmt drops comments, which
// have the round of a sample.
type lines struct {
	from *bufio.Reader
	rest []byte // of the line, not yet returned

	within    bool   // the rest continues a long line
	notBlank  bool   // a line that is not blank was seen
	results   bool   // a line that begins like a result was seen
	plan      bool   // the file begins like a run of the suite
	line      []byte // the last one, or its beginning
	cut       bool   // the last line has no end
	pressure  bool   // a line that describes the unit of this name was seen
	changed   bool   // a configuration line was seen since the last result
	announced string // the last name of a benchmark on a line of its own, without Benchmark
	number    int    // of the line
	round     int    // of the next result; 0 is unknown

	settings settings // of the run
	outcomes outcomes
	runs     runs
}

func newLines(r io.Reader) *lines {
	return &lines{from: bufio.NewReaderSize(r, bufio.MaxScanTokenSize), changed: true, outcomes: outcomes{broken: map[string]string{}, tornCount: map[string]int{}}}
}

func (l *lines) Read(p []byte) (n int, err error) {
	if len(l.rest) == 0 {
		l.rest, err = l.from.ReadSlice('\n')
		if len(l.rest) == 0 {
			return 0, err
		}
		l.look(l.rest)
		if errors.Is(err, io.EOF) {
			l.cut, l.line = true, bytes.Clone(l.rest)
		} else if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return 0, err
		}
		l.within = err != nil
	}
	n = copy(p, l.rest)
	l.rest = l.rest[n:]
	return n, nil
}

// look notes what a line contributes besides its result.
func (l *lines) look(line []byte) {
	if l.within {
		return
	}
	l.number++
	l.line = line
	l.notBlank = l.notBlank || len(bytes.TrimSpace(line)) > 0
	if !l.plan {
		l.outcomes.look(line)
	}
	switch c := line[0]; {
	case c == 'B':
		l.benchmark(line)
	case c == 'g' && bytes.HasPrefix(line, []byte("goos: ")):
		l.changed = true
		l.runs.begin()
	case c == 'U':
		l.pressure = l.pressure || bytes.HasPrefix(line, []byte("Unit pressure "))
	case c == '#':
		if plan, ok := bytes.CutPrefix(line, []byte("# plan: ")); ok && l.number == 1 {
			l.plan, l.settings = true, settingsOf(plan)
		}
		if note, ok := bytes.CutPrefix(line, []byte("# sample: ")); ok {
			l.round = roundOf(note)
		}
	case c >= 'a' && c <= 'z' || c >= 0x80:
		l.changed = true
	}
}

// benchmark looks at a line that begins like a result: with -v, go test prints the
// name of each benchmark, without GOMAXPROCS, on a line of its own before its results.
func (l *lines) benchmark(line []byte) {
	name, ok := bytes.CutPrefix(line, []byte("Benchmark"))
	l.results = l.results || ok
	if name = bytes.TrimRight(name, "\r\n"); ok && !bytes.ContainsAny(name, " \t") {
		l.announced = string(name)
	}
}

// nameOf returns the name of a result's benchmark if a line of its own has it, else "".
func (l *lines) nameOf(full []byte) string {
	if rest, ok := bytes.CutPrefix(full, []byte(l.announced)); !ok || l.announced == "" || len(rest) > 0 && (rest[0] != '-' || !isNumber(rest[1:])) {
		return ""
	}
	return l.announced
}

// isNumber reports whether a text consists of digits.
func isNumber(text []byte) bool {
	return len(text) > 0 && len(bytes.Trim(text, "0123456789")) == 0
}

// next returns the round of a result, and whether its configuration has changed.
func (l *lines) next() (round int, changed bool) {
	round, changed = l.round, l.changed
	l.round, l.changed = 0, false
	return round, changed
}

// roundOf reads the round of a sample, 0 if the note has none.
func roundOf(note []byte) int {
	var n struct{ Round int }
	if err := json.Unmarshal(note, &n); err != nil || n.Round < 1 || n.Round > MaxPlausible {
		return 0
	}
	return n.Round
}

// decompress recognises gzip by its first bytes: names lie, and a pipe has none.
func decompress(r io.Reader) (text io.Reader, compressed bool, err error) {
	b := bufio.NewReader(r)
	if magic, err := b.Peek(2); err != nil || magic[0] != 0x1f || magic[1] != 0x8b {
		return b, false, nil // an error of reading comes again with the first line
	}
	z, err := gzip.NewReader(b)
	if err != nil {
		return nil, true, err
	}
	z.Multistream(false)
	return &members{z, b}, true, nil
}

// members reads gzip files that were concatenated. The library's multistream mode
// would report a few bytes of something else as a member that was cut.
type members struct {
	*gzip.Reader
	from *bufio.Reader
}

func (m *members) Read(p []byte) (n int, err error) {
	n, err = m.Reader.Read(p)
	if !errors.Is(err, io.EOF) {
		return n, err
	}
	magic, err := m.from.Peek(2)
	switch {
	case len(magic) == 0:
		return n, err
	case string(magic) != "\x1f\x8b":
		return n, gzip.ErrHeader
	}
	if err := m.Reset(m.from); err != nil {
		return n, err
	}
	m.Multistream(false)
	return n, nil
}

// compressionProblem says what is wrong with compressed data; it returns "" if err is
// about something else.
func compressionProblem(err error) string {
	var corrupt flate.CorruptInputError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "the compressed data is cut: copy the file again"
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum), errors.As(err, &corrupt):
		return "the compressed data is damaged: copy the file again"
	}
	return ""
}
