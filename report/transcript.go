package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode"

	encoding "golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// decoded is a text in UTF-8 without a byte order mark. PowerShell redirects in
// UTF-16, with a mark or, where files were joined, without.
func decoded(b *bufio.Reader) io.Reader {
	begin, _ := b.Peek(16) // an error comes again with the first line
	order, bom := encoding.LittleEndian, encoding.UseBOM
	switch {
	case bytes.HasPrefix(begin, []byte("\xef\xbb\xbf")):
		_, _ = b.Discard(3)
		return b
	case bytes.HasPrefix(begin, []byte("\xff\xfe")):
	case bytes.HasPrefix(begin, []byte("\xfe\xff")):
		order = encoding.BigEndian
	case len(begin) >= 4 && begin[0] != 0 && begin[1] == 0 && begin[2] != 0 && begin[3] == 0:
		bom = encoding.IgnoreBOM
	case len(begin) >= 4 && begin[0] == 0 && begin[1] != 0 && begin[2] == 0 && begin[3] != 0:
		order, bom = encoding.BigEndian, encoding.IgnoreBOM
	default:
		return b
	}
	return transform.NewReader(b, encoding.UTF16(order, bom).NewDecoder())
}

// transcript turns what keeps the output of go test into that output: the events
// of go test -json (go doc test2json), and the logs of build servers, with a time
// before each line, colours, or the marks of comments and quotations.
//
// Behind what prefix the results stand is decided once, by the beginning of the
// text. Results with another one, and any behind a prefix where others have none,
// are quotations, perhaps of an older run; they are counted and not read.
type transcript struct {
	from   *bufio.Reader
	own    bool   // the suite wrote the text: nothing stands around it
	prefix string // shape of what stands before each line; empty if nothing does
	begin  string // of the text, for who finds no result in it
	events bool   // an event was seen
	quoted quotation
	rest   []byte // of the line that was not yet handed out
	within bool   // the next piece goes on with a long line
	err    error
}

// quotation is results that are not read because of what stands before them.
type quotation struct {
	n     int
	first string // what stands before the first of them
}

// begins is how much of a text decides where its results stand.
const begins = bufio.MaxScanTokenSize

func newTranscript(r io.Reader) *transcript {
	b := bufio.NewReaderSize(r, begins)
	t := &transcript{from: bufio.NewReaderSize(decoded(b), begins)}
	begin, _ := t.from.Peek(begins)
	t.own, t.begin = bytes.HasPrefix(begin, []byte("# plan: ")), string(begin)
	if diff.Match(begin) { // its unchanged lines are indented
		return t
	}
	for line := range bytes.Lines(begin) {
		line = plain(line)
		at := meant(line)
		if at == 0 {
			t.prefix = ""
			break
		}
		if at > 0 && t.prefix == "" {
			t.prefix = prefixShape(line[:at])
		}
	}
	return t
}

var diff = regexp.MustCompile(`(?m)^@@ -\d+(,\d+)? \+\d+|^[-+]Benchmark[^a-z\s]\S*\s+\d`)

func (t *transcript) Read(p []byte) (n int, err error) {
	for len(t.rest) == 0 {
		if t.err != nil {
			return 0, t.err
		}
		var line []byte
		line, t.err = t.from.ReadSlice('\n')
		within := t.within
		if t.within = errors.Is(t.err, bufio.ErrBufferFull); t.within {
			if t.err = nil; t.events {
				t.err = bufio.ErrTooLong
				return 0, t.err
			}
		}
		if t.rest = line; !within && !t.within {
			t.rest = t.line(line)
		}
	}
	n = copy(p, t.rest)
	t.rest = t.rest[n:]
	return n, nil
}

// line is what go test printed of a line of the text.
func (t *transcript) line(line []byte) []byte {
	line = plain(line)
	if t.own || t.prefix == "" && bytes.HasPrefix(line, []byte("Benchmark")) {
		return line
	}
	whole, from := line, t.behind(line)
	line = line[from:]
	if at := meant(line); at > 0 && line[at] == 'B' {
		if t.quoted.n++; t.quoted.n == 1 {
			t.quoted.first = string(whole[:from+at])
		}
	}
	if isEvent(line) {
		t.events = true
		return plain(said(line))
	}
	if goCommand.Match(line) || t.events && bytes.HasPrefix(line, []byte("go: ")) {
		return nil
	}
	return line
}

