package sweep

import (
	"fmt"
	"regexp"
	"strings"
)

// narrow returns re, a pattern for -bench, for the benchmark function of this
// name alone, or nothing if it does not match.
func narrow(re, function string) string {
	var alternatives []string
	for _, alternative := range splitPattern(re, '|') {
		levels := splitPattern(alternative, '/')
		if ok, err := regexp.MatchString(levels[0], function); ok && err == nil {
			levels[0] = "^" + function + "$"
			alternatives = append(alternatives, strings.Join(levels, "/"))
		}
	}
	return strings.Join(alternatives, "|")
}

// MatchesFunction reports whether re, a pattern for -bench, could match a benchmark of a
// function, whose name begins with Benchmark.
func MatchesFunction(re, function string) bool { return narrow(re, function) != "" }

// CheckPattern returns an error if a level of re is not a regular expression.
func CheckPattern(re string) error {
	for _, alternative := range splitPattern(re, '|') {
		for _, level := range splitPattern(alternative, '/') {
			if _, err := regexp.Compile(level); err != nil {
				return fmt.Errorf("%q is not a pattern for benchmarks: %w", re, err)
			}
		}
	}
	return nil
}

// splitPattern splits at sep outside of brackets, as package testing does.
func splitPattern(re string, sep byte) (parts []string) {
	class, group, from := 0, 0, 0
	for i := 0; i < len(re); i++ {
		switch c := re[i]; {
		case c == '\\':
			i++
		case c == '[':
			class++
		case c == ']':
			class = max(0, class-1)
		case c == '(' && class == 0:
			group++
		case c == ')' && class == 0:
			group--
		case c == sep && class == 0 && group == 0:
			parts = append(parts, re[from:i])
			from = i + 1
		}
	}
	return append(parts, re[from:])
}
