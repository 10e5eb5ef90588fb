package workloads

// Needs are the limited resources that a job costs a process, beyond what every
// process has: open files, child processes, threads of its own that wait in
// the kernel or are bound to a worker, and memory in bytes, of which less than 32 MiB
// need not be counted.
type Needs struct{ Files, Processes, Threads, Bytes int }

// Plus returns the sum.
func (n Needs) Plus(o Needs) Needs {
	return Needs{n.Files + o.Files, n.Processes + o.Processes, n.Threads + o.Threads, n.Bytes + o.Bytes}
}

// ChildNeeds returns the needs of child processes: the maximum number of files
// that are open while all are started at once, with any transport, and a thread
// of this process that waits for each.
func ChildNeeds(children int) Needs {
	return Needs{Files: 6 * children, Processes: children, Threads: children}
}
