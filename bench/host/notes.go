package host

import (
	"slices"
	"strconv"
	"strings"
)

// notes collects what could not be found out, one note for each kind, however many
// files or CPUs it is about.
type notes []remark

type remark struct {
	kind  string
	about []string
}

// maxSubjects is how many files a note names before it counts the others.
const maxSubjects = 3

func (n *notes) add(kind string, about ...string) {
	at := slices.IndexFunc(*n, func(r remark) bool { return r.kind == kind })
	if at < 0 {
		at = len(*n)
		*n = append(*n, remark{kind: kind})
	}
	r := &(*n)[at]
	for _, a := range about {
		if !slices.Contains(r.about, a) {
			r.about = append(r.about, a)
		}
	}
}

// lines writes each kind in one printable line, in the order of their first notes.
func (n notes) lines() (list []string) {
	for _, r := range n {
		text := r.kind
		if len(r.about) > 0 {
			named := r.about[:min(len(r.about), maxSubjects)]
			text += ": " + strings.Join(named, "; ")
			if more := len(r.about) - len(named); more > 0 {
				text += "; and " + strconv.Itoa(more) + " more"
			}
		}
		list = append(list, oneLine(text))
	}
	return list
}
