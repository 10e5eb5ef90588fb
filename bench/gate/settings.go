package gate

import (
	"slices"
	"strings"

	"overlap/bench/host"
	"overlap/internal/table"
)

// Settings are what a side is built with and runs under, as far as a check was told or
// the sides differ. Empty settings are those of whoever ran the check.
type Settings struct {
	Go    string   `json:"go,omitempty"`    // toolchain, in full: go1.25.4; absent if none was chosen and both sides have the same
	Env   []string `json:"env,omitempty"`   // NAME=VALUE, in the environment of the processes that were measured
	Flags []string `json:"flags,omitempty"` // of go build, as the user wrote them
	Tags  string   `json:"tags,omitempty"`  // build tags, with commas between them
}

// Equal reports whether the settings are the same.
func (s Settings) Equal(o Settings) bool {
	return s.Go == o.Go && s.Tags == o.Tags && slices.Equal(s.Env, o.Env) && slices.Equal(s.Flags, o.Flags)
}

// list returns the settings one by one.
func (s Settings) list() (all []string) {
	if s.Go != "" {
		all = append(all, s.Go)
	}
	all = slices.Concat(all, s.Env, s.Flags)
	if s.Tags != "" {
		all = append(all, "-tags="+s.Tags)
	}
	return all
}

// inWords lists settings in a sentence.
func inWords(settings []string) string {
	var all []string
	for _, text := range settings {
		all = append(all, table.Cut(table.OneLine(text), maxName))
	}
	return strings.Join(all, ", ")
}

// runtimeKeys are the keys of a machine's fingerprint with variables of overlap's own
// process, which are not those of a side that has its own.
var runtimeKeys = []string{"gogc", "godebug", "gomemlimit"}

// config returns the configuration lines of a side, some of them empty. Readers of the
// benchmark format compare sides by any of them: benchstat -col env.
func (v Revision) config() []host.Pair {
	list := []host.Pair{
		{Key: "commit", Value: v.label()},
		{Key: "env", Value: strings.Join(v.Env, " ")}, {Key: "flags", Value: strings.Join(v.Flags, " ")}, {Key: "tags", Value: v.Tags},
	}
	if v.Go != "" { // else that of the machine's fingerprint
		list = append(list, host.Pair{Key: "go", Value: v.Go})
	}
	return list
}

// hides reports whether a line of the machine's fingerprint is not true of the side.
func (v Revision) hides(line host.Pair) bool {
	if !slices.Contains(runtimeKeys, line.Key) {
		return line.Key == "go" && v.Go != ""
	}
	return slices.ContainsFunc(v.Env, func(s string) bool { return strings.HasPrefix(s, strings.ToUpper(line.Key)+"=") })
}

// under says under which settings head differs from base; empty if they have the same.
func (r *Report) under() (text string) {
	base, head := r.Base.list(), r.Head.list()
	only := func(list, other []string) string {
		return inWords(slices.DeleteFunc(slices.Clone(list), func(s string) bool { return slices.Contains(other, s) }))
	}
	if list := only(head, base); list != "" {
		text = " under " + list
	}
	if list := only(base, head); list != "" {
		text += " than base under " + list
	}
	return text
}
