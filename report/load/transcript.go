package load

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

// decode turns a text into UTF-8 without a byte order mark. PowerShell redirects in
// UTF-16, with a mark or, where files were joined, without.
func decode(b *bufio.Reader) io.Reader {
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
// The beginning of the text decides the prefix of all its results. Results with
// another prefix are quotations, perhaps of an older run; they are counted and not
// read.
type transcript struct {
	from   *bufio.Reader
	suite  bool   // the suite wrote the text, which has no prefixes
	prefix string // shape of what each line begins with before its content; may be empty
	begin  string // of the text, to recognise other formats
	events bool   // an event was seen
	quoted quotation
	rest   []byte // of the line, not yet returned
	within bool   // the next piece continues a long line
	err    error
}

// quotation counts results that are not read because of their prefix.
type quotation struct {
	n      int
	prefix string // of the first of them
}

// probeSize is how much of a text decides the prefix of its results.
const probeSize = bufio.MaxScanTokenSize

func newTranscript(r io.Reader) *transcript {
	b := bufio.NewReaderSize(r, probeSize)
	t := &transcript{from: bufio.NewReaderSize(decode(b), probeSize)}
	begin, _ := t.from.Peek(probeSize)
	t.suite, t.begin = bytes.HasPrefix(begin, []byte("# plan: ")), string(begin)
	if diff.Match(begin) { // its unchanged lines are indented
		return t
	}
	for line := range bytes.Lines(begin) {
		line = stripControls(line)
		at := resultAt(line)
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

// line returns what go test printed of a line of the text.
func (t *transcript) line(line []byte) []byte {
	line = stripControls(line)
	if t.suite || t.prefix == "" && bytes.HasPrefix(line, []byte("Benchmark")) {
		return line
	}
	whole, from := line, t.prefixEnd(line)
	line = line[from:]
	if at := resultAt(line); at > 0 && line[at] == 'B' {
		if t.quoted.n++; t.quoted.n == 1 {
			t.quoted.prefix = string(whole[:from+at])
		}
	}
	if isEvent(line) {
		t.events = true
		return stripControls(output(line))
	}
	if goCommand.Match(line) || t.events && bytes.HasPrefix(line, []byte("go: ")) {
		return nil
	}
	return line
}

// goCommand matches messages of the go command that look like configuration lines.
var goCommand = regexp.MustCompile(`^go: (downloading|extracting|finding|found|added|upgraded|warning:) `)

// prefixEnd returns where the prefix of the text ends in a line; 0 without one.
func (t *transcript) prefixEnd(line []byte) int {
	if t.prefix == "" {
		return 0
	}
	last := t.prefix[len(t.prefix)-1]
	for i, c := range line[:min(len(line), maxPrefix)] {
		if (c == last || c == '\t' && last == ' ') && prefixShape(line[:i+1]) == t.prefix {
			return i + 1
		}
	}
	return 0
}

// stripControls removes the sequences that control a terminal (ECMA-48) where words
// begin and end. Within a word they are part of a name.
func stripControls(line []byte) []byte {
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

// resultAt returns where in a line begins what only go test prints: a result, its
// configuration or an event; -1 if there is none, or no prefix before it.
func resultAt(line []byte) int {
	m := marks.FindIndex(line)
	if m == nil || !isPrefix(line[:m[0]]) || line[m[0]] == 'B' && !isResult(line[m[0]:]) {
		return -1
	}
	return m[0]
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

// maxPrefix is how long a prefix may be, in bytes.
const maxPrefix = 200

// isPrefix reports whether a text may come before each line of a log: blanks, or
// words with at least one that has a digit, ends in a mark or has no letter. Other
// words are prose. What a benchmark logs has a prefix of file and line, and is no
// result; a diff has two runs, with the prefixes + and -.
func isPrefix(text []byte) bool {
	if len(text) == 0 {
		return true
	}
	if len(text) > maxPrefix || logged.Match(text) || !bytes.ContainsAny(text[len(text)-1:], " \t/#>*|;:]") {
		return false
	}
	words := bytes.Fields(text)
	return len(words) == 0 || slices.ContainsFunc(words, func(word []byte) bool {
		return bytes.ContainsAny(word, "0123456789") || bytes.ContainsAny(word[len(word)-1:], ":]|>") || !bytes.ContainsFunc(word, unicode.IsLetter)
	})
}

var logged = regexp.MustCompile(`\.go:\d+:\s*$`)

// prefixShape returns what prefixes of one kind have in common: words with digits, and
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

// output returns the output in an event; of the compiler, only the package and messages
// about lines of source. A line that was cut is returned as it is. The benchmark that
// an event names is put on a line of its own before its result, as -v does.
func output(line []byte) []byte {
	var event struct{ Action, Test, Output string }
	if err := json.Unmarshal(line, &event); err != nil || event.Action == "" {
		return line
	}
	switch name := event.Test; {
	case event.Action == "build-output" && compiler.MatchString(event.Output):
		return []byte(event.Output)
	case event.Action != "output":
		return nil
	case strings.HasPrefix(name, "Benchmark") && strings.HasPrefix(event.Output, name) && strings.TrimSpace(event.Output) != name && !strings.ContainsAny(name, " \t\r\n"):
		return []byte(name + "\n" + event.Output)
	}
	return []byte(event.Output)
}

var compiler = regexp.MustCompile(`^# |^\S+\.go:\d+:`)

// warning says what was not read.
func (q quotation) warning() string {
	switch q.n {
	case 0:
		return ""
	case 1:
		return fmt.Sprintf("1 result after %q looks like a quotation and was not read: the others begin elsewhere in their lines", q.prefix)
	}
	return fmt.Sprintf("%d results after %q look like quotations and were not read: the others begin elsewhere in their lines", q.n, q.prefix)
}

// otherFormat says what a text without results is, and what to do; it returns "" for
// formats that are unknown, or unsure while something else is known of the text.
func otherFormat(begin string, nothingElse bool) string {
	for _, f := range otherFormats {
		if (f.sure || nothingElse) && f.pattern.MatchString(begin) {
			return f.problem
		}
	}
	return ""
}

const noBenchmarks = "go test ran no benchmark; run it with -bench ."

// otherFormats are texts that people take for results, the surest patterns first.
var otherFormats = []struct {
	sure    bool
	pattern *regexp.Regexp
	problem string
}{
	{true, regexp.MustCompile(`│.*(sec/op|vs base|/s\b|/op)|(?m)^name\s+(old )?(time|alloc)/op|,sec/op,CI`), "it is a table of benchstat, which has no samples; name the files that benchstat read"},
	{true, regexp.MustCompile(`(?m)^benchmark\s+old ns/op\s`), "it is a table of benchcmp, which has no samples; name the files that benchcmp read"},
	{true, regexp.MustCompile(`(?m)^Benchmark\s+Time\s+CPU\s+Iterations`), "it is the output of Google Benchmark, for C++; name the output of go test -bench"},
	{true, regexp.MustCompile(`(?m)^\S.*\stime:\s+\[[\d.]+ \S+ [\d.]+ \S+ [\d.]+ \S+\]`), "it is the output of Criterion, for Rust; name the output of go test -bench"},
	{false, diff, "it is a diff; name one of the two files that it compares"},
	{false, regexp.MustCompile(`(?m)^\|\s*` + "`?" + `Benchmark\S*\s*\|`), "it has results in the cells of a table; name the output of go test"},
	{false, regexp.MustCompile(`(?i)^\s*<(!doctype|html|\?xml|svg)`), "it is a page; name the output of overlap run or go test -bench"},
	{false, regexp.MustCompile(`^\s*\{\s*"version"[\s\S]*"(workload|samples|rows)"`), "it is a report of overlap as JSON; name its result file"},
	{false, regexp.MustCompile(`^(workload|host|column),`), "it is a report of overlap as CSV; name its result file"},
	{false, regexp.MustCompile(`^\s*[\[{]`), "it is JSON, but not of go test -json; name the output of overlap run or go test -bench"},
	{false, regexp.MustCompile(`\x00`), "it is not text; name the output of overlap run or go test -bench"},
	{false, regexp.MustCompile(`(?m)^(ok|PASS|\?|---|===)\s`), noBenchmarks},
}
