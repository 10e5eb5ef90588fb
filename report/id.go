package report

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"
)

// ID names the row in links: lower-case letters, digits and dashes only, and no
// other row of the analysis has it.
func (r Row) ID() string { return cmp.Or(r.id, slug(r.Name())) }

// slug is a name in lower-case letters, digits and dashes.
func slug(name string) string {
	return cmp.Or(strings.Trim(notWord.ReplaceAllString(strings.ToLower(name), "-"), "-"), "row")
}

var notWord = regexp.MustCompile(`[^a-z0-9]+`)

// identify gives every row an ID of its own: of several whose names differ only
// in what an ID leaves out, the second becomes name-2, and so on.
func (a *Analysis) identify() {
	used := map[string]bool{}
	for i := range a.Rows {
		r := &a.Rows[i]
		r.id = slug(r.Name())
		for n := 2; used[r.id]; n++ {
			r.id = fmt.Sprintf("%s-%d", slug(r.Name()), n)
		}
		used[r.id] = true
	}
}
