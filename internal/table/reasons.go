package table

// Reason is why something happened to each of Names.
type Reason struct {
	Names []string
	Why   string
}

// Reasons collects why something happened to names, so that one line reports what a
// hundred share. Each reason, and each of its names, comes once and in the order in
// which it was added. The zero Reasons is empty.
type Reasons struct {
	list  []Reason
	index map[string]int // of a reason in list
	known map[[2]string]bool
}

// Add adds a name to a reason.
func (r *Reasons) Add(name, why string) {
	if r.index == nil {
		r.index, r.known = map[string]int{}, map[[2]string]bool{}
	}
	i, ok := r.index[why]
	if !ok {
		i = len(r.list)
		r.index[why] = i
		r.list = append(r.list, Reason{Why: why})
	}
	if id := [2]string{name, why}; !r.known[id] {
		r.known[id] = true
		r.list[i].Names = append(r.list[i].Names, name)
	}
}

// List returns the reasons.
func (r *Reasons) List() []Reason { return r.list }

// ReasonsOf collects the reasons of a list.
func ReasonsOf[T any](list []T, of func(T) (name, why string)) []Reason {
	var r Reasons
	for _, item := range list {
		r.Add(of(item))
	}
	return r.List()
}
