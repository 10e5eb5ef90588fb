package workloads

import (
	"net"
	"testing"
	"time"
)

func init() {
	damages["sleepers"] = nil // a lost sleep is a lost task
	damages["netecho"] = func(j Job) {
		conn := <-j.(*netechoJob).idle
		conn.Conn = garbled{conn.Conn}
		j.(*netechoJob).idle <- conn
	}
	damages["request"] = func(j Job) { j.(*requestJob).a[3][4]++ }
}

// garbled is a connection that changes what it reads.
type garbled struct{ net.Conn }

func (g garbled) Read(b []byte) (int, error) {
	n, err := g.Conn.Read(b)
	if n > 0 {
		b[0]++
	}
	return n, err
}

// One worker cannot be faster than its waits one after the other.
func TestWaitsAreWaited(t *testing.T) {
	for name, want := range map[string]time.Duration{
		"sleepers": 8 * time.Millisecond,
		"netecho":  8 * time.Millisecond,
		"request":  16 * time.Millisecond,
	} {
		w, err := Lookup(name)
		if err != nil {
			t.Fatal(err)
		}
		job := newJob(t, w, Params{Size: Small, Workers: 1})
		start := time.Now()
		run(t, job, "inline", 1, 2)
		if took := time.Since(start); took < 2*want {
			t.Errorf("two jobs of %s took %v, their waits alone take %v", name, took, 2*want)
		}
	}
}
