package load

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// workerNouns are what people call workers. Parallel is not one: a benchmark
// named Parallel-8 was measured at GOMAXPROCS 8.
const workerNouns = `workers?|goroutines?|go_?routines?|threads?|clients?|conns?|connections?|users?|vus|concurrency|conc|parallelism`

// countNouns are what else people count in names.
const countNouns = `batch|batch_?size|size|len|length|items?|keys?|rows?|cols?|columns?|entries|elements?|shards?|depth|count|bytes|msgs?|messages?`

var (
	// workersKey matches keys of a number of workers: workers=8, numGoroutines=8,
	// max_conns=8.
	workersKey = regexp.MustCompile(`^(?i:(?:num|nr|n|no|max|total)?[-_]?(?:of[-_])?(?:` + workerNouns + `|concurrent|parallel)(?:[-_]?(?:count|num|number))?)$`)

	// numberFirst and numberLast match it without a key: 8-workers, 4Goroutines;
	// goroutines_8, Workers4, parallel-8.
	numberFirst = regexp.MustCompile(`(?i)([0-9]+)[-_]?(` + workerNouns + `)`)
	numberLast  = regexp.MustCompile(`(?i)(` + workerNouns + `|parallel)(?:[-_]?(?:count|num))?[-_:(]?([0-9]+)\)?`)

	// onlyG matches 16G, for goroutines.
	onlyG = regexp.MustCompile(`^([0-9]+)G$`)

	// aSize matches sizes. Where others are, 16G is one, too.
	aSize = regexp.MustCompile(`^(?i:[0-9]+(?:[kmt](?:i?b)?|gi?b|b))$`)

	// bareWorkers matches names that end in workers, a dash and a number, which may be
	// theirs or GOMAXPROCS.
	bareWorkers = regexp.MustCompile(`/(?i:(?:num[-_])?(?:` + workerNouns + `))-[0-9]+$`)

	// bareCount matches names that end in a thing, a dash and a number, likewise.
	bareCount = regexp.MustCompile(`/(?i:` + countNouns + `)-[0-9]+$`)

	// counting matches names that end in something of which benchmarks have a number.
	counting = regexp.MustCompile(`(?i:(?:^|[^a-z])(?:` + workerNouns + `|` + countNouns + `|level|n|num|bits|ops|sha|utf|aes|v|http|iter|iterations))$`)
)

// endsInNumber reports whether a name ends in a number of its own, of a setting or of
// workers, so that a number after it is another one.
func endsInNumber(name string) bool {
	last := name[strings.LastIndexByte(name, '/')+1:]
	if _, value, ok := strings.Cut(last, "="); ok {
		return value != "" && isDigit(value[len(value)-1])
	}
	s, ok := workersIn(last)
	return ok && s.to == len(last)
}

// endsInWorkers reports whether the last part of a name has the number of workers in
// words that a second number cannot follow.
func endsInWorkers(name string) bool {
	last := name[strings.LastIndexAny(name, "/,&;")+1:]
	if key, value, ok := strings.Cut(last, "="); ok {
		_, err := parseCount(key, value)
		return err == nil && workersKey.MatchString(key)
	}
	s, ok := workersIn(last)
	return ok && isDigit(last[s.from]) && s.to == len(last)
}

// saying is a number of workers and where a text has it.
type saying struct {
	text              string
	workers, from, to int
}

// workersIn finds the words for a number of workers in a text without a key.
// They are never part of another word or number: the 4 of 1.4 is not a number, and
// threadsafe is not a word for threads.
func workersIn(text string) (s saying, ok bool) {
	for _, form := range []struct {
		words  *regexp.Regexp
		number int // of its group
	}{{numberFirst, 1}, {numberLast, 2}} {
		for _, at := range form.words.FindAllStringSubmatchIndex(text, -1) {
			from, to := at[0], at[1]
			number := at[2*form.number : 2*form.number+2]
			n, err := parseCount("workers", text[number[0]:number[1]])
			if err != nil || !beginsWord(text, from) || !endsWord(text, to) {
				continue
			}
			return saying{text, n, from, to}, true
		}
	}
	if m := onlyG.FindStringSubmatch(text); m != nil {
		if n, err := parseCount("workers", m[1]); err == nil {
			return saying{text, n, 0, len(text)}, true
		}
	}
	return s, false
}

// beginsWord reports whether a word or number begins at i: not after a letter, unless
// the word has a capital. HTTP2Clients is not two clients.
func beginsWord(text string, i int) bool {
	if i == 0 {
		return true
	}
	before, first := text[i-1], text[i]
	if isDigit(first) {
		return !isDigit(before) && !isLetter(before) && before != '.' && before != '='
	}
	return !isDigit(before) && !isLetter(before) || isCapital(first) && !isCapital(before)
}

// endsWord reports whether a word or number ends before i.
func endsWord(text string, i int) bool {
	if i == len(text) {
		return true
	}
	after := text[i]
	if isDigit(text[i-1]) {
		return !isDigit(after) && after != '.' && !('a' <= after && after <= 'z')
	}
	return !('a' <= after && after <= 'z')
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isCapital(c byte) bool { return 'A' <= c && c <= 'Z' }

func isLetter(c byte) bool { return isCapital(c) || 'a' <= c && c <= 'z' }

// spelling returns the words, with N for the number.
func (s saying) spelling() string {
	return "/" + strings.Replace(s.text[s.from:s.to], strconv.Itoa(s.workers), "N", 1)
}

// rest returns the text without the words and what joined them to it.
func (s saying) rest() string {
	before, after := s.text[:s.from], s.text[s.to:]
	joined := before != "" && isJoint(before[len(before)-1])
	switch {
	case after != "" && isJoint(after[0]) && (before == "" || joined):
		after = after[1:]
	case joined:
		before = before[:len(before)-1]
	}
	return before + after
}

func isJoint(c byte) bool { return strings.IndexByte("-_,&;:+", c) >= 0 }

// workersPart returns the index of the part with the number of workers, -1 if none has
// it. workers= itself goes before what only means the same.
func (n *parsedName) workersPart(how naming) int {
	if i := slices.IndexFunc(n.parts, func(p part) bool { return strings.EqualFold(p.key, "workers") }); i >= 0 {
		return i
	}
	return slices.IndexFunc(n.parts, func(p part) bool {
		if p.key != "" {
			_, err := parseCount(p.key, p.value())
			return err == nil && workersKey.MatchString(p.key) && !slices.Contains(how.rows, "/"+p.key)
		}
		_, ok := workersIn(p.text[1:])
		return ok && !(how.sized && onlyG.MatchString(p.text[1:]))
	})
}
