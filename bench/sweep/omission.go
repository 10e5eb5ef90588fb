package sweep

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"overlap/internal/table"
)

// Omission is a package or a benchmark that is left out, and why.
type Omission struct {
	Name, Why string
	Output    string // of its process, if that failed
	Skipped   bool   // it skipped itself, and did not fail
}

func (o Omission) String() string { return o.Name + ": " + o.Why }

// Reasons are the reasons in a list, each once.
func Reasons(list []Omission) []table.Reason {
	return table.ReasonsOf(list, func(o Omission) (name, why string) { return o.Name, o.Why })
}

// sentences are the reasons, one in each.
func sentences(list []Omission) (texts []string) {
	for _, r := range Reasons(list) {
		texts = append(texts, strings.Join(r.Names, ", ")+": "+r.Why)
	}
	return texts
}

// withoutResult is the omission of a benchmark that ended well and printed no result.
// One that skips itself says why on the line before.
func withoutResult(name string, out []byte) Omission {
	if m := skipped.FindSubmatch(out); m != nil {
		return Omission{Name: name, Why: "skipped: " + table.Excerpt(string(m[1]), 200), Skipped: true}
	}
	return Omission{Name: name, Why: "left out: it printed no result with a time that can be read"}
}

var skipped = regexp.MustCompile(`(?m)^(?:\s*\S+\.go:\d+: (.*)\n)?\s*--- SKIP: Benchmark`)

// omission describes what failed with an error.
func omission(name, what string, err error) Omission {
	o := Omission{Name: name, Why: fmt.Sprintf("%s: %v", what, err)}
	if failed := (*SampleError)(nil); errors.As(err, &failed) {
		o.Output = failed.Output
	}
	return o
}
