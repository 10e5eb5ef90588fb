package trace

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/exp/trace"
)

func TestStatesOfACustomer(t *testing.T) {
	for g, want := range map[trace.GoState]State{trace.GoRunning: Running, trace.GoSyscall: Running, trace.GoRunnable: Ready, trace.GoWaiting: Waiting} {
		if got := stateOf(g); got != want {
			t.Errorf("%v is state %d, want %d", g, got, want)
		}
	}
}

// A state that lasts no time is not a stretch.
func TestNoStretchIsEmpty(t *testing.T) {
	s := service{since: 5}
	s.turn(5, Ready, -1)
	s.turn(7, Waiting, -1)
	if got := s.customer.Stretches; len(got) != 1 || got[0] != (Stretch{5, 7, Ready, -1}) {
		t.Errorf("%+v", got)
	}
}

// What ends when another begins is not at once with it.
func TestStretchesThatFollowEachOther(t *testing.T) {
	for _, order := range [][]Stretch{{{Start: 0, End: 1}, {Start: 1, End: 2}}, {{Start: 1, End: 2}, {Start: 0, End: 1}}} {
		if mean, most := atOnce(order, 2); mean != 1 || most != 1 {
			t.Errorf("%v on average, %d at most, want 1 and 1", mean, most)
		}
	}
	if _, most := atOnce([]Stretch{{Start: 0, End: 2}, {Start: 1, End: 3}}, 3); most != 2 {
		t.Errorf("%d at most, want 2", most)
	}
}

// Of hundreds of traces beside a file only a few are read.
func TestFewTracesAreRead(t *testing.T) {
	whole, err := os.ReadFile("../testdata/1core.trace")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for i := range maxTimelines + 2 {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("run.%d.trace", i)), whole, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	r, warnings := ReadRecordings([]string{filepath.Join(dir, "run.txt")})
	if len(r.Timelines) != maxTimelines || len(warnings) != 0 {
		t.Errorf("%d timelines, warnings %v", len(r.Timelines), warnings)
	}
}
