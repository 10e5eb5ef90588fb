// Package remote calls functions in child processes: this program, started
// again. Package primitives builds its executor processes on it.
//
// What comes in: the name of a function made by Define, its argument as bytes,
// and a context. What goes out: the result as bytes, an error of the function,
// a *PanicError or ErrGoexit, or a *ChildError when the process is lost. What
// it may not know: futures, executors and workers.
//
// One Child is one process. Frames (frame.go) travel over a transport
// (link.go): pipes, a pair of sockets, or rings in shared memory.
package remote
