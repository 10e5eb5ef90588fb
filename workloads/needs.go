package workloads

// Needs are what workers cost a process of what systems limit, beyond what every
// process has: open files, child processes, and threads of its own that wait in the
// kernel or are bound to a worker.
type Needs struct{ Files, Processes, Threads int }

// Plus is the sum.
func (n Needs) Plus(o Needs) Needs {
	return Needs{n.Files + o.Files, n.Processes + o.Processes, n.Threads + o.Threads}
}

// ChildNeeds are those of child processes: the most files that are open while all
// are started at once, with any transport, and a thread of this process that waits
// for each.
func ChildNeeds(children int) Needs { return Needs{6 * children, children, children} }
