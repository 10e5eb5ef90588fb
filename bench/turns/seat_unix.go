//go:build unix

package turns

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// Supported reports whether processes can take turns here.
const Supported = true

// Take returns the pipes of this process, if it is a player: files 3 and 4.
func Take() (*Player, error) {
	var ends [2]pipe
	for i := range ends {
		unix.CloseOnExec(3 + i)
		if err := unix.SetNonblock(3+i, true); err != nil {
			return nil, fmt.Errorf("pipe for turns: %w", err)
		}
		ends[i] = pipe{os.NewFile(uintptr(3+i), "turns")}
	}
	return &Player{from: ends[0], to: ends[1]}, nil
}

// pipe is an end of a pipe that does not block.
//
// Who waits at it is parked, and what is read and written then is done without telling
// the runtime that a system call may take long. The methods of os.File tell it, and then
// its monitor looks at every twenty microseconds whether the call goes on, for some
// milliseconds: on one core that made jobs of a few milliseconds a third slower.
type pipe struct{ file *os.File }

func (p pipe) read(text []byte) (n int, err error) {
	raw, err := p.file.SyscallConn()
	if err != nil {
		return 0, err
	}
	var failed error
	err = raw.Read(func(fd uintptr) (done bool) {
		n, failed = rawRead(int(fd), text)
		return !errors.Is(failed, unix.EAGAIN)
	})
	if err = cmp.Or(err, failed); err == nil && n == 0 {
		err = io.EOF
	}
	return n, err
}

// write writes a text of less than PIPE_BUF, all or nothing.
func (p pipe) write(text []byte) error {
	raw, err := p.file.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = raw.Write(func(fd uintptr) (done bool) {
		failed = rawWrite(int(fd), text)
		return !errors.Is(failed, unix.EAGAIN)
	})
	return cmp.Or(err, failed)
}

// Seat is the dealer's end of the pipes of one player.
type Seat struct {
	to, from pipe
	player   [2]*os.File
}

// NewSeat makes the pipes of a player.
func NewSeat() (*Seat, error) {
	var s Seat
	var err error
	if s.player[0], s.to.file, err = os.Pipe(); err != nil {
		return nil, fmt.Errorf("pipe for turns: %w", err)
	}
	if s.from.file, s.player[1], err = os.Pipe(); err != nil {
		s.player[0].Close()
		s.to.file.Close()
		return nil, fmt.Errorf("pipe for turns: %w", err)
	}
	return &s, nil
}

// Files are what the player's process must have as its files 3 and 4.
func (s *Seat) Files() []*os.File { return s.player[:] }

// Sit closes the player's ends, once its process has started or has failed to. Without
// that, a player that dies would never be noticed.
func (s *Seat) Sit() {
	for _, f := range s.player {
		f.Close()
	}
}

// Close closes the dealer's ends. A player that still waits for a turn ends with an
// error.
func (s *Seat) Close() {
	s.to.file.Close()
	s.from.file.Close()
}

// Await blocks until the player is ready, or has done its turn. It fails if the player
// has ended.
func (s *Seat) Await() error {
	var word [1]byte
	n, err := s.from.read(word[:])
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("await a turn: %w", err)
	}
	if n == 0 || word[0] != wordDone {
		return ErrLeft
	}
	return nil
}

func (s *Seat) say(word []byte) error {
	err := s.to.write(word)
	if errors.Is(err, unix.EPIPE) {
		return ErrLeft
	}
	if err != nil {
		return fmt.Errorf("give a turn: %w", err)
	}
	return nil
}

// Give gives a turn to all of the seats at once and blocks until they have done it. One
// seat begins at once; several begin at the same instant.
func Give(t Turn, seats ...*Seat) error {
	at := time.Duration(0)
	if len(seats) > 1 { // a write wakes a process within some microseconds
		at = monotonic() + startUp + time.Duration(len(seats))*10*time.Microsecond
	}
	word := binary.NativeEndian.AppendUint64([]byte{wordTurn}, uint64(at))
	word = binary.NativeEndian.AppendUint64(word, uint64(t.Settle))
	var failed error
	given := 0
	for _, s := range seats {
		if failed = s.say(word); failed != nil {
			break
		}
		given++
	}
	for _, s := range seats[:given] { // whoever has heard of it takes the turn
		failed = cmp.Or(failed, s.Await())
	}
	return failed
}

// startUp is how long the first of several players may take to wake up.
const startUp = 100 * time.Microsecond

// End says that there is no further turn.
func (s *Seat) End() error { return s.say([]byte{wordEnd}) }

// monotonic reads the clock that all processes of the system share, as package time does:
// without a system call, see pipe.
func monotonic() time.Duration { return offset + time.Since(base) }

var base, offset = func() (time.Time, time.Duration) {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &t); err != nil {
		return time.Now(), 0 // players of one turn begin when each hears of it
	}
	return time.Now(), time.Duration(t.Nano())
}()
