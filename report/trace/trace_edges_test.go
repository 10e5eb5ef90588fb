package trace

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"runtime/trace"
	"testing"
)

func TestNamesOfCustomers(t *testing.T) {
	for name, want := range map[string]bool{"customer A1": true, "customer Z999": true, "customer A+1": false, "customer A-1": false, "customer A0": false, "customer a1": false, "customer A": false, "customer A10000": false, "A1": false} {
		if _, _, ok := parseCustomer(name); ok != want {
			t.Errorf("%q is a customer: %v", name, ok)
		}
	}
}

// A recording has a length, and a processor for each that ran a customer.
func TestTimelineOfItsStretches(t *testing.T) {
	one := Customer{Number: 1, Start: 5, End: 5}
	if line, err := (&watch{done: []Customer{one}}).timeline(); err == nil {
		t.Errorf("a timeline without length: %+v", line)
	}
	one.End, one.Stretches = 9, []Stretch{{5, 9, Running, 3}}
	if line, err := (&watch{procs: 1, done: []Customer{one}}).timeline(); err != nil || line.Procs != 4 || line.Length != 4e-9 {
		t.Errorf("%+v, %v, want 4 processors and 4 ns", line, err)
	}
}

// A customer within another does not count, and too many do not make a recording.
func TestCustomersOfATrace(t *testing.T) {
	recorded := func(serve func()) (Timeline, error) {
		var text bytes.Buffer
		if err := trace.Start(&text); err != nil {
			t.Skip(err)
		}
		serve()
		trace.Stop()
		return ReadTimeline(&text)
	}
	line, err := recorded(func() {
		outer := trace.StartRegion(t.Context(), "customer A1")
		trace.StartRegion(t.Context(), "customer A2").End()
		outer.End()
	})
	if err != nil || len(line.Customers) != 1 || line.Customers[0].Name() != "A1" {
		t.Errorf("%+v, %v", line, err)
	}
	_, err = recorded(func() {
		for range maxCustomers + 2 {
			trace.StartRegion(t.Context(), "customer A1").End()
		}
	})
	if !errors.Is(err, errTooLarge) {
		t.Errorf("%d customers: %v", maxCustomers+2, err)
	}
}

// Of several files the recordings of the last are drawn that has any.
func TestRecordingsAreOfTheLastFile(t *testing.T) {
	dir := t.TempDir()
	for from, to := range map[string]string{"1core": "a.1core", "2cores": "b.2cores"} {
		text, err := os.ReadFile(filepath.Join("..", "testdata", from+".trace"))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, to+".trace"), text, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	r, warnings := ReadRecordings([]string{filepath.Join(dir, "a.txt"), filepath.Join(dir, "b.txt"), filepath.Join(dir, "c.txt")})
	if len(r.Timelines) != 1 || r.Timelines[0].Procs != 2 {
		t.Errorf("%d timelines, %v", len(r.Timelines), warnings)
	}
}
