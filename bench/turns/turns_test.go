//go:build unix

package turns

import (
	"errors"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// sit makes a seat and the player on it, in this process.
func sit(t *testing.T) (*Seat, *Player) {
	t.Helper()
	s, err := NewSeat()
	if err != nil {
		t.Fatal(err)
	}
	return s, &Player{from: pipe{s.Files()[0]}, to: pipe{s.Files()[1]}}
}

// Only one player acts at a time, as often as it is told to, and all leave at the end.
func TestPlayersActInTheirTurns(t *testing.T) {
	acted := make(chan string, 16)
	acting := make(chan bool, 1) // somebody is
	var players sync.WaitGroup
	var seats []*Seat
	for _, name := range []string{"a", "b", "c"} {
		s, p := sit(t)
		seats = append(seats, s)
		players.Go(func() {
			for {
				_, more, err := p.Next()
				if err != nil {
					t.Error(err)
				}
				if !more {
					return
				}
				select {
				case acting <- true:
				default:
					t.Error("two act at once")
				}
				acted <- name
				time.Sleep(time.Millisecond)
				<-acting
			}
		})
		if err := s.Await(); err != nil {
			t.Fatal(err)
		}
	}
	for _, i := range []int{2, 0, 0, 1, 2} {
		if err := Give(Turn{}, seats[i]); err != nil {
			t.Fatal(err)
		}
	}
	for _, s := range seats {
		if err := s.End(); err != nil {
			t.Fatal(err)
		}
	}
	players.Wait()
	for _, s := range seats {
		s.Sit()
		s.Close()
	}
	close(acted)
	got := ""
	for name := range acted {
		got += name
	}
	if got != "caabc" {
		t.Errorf("%s", got)
	}
}

// Several players that have a turn at once begin it together: none before all know of it.
func TestSeveralBeginAtOneTime(t *testing.T) {
	var seats []*Seat
	var players sync.WaitGroup
	began := make([]time.Duration, 3)
	for i := range began {
		s, p := sit(t)
		defer func() { s.Sit(); s.Close() }()
		seats = append(seats, s)
		players.Go(func() {
			for more := true; more; {
				var err error
				if _, more, err = p.Next(); err != nil {
					t.Error(err)
				} else if more {
					began[i] = monotonic()
				}
			}
		})
		if err := s.Await(); err != nil {
			t.Fatal(err)
		}
	}
	told := monotonic()
	if err := Give(Turn{}, seats...); err != nil {
		t.Fatal(err)
	}
	for _, s := range seats {
		if err := s.End(); err != nil {
			t.Fatal(err)
		}
	}
	players.Wait()
	for i, at := range began {
		if at < told+startUp {
			t.Errorf("player %d began %v after the dealer", i, at-told)
		}
	}
}

// Neither side waits for one that is gone.
func TestWhoIsGoneIsNoticed(t *testing.T) {
	s, p := sit(t)
	s.Close()
	if _, _, err := p.Next(); !errors.Is(err, ErrNoTurn) {
		t.Errorf("the dealer is gone: %v", err)
	}
	s.Sit()

	s, p = sit(t)
	_ = p
	s.Sit()
	if err := s.Await(); !errors.Is(err, ErrLeft) {
		t.Errorf("the player is gone before its turn: %v", err)
	}
	if err := Give(Turn{}, s); !errors.Is(err, ErrLeft) {
		t.Errorf("the player is gone: %v", err)
	}
	s.Close()
}

// Words that nobody says are errors.
func TestStrangeWords(t *testing.T) {
	for text, want := range map[string]string{"x": `it said "x"`, "+1234": "no turn: ", "": "no turn: "} {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.WriteString(text); err != nil {
			t.Fatal(err)
		}
		w.Close()
		answers, to, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		p := &Player{from: pipe{r}, to: pipe{to}}
		if _, more, err := p.Next(); more || !errors.Is(err, ErrNoTurn) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, %v", text, more, err)
		}
		r.Close()
		to.Close()
		answers.Close()
	}
	s, p := sit(t)
	if err := p.to.write([]byte("?")); err != nil {
		t.Fatal(err)
	}
	if err := s.Await(); !errors.Is(err, ErrLeft) {
		t.Errorf("a player said ?: %v", err)
	}
	s.Sit()
	s.Close()
}
