// Package turns lets processes that measure live side by side and take turns: while one
// has a turn, the others wait in a read and do nothing. Whatever slows the machine down
// for longer than a round of turns then slows all of them down alike, so that quotients
// of their times do not have it.
//
// One process, the dealer, has a Seat for each of the others, the players, and gives
// turns in whatever order it likes, to one player or to several at once. They talk through
// pipes. The player's side is Player; package overlay has another one
// for benchmarks that are not of this suite.
package turns

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

// Words of a dealer.
const (
	// Take a turn. Two numbers of eight bytes follow, both in nanoseconds: when to begin,
	// on the system's monotonic clock, or 0 for now, and for how long to run before
	// anything is timed.
	wordTurn = '+'

	wordEnd = '-' // there is no further turn
)

// turnBytes is how long a wordTurn is with its numbers. A write of so few is not divided.
const turnBytes = 17

// wordDone is the word of a player: it is ready for its first turn, or has done a turn.
const wordDone = '+'

// ErrNoTurn is the error of a player whose dealer is gone.
var ErrNoTurn = errors.New("no turn: the process that gives turns has ended")

// ErrLeft is the error for a player that has ended, or said what no player says.
var ErrLeft = errors.New("it left its turn")

// Player is a process that takes turns, at its end of the pipes.
type Player struct {
	from, to pipe
	word     [turnBytes]byte
}

// Turn is one of a player.
type Turn struct {
	// Settle is for how long it should run before anything is timed: if it is above 0, at
	// least one job.
	Settle time.Duration
}

// Next says that the player is ready, or has done a turn, and blocks until it has the
// next. more is false if there is none.
func (p *Player) Next() (t Turn, more bool, err error) {
	if err := p.to.write([]byte{wordDone}); err != nil {
		return t, false, fmt.Errorf("%w: %w", ErrNoTurn, err)
	}
	n, err := p.from.read(p.word[:])
	if err != nil {
		return t, false, fmt.Errorf("%w: %w", ErrNoTurn, err)
	}
	switch {
	case p.word[0] == wordEnd:
		return t, false, nil
	case p.word[0] == wordTurn && n == turnBytes:
		at := time.Duration(binary.NativeEndian.Uint64(p.word[1:]))
		for first, now := monotonic(), monotonic(); now < at && now-first < mostSpin; now = monotonic() {
		}
		return Turn{Settle: time.Duration(binary.NativeEndian.Uint64(p.word[9:]))}, true, nil
	}
	return t, false, fmt.Errorf("%w: it said %q", ErrNoTurn, p.word[:n])
}

// mostSpin bounds for how long a player spins until its turn begins.
const mostSpin = 100 * time.Millisecond
