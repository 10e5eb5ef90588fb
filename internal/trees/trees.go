// Package trees reads the machines of tests: short forms of their kernels' /sys and
// /proc. Only tests use it.
package trees

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"
)

var (
	forEach = regexp.MustCompile(`\{([0-9,-]+)\}`)
	number  = regexp.MustCompile(`\{n(?:([-+%])([0-9]+))?\}`)
)

// Read returns the files of a machine by their paths, and their archive. Its last part,
// named want, is the expected result. A name such as cpu{0-3}/x is a file for every CPU
// in braces; in its text {n} is the number of the CPU, and {n+4}, {n-4} and {n%4} are
// computed from it. parseList is host.ParseList, which this package cannot import for
// the tests of host.
func Read(file string, parseList func(string) ([]int, error)) (map[string]string, *txtar.Archive, error) {
	a, err := txtar.ParseFile(file)
	if err != nil {
		return nil, nil, err
	}
	last := len(a.Files) - 1
	if last < 0 || a.Files[last].Name != "want" {
		return nil, nil, fmt.Errorf("%s: its last part is not want", file)
	}
	files := map[string]string{}
	for _, f := range a.Files[:last] {
		list := forEach.FindStringSubmatch(f.Name)
		if list == nil {
			files[f.Name] = string(f.Data)
			continue
		}
		ids, err := parseList(list[1])
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %s: %w", file, f.Name, err)
		}
		for _, id := range ids {
			files[strings.Replace(f.Name, list[0], strconv.Itoa(id), 1)] = number.ReplaceAllStringFunc(string(f.Data), func(s string) string {
				return strconv.Itoa(computed(number.FindStringSubmatch(s), id))
			})
		}
	}
	return files, a, nil
}

func computed(m []string, id int) int {
	k, _ := strconv.Atoi(m[2]) // empty is 0
	switch m[1] {
	case "+":
		return id + k
	case "-":
		return id - k
	case "%":
		return id % k
	}
	return id
}
