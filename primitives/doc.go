// Package primitives holds the means of concurrency that overlap measures:
// Event, a flag to wait for; Future, the result of a task to come; and the
// executors that run tasks.
//
// Use it to write a program once and run it under different executors: in the
// caller (inline), on a goroutine per task (spawn), on long-lived workers
// (pool). Do not use it where a plain goroutine and a channel say the same in
// fewer words; overlap needs futures because it compares them.
//
// The words are those of Python, where the project's idea comes from:
//
//	threading.Event                      Event
//	concurrent.futures.Future            Future (the application cannot set it)
//	concurrent.futures.Executor.submit   Submit
//	ThreadPoolExecutor(max_workers=w)    NewPool(Config{Workers: w})
//	Executor.shutdown(wait=True)         Executor.Shutdown
package primitives