// goCommand matches what the go command says while it prepares, which looks like
// a configuration line.
var goCommand = regexp.MustCompile(`^go: (downloading|extracting|finding|found|added|upgraded|warning:) `)

// behind is where the line begins behind the prefix of the text, or 0.
func (t *transcript) behind(line []byte) int {
	if t.prefix == "" {
		return 0
	}
	last := t.prefix[len(t.prefix)-1]
	for i, c := range line[:min(len(line), longestPrefix)] {
		if (c == last || c == '\t' && last == ' ') && prefixShape(line[:i+1]) == t.prefix {
			return i + 1
		}
	}
	return 0
}

// plain is a line without the sequences that control a terminal (ECMA-48) where
// words begin and end. Within a word they are part of a name.
func plain(line []byte) []byte {
	if bytes.IndexByte(line, 0x1b) < 0 {
		return line
	}
	line = controls.ReplaceAll(line, []byte("$1"))
	return controlled.ReplaceAll(line, []byte("$1"))
}

const control = `(?:\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]P_^X][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-Z\\-~]))+`

var (
	controls   = regexp.MustCompile(`(^|\s)` + control)
	controlled = regexp.MustCompile(control + `(\s|$)`)
)

// meant is where in a line stands what only go test prints: a result, its
// configuration or an event; -1 if nowhere, or behind what is no prefix.
func meant(line []byte) int {
	m := marks.FindIndex(line)
	if m == nil {
		return -1
	}
	at := m[0]
	if !isPrefix(line[:at]) || !isResult(line[at:]) && line[at] == 'B' {
		return -1
	}
	return at
}

var marks = regexp.MustCompile(`Benchmark[^a-z\s]|\b(goos|goarch): \w+\s*$|\{"(Time|Action|ImportPath)":"`)

// isResult reports whether a line is a whole result: name, iterations, numbers
// with units.
func isResult(line []byte) bool {
	return bytes.HasPrefix(line, []byte("Benchmark")) && result.Match(line)
}

var result = regexp.MustCompile(`^Benchmark(?:[^a-z\s]\S*)?[ \t]+\d+[ \t]+[-+.\d]\S*[ \t]+\S`)

func isEvent(line []byte) bool {
	return bytes.HasPrefix(line, []byte("{")) && bytes.Contains(line, []byte(`"Action":"`))
}

// longestPrefix is how far into a line a result is looked for.
const longestPrefix = 200

// isPrefix reports whether a text may stand before each line of a log: blanks, or
// a word with a digit or of marks alone. Words alone are prose. What a benchmark
// logs is behind its file and line, and in a difference of two runs both stand,
// behind + and -.
func isPrefix(text []byte) bool {
	if len(text) == 0 {
		return true
	}
	if len(text) > longestPrefix || logged.Match(text) || !bytes.ContainsAny(text[len(text)-1:], " \t/#>*|;:]") {
		return false
	}
	words := bytes.Fields(text)
	return len(words) == 0 || slices.ContainsFunc(words, func(word []byte) bool {
		return bytes.ContainsAny(word, "0123456789") || bytes.ContainsAny(word[len(word)-1:], ":]|>") || !bytes.ContainsFunc(word, unicode.IsLetter)
	})
}

var logged = regexp.MustCompile(`\.go:\d+:\s*$`)

// prefixShape is what prefixes of one kind have in common: words with digits, and
// names of days and months, count as equal, and so do blanks between them.
func prefixShape(text []byte) string {
	words := bytes.TrimSpace(text)
	if len(words) == 0 {
		return string(text)
	}
	_, end, _ := bytes.Cut(text, words)
	words = blanks.ReplaceAll(counted.ReplaceAll(words, []byte("0")), []byte(" "))
	return string(words) + string(end)
}

