//go:build !unix

package turns

import (
	"errors"
	"os"
	"time"
)

// Supported reports whether processes can take turns here. On Windows a process starts
// with no more than its standard files.
const Supported = false

// Seat is the dealer's end of the pipes of one player.
type Seat struct{}

// NewSeat returns errors.ErrUnsupported.
func NewSeat() (*Seat, error) { return nil, errors.ErrUnsupported }

// Files are none.
func (s *Seat) Files() []*os.File { return nil }

// Sit does nothing.
func (s *Seat) Sit() {}

// Close does nothing.
func (s *Seat) Close() {}

// Await returns errors.ErrUnsupported.
func (s *Seat) Await() error { return errors.ErrUnsupported }

// Give returns errors.ErrUnsupported.
func Give(Turn, ...*Seat) error { return errors.ErrUnsupported }

// End returns errors.ErrUnsupported.
func (s *Seat) End() error { return errors.ErrUnsupported }

// Take returns errors.ErrUnsupported.
func Take() (*Player, error) { return nil, errors.ErrUnsupported }

type pipe struct{}

func (pipe) read([]byte) (int, error) { return 0, errors.ErrUnsupported }
func (pipe) write([]byte) error       { return errors.ErrUnsupported }

func monotonic() time.Duration { return 0 }
