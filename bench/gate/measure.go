package gate

import (
	"context"
	"time"

	"overlap/bench/sweep"
)

// Sampler takes the slots of one build. ops is the operations of a slice, or 0
// for the sampler to find how many make a slice of about SliceTime; d is how
// long to time slices.
type Sampler interface {
	Slot(ctx context.Context, p sweep.Point, ops int, d time.Duration) (Slot, error)
}

// Record is a slot that was measured, for the result file.
type Record struct {
	Head  bool // else base
	Point sweep.Point
	Block int // from 0
	Place int // in the block, from 0
	Slot  Slot
}

// Config says what to measure.
type Config struct {
	Points     []sweep.Point
	Base, Head Sampler
	Blocks     int           // of every point
	SlotTime   time.Duration // how long the slices of a slot take
	Seed       uint64        // of the order of points and of the coins
	Append     func(Record) error
	Progress   func(done, all int) // slots
}
