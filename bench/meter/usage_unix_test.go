//go:build unix

package meter

import (
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

const pages = 64 // fewer than one huge page

// Events are those between Start and Stop: pages touched for the first time are
// faults, sleeping gives the CPU away.
func TestEventsAreCounted(t *testing.T) {
	memory, err := unix.Mmap(-1, 0, pages*os.Getpagesize(), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Munmap(memory)
	m := New(1, []int{0}, 1)
	m.Prepare()
	m.Start()
	for i := 0; i < len(memory); i += os.Getpagesize() {
		memory[i] = 1
	}
	for range 20 {
		time.Sleep(time.Millisecond)
	}
	m.Stop()
	r := m.Reading()
	if r.Voluntary < 10 || r.Involuntary < 0 || r.MajorFaults < 0 || r.MinorFaults < 1 {
		t.Errorf("%+v after 20 sleeps and %d fresh pages", r, pages)
	}
	m.Prepare()
	m.Start()
	m.Stop()
	if again := m.Reading(); again.Voluntary > r.Voluntary/2 {
		t.Errorf("%v voluntary switches in a sample of nothing", again.Voluntary)
	}
}

func TestUsageIsADifference(t *testing.T) {
	from := usage{cpu: 10, events: [kindsOfEvent]int64{1, 2, 3, 4}}
	to := usage{cpu: 25, events: [kindsOfEvent]int64{11, 22, 33, 44}}
	d := to.since(from)
	if d.cpu != 15 || d.event(voluntary) != 10 || d.event(involuntary) != 20 || d.event(minorFaults) != 30 || d.event(majorFaults) != 40 {
		t.Errorf("%+v", d)
	}
	own := readUsage()
	if later := readUsage(); later.cpu < own.cpu || later.events[minorFaults] < own.events[minorFaults] || own.events[minorFaults] == 0 {
		t.Errorf("%+v after %+v", later, own)
	}
}
