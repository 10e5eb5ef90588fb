package analyse

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"overlap/report/load"
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

// withoutAxes leaves out the levels that overlap run adds to names.
func withoutAxes(names []spelling) (list []spelling) {
	axes := []string{"workers", "cores", "slices", "scaling"}
	for _, name := range names {
		list = append(list, slices.DeleteFunc(slices.Clone(name), func(level string) bool {
			key, _, ok := strings.Cut(level, "=")
			return ok && slices.Contains(axes, key)
		}))
	}
	return list
}

// valuesOf lists the values of a key in names, in order and with commas. The empty
// key stands for the names of the benchmarks.
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

// byDepth lists, for each depth of the names, the distinct texts at each of its
// levels.
func byDepth(names []spelling) (depths [][][]string) {
	for _, name := range names {
		i, found := slices.BinarySearchFunc(depths, len(name), func(texts [][]string, n int) int { return len(texts) - n })
		if !found {
			depths = slices.Insert(depths, i, make([][]string, len(name)))
		}
		for at, text := range name {
			if !slices.Contains(depths[i][at], text) {
				depths[i][at] = append(depths[i][at], text)
			}
		}
	}
	return depths
}

// benchPattern returns the regular expression for go test -bench. It matches each
// level of a name separately, so the texts of a level are alternatives there. It
// measures only the last level, so names of several depths are alternatives as a
// whole.
func benchPattern(names []spelling) string {
	var whole []string
	for _, levels := range byDepth(names) {
		var patterns []string
		for _, texts := range levels {
			patterns = append(patterns, "^"+alternatives(texts)+"$")
		}
		whole = append(whole, strings.Join(patterns, "/"))
	}
	return strings.Join(whole, "|")
}

// exactPattern returns a pattern for these names and no others: where mixed levels
// of several make another name, every name is an alternative as a whole.
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

// distinct leaves out names that came before.
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

// alternatives returns a regular expression for texts. A key that all begin with,
// such as "cores=", is written once.
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

// quoteMeta returns a pattern for a text, with a dot for each character that could
// control a terminal.
func quoteMeta(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar {
			return '.'
		}
		return r
	}, regexp.QuoteMeta(text))
}

// linesOf returns the regular expression for the lines of benchmarks, for grep -E:
// a short one if it fits no other name of the data.
func linesOf(d *load.Data, names []string) string {
	names = slices.Compact(slices.Sorted(slices.Values(names)))
	var levels []spelling
	for _, name := range names {
		levels = append(levels, strings.Split(name, "/"))
	}
	short := strings.NewReplacer("$/^", "/", "$|^", "|").Replace(benchPattern(levels))
	short = strings.TrimSuffix(strings.TrimPrefix(short, "^"), "$")
	if combinations(levels) > len(names) && fitsOthers(d, short, names) {
		short = alternatives(names)
	}
	return fmt.Sprintf("^Benchmark(%s)[[:space:]]", short)
}

// combinations returns how many names the levels of some make. If it is no more
// than there are, their pattern fits no other name.
func combinations(names []spelling) (n int) {
	for _, levels := range byDepth(names) {
		product := 1
		for _, texts := range levels {
			product *= len(texts)
		}
		n += product
	}
	return n
}

// fitsOthers reports whether a pattern fits names of the data besides these, which
// are sorted.
func fitsOthers(d *load.Data, pattern string, names []string) bool {
	fits, err := regexp.Compile("^(" + pattern + ")$")
	if err != nil {
		return true
	}
	for _, p := range d.Points {
		for _, name := range d.Names(p) {
			if _, mine := slices.BinarySearch(names, name); !mine && fits.MatchString(name) {
				return true
			}
		}
	}
	return false
}
