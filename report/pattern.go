package report

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// spelling is a benchmark's name by its levels, without GOMAXPROCS.
type spelling []string

// spellingOf takes GOMAXPROCS off a name; go test does not write 1.
func spellingOf(name string, procs int) spelling {
	if procs > 1 {
		name = strings.TrimSuffix(name, "-"+strconv.Itoa(procs))
	}
	return strings.Split("Benchmark"+name, "/")
}

func (s spelling) String() string { return strings.Join(s, "/") }

// withoutKeys leaves out the levels of some keys.
func withoutKeys(names []spelling, leave func(key string) bool) (list []spelling) {
	for _, name := range names {
		list = append(list, slices.DeleteFunc(slices.Clone(name), func(level string) bool {
			key, _, ok := strings.Cut(level, "=")
			return ok && leave(key)
		}))
	}
	return list
}

// valuesOf lists the values of a key in names, in their order and with commas;
// without a key, the words before any.
func valuesOf(names []spelling, key string) string {
	var values []string
	for _, name := range names {
		for i, level := range name {
			k, value, _ := strings.Cut(level, "=")
			if i == 0 {
				k, value = "", strings.TrimPrefix(level, "Benchmark")
			}
			if k == key && (i == 0) == (key == "") && !slices.Contains(values, value) {
				values = append(values, value)
			}
		}
	}
	return strings.Join(values, ",")
}

// benchPattern is the regular expression that go test -bench needs for
// benchmarks. It matches each level of a name on its own, so that what differs
// stands as alternatives in its place; and it measures nothing above the last
// level, so that names of several depths are alternatives as a whole.
func benchPattern(names []spelling) string {
	byDepth := map[int][][]string{}
	var depths []int
	for _, name := range names {
		n := len(name)
		if byDepth[n] == nil {
			byDepth[n] = make([][]string, n)
			depths = append(depths, n)
		}
		for i, level := range name {
			if !slices.Contains(byDepth[n][i], level) {
				byDepth[n][i] = append(byDepth[n][i], level)
			}
		}
	}
	slices.Sort(depths)
	var whole []string
	for _, n := range depths {
		var levels []string
		for _, texts := range byDepth[n] {
			levels = append(levels, "^"+alternatives(texts)+"$")
		}
		whole = append(whole, strings.Join(levels, "/"))
	}
	return strings.Join(whole, "|")
}

// exactPattern is a pattern for these names and no others: where the levels of
// some fit those of others, too, every name is an alternative as a whole.
func exactPattern(names []spelling) string {
	names = distinct(names)
	if combinations(names) == len(names) {
		return benchPattern(names)
	}
	var whole []string
	for _, name := range names {
		whole = append(whole, benchPattern([]spelling{name}))
	}
	return strings.Join(whole, "|")
}

// distinct are the names without those that came before.
func distinct(names []spelling) (list []spelling) {
	seen := map[string]bool{}
	for _, name := range names {
		if !seen[name.String()] {
			seen[name.String()] = true
			list = append(list, name)
		}
	}
	return list
}

// alternatives is a regular expression for texts, of which what they begin with
// stands once where it ends in "=".
func alternatives(texts []string) string {
	if len(texts) == 1 {
		return quoteMeta(texts[0])
	}
	key, _, ok := strings.Cut(texts[0], "=")
	key += "="
	if !ok || slices.ContainsFunc(texts, func(text string) bool { return !strings.HasPrefix(text, key) }) {
		key = ""
	}
	quoted := make([]string, len(texts))
	for i, text := range texts {
		quoted[i] = quoteMeta(text[len(key):])
	}
	return quoteMeta(key) + "(" + strings.Join(quoted, "|") + ")"
}

// quoteMeta takes a text as it is, but for what controls a terminal: a command
// has a dot for each such character.
func quoteMeta(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar {
			return '.'
		}
		return r
	}, regexp.QuoteMeta(text))
}

// linesOf is the regular expression for the lines of benchmarks, for grep -E.
// It is short if no other name of the data fits the short one.
func (d survey) linesOf(names []string) string {
	names = slices.Compact(slices.Sorted(slices.Values(names)))
	var levels []spelling
	for _, name := range names {
		levels = append(levels, strings.Split(name, "/"))
	}
	short := strings.NewReplacer("$/^", "/", "$|^", "|").Replace(benchPattern(levels))
	short = strings.TrimSuffix(strings.TrimPrefix(short, "^"), "$")
	if combinations(levels) > len(names) && d.others(short, names) {
		short = alternatives(names)
	}
	return fmt.Sprintf("^Benchmark(%s)[[:space:]]", short)
}

// combinations is how many names fit the levels of some: where it is no more
// than these, their pattern fits no other, and the names of all rows need not be
// tried.
func combinations(names []spelling) (n int) {
	at := map[int][]map[string]bool{}
	for _, name := range names {
		depth := len(name)
		if at[depth] == nil {
			at[depth] = make([]map[string]bool, depth)
		}
		for i, level := range name {
			if at[depth][i] == nil {
				at[depth][i] = map[string]bool{}
			}
			at[depth][i][level] = true
		}
	}
	for _, levels := range at {
		product := 1
		for _, texts := range levels {
			product *= len(texts)
		}
		n += product
	}
	return n
}

// others reports whether a pattern fits names of the data besides these, which
// are sorted.
func (d survey) others(pattern string, names []string) bool {
	fits, err := regexp.Compile("^(" + pattern + ")$")
	if err != nil {
		return true
	}
	for _, p := range d.Points {
		for _, name := range d.names(p) {
			if _, mine := slices.BinarySearch(names, name); !mine && fits.MatchString(name) {
				return true
			}
		}
	}
	return false
}