var (
	counted = regexp.MustCompile(`\w*\d[\w.,]*|\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b`)
	blanks  = regexp.MustCompile(`[ \t]+`)
)

// said is the output in an event, of the compiler only what it says of a line of
// source, or the package. A line that was cut is handed on. The name that an event
// gives the benchmark of a result is put before it on a line of its own, as -v does.
func said(line []byte) []byte {
	var event struct{ Action, Test, Output string }
	if err := json.Unmarshal(line, &event); err != nil || event.Action == "" {
		return line
	}
	if name := event.Test; event.Action == "output" && strings.HasPrefix(name, "Benchmark") && strings.HasPrefix(event.Output, name) && strings.TrimSpace(event.Output) != name && !strings.ContainsAny(name, " \t\r\n") {
		return []byte(name + "\n" + event.Output)
	}
	if event.Action == "output" || event.Action == "build-output" && compiler.MatchString(event.Output) {
		return []byte(event.Output)
	}
	return nil
}

var compiler = regexp.MustCompile(`^# |^\S+\.go:\d+:`)

// warning says what was not read.
func (q quotation) warning() string {
	if q.n == 0 {
		return ""
	}
	what, are := fmt.Sprintf("%d results", q.n), "are"
	if q.n == 1 {
		what, are = "1 result", "is"
	}
	return fmt.Sprintf("%s behind %q %s taken for a quotation and not read: the others stand elsewhere in their lines", what, q.first, are)
}

// kindOf says what a text without results is, and what to do; empty if nobody knows,
// or not for sure, and something else is known of it.
func kindOf(begin string, nothingElse bool) string {
	for _, kind := range kinds {
		if (kind.sure || nothingElse) && kind.form.MatchString(begin) {
			return kind.is
		}
	}
	return ""
}

const noBenchmarks = "go test ran no benchmark; run it with -bench ."

// kinds are texts that are taken for results, the surest forms first.
var kinds = []struct {
	sure bool
	form *regexp.Regexp
	is   string
}{
	{true, regexp.MustCompile(`│.*(sec/op|vs base|/s\b|/op)|(?m)^name\s+(old )?(time|alloc)/op|,sec/op,CI`), "it is a table of benchstat, which has no samples any more; name the files that benchstat read"},
	{true, regexp.MustCompile(`(?m)^benchmark\s+old ns/op\s`), "it is a table of benchcmp, which has no samples any more; name the files that benchcmp read"},
	{true, regexp.MustCompile(`(?m)^Benchmark\s+Time\s+CPU\s+Iterations`), "it is of Google Benchmark, for C++; name a file with what go test -bench printed"},
	{true, regexp.MustCompile(`(?m)^\S.*\stime:\s+\[[\d.]+ \S+ [\d.]+ \S+ [\d.]+ \S+\]`), "it is of Criterion, for Rust; name a file with what go test -bench printed"},
	{false, diff, "it is a difference (diff); name one of the two files that it compares"},
	{false, regexp.MustCompile(`(?m)^\|\s*` + "`?" + `Benchmark\S*\s*\|`), "it has results in the cells of a table; name a file with what go test printed"},
	{false, regexp.MustCompile(`(?i)^\s*<(!doctype|html|\?xml|svg)`), "it is a page; name the file with what overlap run or go test -bench printed"},
	{false, regexp.MustCompile(`^\s*\{\s*"version"[\s\S]*"(workload|samples|rows)"`), "it is a report of overlap as JSON; name the result file that the report is of"},
	{false, regexp.MustCompile(`^(workload|host|column),`), "it is a report of overlap as CSV; name the result file that the report is of"},
	{false, regexp.MustCompile(`^\s*[\[{]`), "it is JSON, and not that of go test -json; name the file with what overlap run or go test -bench printed"},
	{false, regexp.MustCompile(`\x00`), "it is no text; name the file with what overlap run or go test -bench printed"},
	{false, regexp.MustCompile(`(?m)^(ok|PASS|\?|---|===)\s`), noBenchmarks},
}
