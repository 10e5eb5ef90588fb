package table

import (
	"cmp"
	"strings"
	"unicode"

	"github.com/rivo/uniseg"
)

// CompareNames orders names as people do, with numbers in them by value: size=9 comes
// before size=10.
func CompareNames(a, b string) int {
	x, y := a, b
	for x != "" && y != "" {
		if !digit(rune(x[0])) || !digit(rune(y[0])) {
			if x[0] != y[0] {
				return cmp.Compare(x[0], y[0])
			}
			x, y = x[1:], y[1:]
			continue
		}
		var m, n string
		m, x = cutDigits(x)
		n, y = cutDigits(y)
		m, n = strings.TrimLeft(m, "0"), strings.TrimLeft(n, "0")
		if order := cmp.Or(cmp.Compare(len(m), len(n)), cmp.Compare(m, n)); order != 0 {
			return order
		}
	}
	return cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(a, b))
}

func digit(r rune) bool { return '0' <= r && r <= '9' }

// cutDigits returns the number at the beginning of a text, and the rest.
func cutDigits(text string) (number, rest string) {
	rest = strings.TrimLeft(text, "0123456789")
	return text[:len(text)-len(rest)], rest
}

// Shorten shortens the names that do not fit, no more than needed, by cutting the words
// that they have in common with all others of the same number of words. Words in which
// names differ stay, and so do numbers. The longest words are cut first. A name may still
// not fit when nothing more can be cut, and one that has nothing in common with others
// stays as it is.
func Shorten(names []string, fits func(string) bool) []string {
	short := make([]string, len(names))
	groups := map[int][]int{} // number of words → names
	words := make([][]string, len(names))
	for i, name := range names {
		if short[i] = name; !fits(name) {
			words[i] = wordsOf(name)
			groups[len(words[i])] = append(groups[len(words[i])], i)
		}
	}
	for n, group := range groups {
		if len(group) == 1 {
			continue // it has nothing in common with others
		}
		same := make([]bool, n)
		for j := range same {
			same[j] = true
			for _, i := range group {
				same[j] = same[j] && words[i][j] == words[group[0]][j]
			}
		}
		shortenAlike(short, words, group, same, fits)
	}
	return short
}

// shortenAlike cuts the common words of a group to the same width in all its names, so
// that they still align in columns.
func shortenAlike(short []string, words [][]string, group []int, same []bool, fits func(string) bool) {
	longest := 0
	for _, word := range words[group[0]] {
		longest = max(longest, uniseg.StringWidth(word))
	}
	at := func(width int) bool {
		whole := true
		for _, i := range group {
			short[i] = cutWords(words[i], same, width)
			whole = whole && fits(short[i])
		}
		return whole
	}
	low, high := 1, longest // the widest that fits is between them
	for low < high {
		if middle := (low + high + 1) / 2; at(middle) {
			low = middle
		} else {
			high = middle - 1
		}
	}
	if at(low) {
		return
	}
	for _, i := range group {
		if !fits(short[i]) {
			short[i] = dropWords(words[i], same)
		}
	}
}

// cutWords joins words and cuts the common ones to a width.
func cutWords(words []string, same []bool, width int) string {
	var b strings.Builder
	for j, word := range words {
		if same[j] && !digit(rune(word[0])) && uniseg.StringWidth(word) > width {
			head, _ := split(word, width-1)
			word = head + "…"
		}
		b.WriteString(word)
	}
	return b.String()
}

// dropWords joins the words that differ, with an ellipsis for the common ones.
func dropWords(words []string, same []bool) string {
	var b strings.Builder
	for j, word := range words {
		switch {
		case !same[j]:
			b.WriteString(word)
		case j == 0 || !same[j-1]:
			b.WriteString("…")
		}
	}
	return b.String()
}

// wordsOf splits a name into words, numbers and the characters between them.
func wordsOf(name string) (words []string) {
	kind := func(r rune) int {
		switch {
		case digit(r):
			return 1
		case unicode.IsLetter(r) || unicode.IsMark(r):
			return 2
		}
		return 0
	}
	begin, last := 0, -1
	for i, r := range name {
		if k := kind(r); i > 0 && (k == 0 || k != last) {
			words, begin = append(words, name[begin:i]), i
			last = k
		} else {
			last = k
		}
	}
	return append(words, name[begin:])
}
