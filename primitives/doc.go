// Package primitives provides the means of concurrency that overlap measures:
// Future, the result of a task that may not have finished; Event, a flag to wait
// for; and six executors that run tasks.
//
// Use it to write a program once and run it under different executors: in the
// caller (inline), on a goroutine per task (spawn), on long-lived workers
// (pool), on operating system threads (threads), on an event loop (loop), in
// other processes (processes). Do not use it where a plain goroutine and a
// channel are enough; overlap needs futures because it compares them.
//
// # Names elsewhere
//
//	concurrent.futures (Python)       here
//	  Executor.submit                 Submit; a full queue blocks, where Python's grows
//	  Future.result(timeout)          Future.Await(ctx)
//	  Future.cancel, add_done_callback  Future.Cancel, Future.OnDone
//	  Executor.map                    Map, with bounded look-ahead; ForEach without futures
//	  wait, as_completed              Wait, AsCompleted. A cancelled future has an error
//	                                  (ErrCancelled), also for FirstError: Python's
//	                                  FIRST_EXCEPTION ignores it
//	  ThreadPoolExecutor              NewPool (goroutines), NewThreads (threads)
//	  ProcessPoolExecutor             NewProcesses, for functions named by Define,
//	                                  which says how values travel; its map is Map
//	                                  on a pool that Calls
//	  shutdown(cancel_futures=True)   Executor.ShutdownNow
//
//	asyncio (Python)                  here
//	  event loop, create_task, await  NewLoop, Submit, Future.Await inside a task
//	  sleep                           Sleep
//	  gather, wait                    All, AllSettled, Wait
//	  Task.cancel                     Future.Cancel: the task's context ends
//	  to_thread                       Submit to another executor, and wait
//
//	Twisted                           here
//	  Deferred.addCallback            Then
//	  Deferred.addErrback             Recover
//	  DeferredList, gatherResults     AllSettled, All
//	  deferToThread                   Submit to a pool
//	  Deferred.callback               nothing: only executors set results
//
//	Tornado                           here
//	  Future, gen.multi               Future, All
//	  IOLoop.run_in_executor          Submit to another executor
//	  gen.WaitIterator                AsCompleted
//
//	Promise (JavaScript)              here
//	  then, catch                     Then, Recover
//	  all, allSettled, any, race      All, AllSettled, Any, Race
//	  new Promise(resolve => …)       nothing: only executors set results
//
//	threading (Python)                here
//	  Event.set, clear, is_set, wait  Event.Set, Clear, IsSet, Wait, WaitContext
//	  Thread                          the go statement; NewThreads for real threads
//
// # The life of a future
//
// Held, taken and pending are Pending to those who ask; a step is one atomic operation,
// so that each future has one end, whoever comes first.
//
//	       ┌────────────2────────────┐
//	       │                         ▼
//	held ──┴─1─► taken ──────5────► running ──9───► finished
//	             │ ▲ ├──6─► finished   ▲ └────10──► cancelled
//	             3 4 └──7─► cancelled  │
//	             ▼ │                   │
//	Submit ────► pending ──────8───────┘
//
//	1   held → taken         Then has a task for it, All a result, Cancel an end
//	2   held → running       a worker has come to this task of a batch
//	3   taken → pending      it has got its task; or its waiter may not run it
//	4   pending → taken      somebody cancels it, or is about to wait for it
//	5   taken → running      its waiter, a worker, runs it
//	6   taken → finished     the composition has its result
//	7   taken → cancelled    it was cancelled, its executor was shut down, or it was refused
//	8   pending → running    a worker, or RunOrAwait, starts it
//	9   running → finished   the task has returned, panicked or exited
//	10  running → cancelled  its context had ended before the task began
//
// # What differs, and why
//
// Application code never sets a future. Its result always comes from its task, so
// a future cannot be resolved twice, or never.
//
// There is no "await". Any function may wait. A task that waits on its own
// goroutine gives its worker to other tasks meanwhile, so tasks may submit and
// wait for others on the same executor, however few workers it has. On thread
// pools elsewhere that deadlocks. It holds for Await, Wait, AsCompleted, Map,
// ForEach and Submit itself. Waiting for a Done channel, a lock or an Event, or
// on a goroutine other than the task's, keeps the worker, as it does elsewhere.
// A task that waits costs memory, and on the executor threads a thread, and a
// program may have only so many threads: see NewThreads.
//
// Errors and panics are part of the result. A panic is passed to the caller of
// Await (PanicError) and raised there on request (Raise); elsewhere in Go it
// ends the process, or is logged and forgotten. From another process only its
// text arrives.
//
// Contexts replace timeouts. The context of Await ends the wait and not the
// task; the context of Submit ends the task.
//
// Results of a batch come in the order of submission, not of completion. Queues
// are bounded: a producer that is too fast waits.
//
// Cancelling a composition does not cancel its members, since others may wait
// for them; only AllOrCancel cancels them.
//
// A composition has no executor of its own: see All. A future of Then or Recover
// belongs to the executor that the call names. Shutdown of that executor does not
// wait for the future before it: if that ends later, the new one is cancelled
// with ErrShutdown.
//
// runtime.Goexit in a task ends its future with ErrGoexit. With inline it also
// ends the caller, because the task runs on the caller's goroutine.
package primitives
