package primitives

import "sync/atomic"

// State is how far a future has come.
type State uint32

// The states of a future. It goes from Pending to Running to Finished, or from
// Pending to Cancelled, and never back.
const (
	Pending   State = iota // nobody has started the task
	Running                // the task has started
	Finished               // the task has returned, panicked or exited
	Cancelled              // the task never ran and never will
)

func (s State) String() string {
	return [...]string{"pending", "running", "finished", "cancelled"}[s]
}

// The values of a future's status word, and its flag bits.
const (
	statusHeld      uint32 = 0 // pending, but only its own batch or composition may start it
	statusPending   uint32 = 1
	statusRunning   uint32 = 2
	statusTaken     uint32 = 3 // pending and claimed: about to be cancelled or to get its task
	statusFinished  uint32 = finalBit
	statusCancelled uint32 = finalBit + 1

	finalBit uint32 = 4
	// watchedBit: goroutines besides the runner use more than the result, so finishing
	// takes the lock. Without it a whole life costs two atomic operations.
	watchedBit uint32 = 8
	// notedBit: the future is final and has a note.
	notedBit uint32 = 16
	// endlessBit: only Cancel can end the task's context; endingBit: something else
	// can, too. Neither is set before the first call of endless.
	endlessBit uint32 = 32
	endingBit  uint32 = 64
	// topBit: endless, and not submitted with the context of another task.
	topBit uint32 = 256
	// plainBit: the context that it was submitted with derives from no task's.
	plainBit uint32 = 512
	// stoppedBit: the running task was asked to stop.
	stoppedBit uint32 = 128

	// callingBit: the future is final and a goroutine runs its callbacks.
	callingBit uint32 = 1024

	flagBits = watchedBit | notedBit | callingBit | endlessBit | endingBit | topBit | plainBit | stoppedBit
)

// status is an atomic.Uint32 that can be set without an atomic operation before
// others see it, which saves one in every Submit.
type status uint32

func (s *status) Load() uint32   { return atomic.LoadUint32((*uint32)(s)) }
func (s *status) Store(v uint32) { atomic.StoreUint32((*uint32)(s), v) }
func (s *status) CompareAndSwap(old, new uint32) bool {
	return atomic.CompareAndSwapUint32((*uint32)(s), old, new)
}

// raise sets a flag.
func (s *status) raise(bit uint32) { atomic.OrUint32((*uint32)(s), bit) }

// lower clears a flag.
func (s *status) lower(bit uint32) { atomic.AndUint32((*uint32)(s), ^bit) }
