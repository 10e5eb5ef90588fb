package table

import "slices"

// Reason is why something happened to each of Names.
type Reason struct {
	Names []string
	Why   string
}

// Reasons are those of a list, each once and in the order in which they come up, so
// that what a hundred share is told in a line.
func Reasons[T any](list []T, of func(T) (name, why string)) (reasons []Reason) {
	for _, item := range list {
		name, why := of(item)
		i := slices.IndexFunc(reasons, func(r Reason) bool { return r.Why == why })
		if i < 0 {
			reasons = append(reasons, Reason{[]string{name}, why})
		} else if !slices.Contains(reasons[i].Names, name) {
			reasons[i].Names = append(reasons[i].Names, name)
		}
	}
	return reasons
}
