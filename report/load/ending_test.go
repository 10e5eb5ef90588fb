package load

import (
	"fmt"
	"strings"
	"testing"
)

// What the numbers at the ends of names are, where the names of a run tell. A
// title stands with the GOMAXPROCS that it is read with, ? where nobody can tell,
// and ~ where only a word does. | begins another run of go test, and (name) is a
// line with the name of a benchmark alone.
func TestNumbersAtTheEndsOfNames(t *testing.T) {
	for _, shape := range []string{
		// Functions have no dash in their names.
		"A:1", "A-8:8", "A:1 A-2:2 A-4:4", "A-4:4 A-8:8", "A-16:16 B-16:16",
		"A-2:2 X/goroutines-2-2:2 X/goroutines-4-2:2",
		"A:1 X/goroutines-2:1 X/goroutines-4:1",
		"A:1 A-4:4 X/batch-4:1 X/batch-4-4:4 X/batch-16:1 X/batch-16-4:4",

		// Every benchmark comes at every value of -cpu.
		"X/a:1 X/a-2:2 X/a-4:4", "X/a:1 X/a-8:8 X/b:1 X/b-8:8",
		"X/w-1:1 X/w-1-4:4 X/w-4:1 X/w-4-4:4 X/w-16:1 X/w-16-4:4",
		"X/w-2:1 X/w-2-2:2 X/w-2-4:4 X/w-4:1 X/w-4-2:2 X/w-4-4:4",
		"X/Fast-batch-1:1 X/Fast-batch-1-2:2 X/Fast-batch-2:1 X/Fast-batch-2-2:2",
		"X/goroutines:1 X/goroutines-2:2 X/goroutines-4:4",
		"X/workers=1:1 X/workers=1-4:4 X/workers=4:1 X/workers=4-4:4",
		"X/workers=1-4:4 X/workers=1-8:8 X/workers=2-4:4 X/workers=2-8:8",
		"X/json-4:4 X/json-8:8 X/clients=2-4:4 X/clients=2-8:8",
		"X/8_workers-4:4 X/8_workers-8:8 X/16_workers-4:4 X/16_workers-8:8",

		// At one value all names end alike, or none does.
		"X/w-1-8:8 X/w-2-8:8 X/w-8-8:8", "X/goroutines-8-8:8 X/goroutines-408-8:8", "X/json-8:8 X/batch-8:8",
		"X/head_workers-8:? X/tail_workers-8:?", "X/goroutines-8:?", "X/batch-16:? Y/batch-16:?",
		"X/workers-8-items-100-16:16 X/workers-8-items-1000-16:16", "X/10_ports-8:8",
		"X/json:1 X/goroutines-2:1 X/goroutines-4:1", "X/md5:1 X/sha-256:1 X/sha-512:1",
		"X/utf-8:? X/utf-16:?", "X/sha-256-4:4 X/sha-512-4:4 X/md5-4:4",

		// go test writes neither -1 nor zeros.
		"X/g-1:1 X/g-2:1 X/g-4:1", "X/n-0:1 X/n-10:1 X/n-100:1", "X/n-08:1 X/n-16:1", "X/n-65537:1 X/n-1024:1",
		"Pool-1:1 Pool-2:1 Pool-4:1",

		// A word tells less.
		"X/goroutines-2:1~ X/goroutines-4:1~ X/goroutines-8:1~", "X/a/num_clients-2:1~ X/b/num_clients-4:1~",
		"X/pool-2:? X/pool-4:?", "X/batch-2:1~ X/batch-4:1~", "X/parallel-2:? X/parallel-4:?", "X/a-2:? X/a-4:? X/b-2:? X/b-4:?",

		// Runs that were cut, or in which benchmarks failed.
		"X/a:1 X/a-2:2 X/a-4:4 X/b:1 X/b-2:2", "X/a:1 X/a-2:2 X/b:1 X/c:1 X/c-2:2", "X/a-2:? X/a-4:? X/a-8:? X/b-2:?",
		"X/batch:1 X/batch-2:? X/fast:1 X/slow:1",

		// Several runs, one after the other.
		"X/g-2:1 X/g-4:1 | X/g-2-8:8 X/g-4-8:8", "X/a:1 X/b:1 X/c:1 | X/a-4:4", "X/a:1 | X/b-8:8 X/c-8:8",
		"X/goroutines-2-8:8 | X/goroutines-4-8:8 | X/goroutines-2:1 | X/goroutines-4:1",

		// What a line of its own says, no other name can.
		"(X/pool-2) X/pool-2:1 (X/pool-4) X/pool-4:1", "(X/pool) X/pool-2:2 X/pool-4:4", "(X/w) X/w-8:8 (X/w-8) X/w-8-8:8",
		"(X) (X/goroutines) X/goroutines-8:8",

		// One name within another.
		"X/size-10:1 X/size-10-10:10",
	} {
		titles, want := shapeOf(t, shape)
		for i, r := range decideRuns(titles, func(string) bool { return false }) {
			got := fmt.Sprint(r.procs)
			switch {
			case r.procs == 0:
				got = "?"
			case r.presumed:
				got += "~"
			}
			if got != want[i] {
				t.Errorf("%s: %s is read as %s", shape, titles[i].full, got)
			}
		}
	}
}

// shapeOf reads the titles of a shape and what is to be made of them.
func shapeOf(t *testing.T, shape string) (titles []title, want []string) {
	t.Helper()
	own, run := "", 0
	for word := range strings.FieldsSeq(shape) {
		full, reading, ok := strings.Cut(word, ":")
		switch {
		case word == "|":
			run++
			own = ""
		case strings.HasPrefix(word, "("):
			own = strings.Trim(word, "()")
		case ok:
			titles, want = append(titles, title{full, own, run}), append(want, reading)
		default:
			t.Fatal(word)
		}
	}
	return titles, want
}

// A run at another GOMAXPROCS, in another file perhaps, proves the names of the
// benchmarks, and these prove what the numbers after them mean.
func TestOtherRunsTellNames(t *testing.T) {
	known := map[string]bool{"X/pool-2": true, "X/pool-4": true}
	titles, _ := shapeOf(t, "X/pool-2: X/pool-4:")
	for _, r := range decideRuns(titles, func(name string) bool { return known[name] }) {
		if r.procs != 1 || r.presumed {
			t.Errorf("%+v beside %v", r, known)
		}
	}
	for _, r := range decideRuns(titles, func(name string) bool { return name == "X/pool" }) {
		if r.procs < 2 {
			t.Errorf("%+v beside X/pool", r)
		}
	}
}

// What a user says goes before what names suggest, not before what they prove.
func TestNameNumbersDecide(t *testing.T) {
	for text, want := range map[NameNumbers]string{
		"":            "1 1 8",
		CoreNumbers:   "2 4 8",
		PartNumbers:   "1 1 8",
		WorkerNumbers: "1 1 8",
	} {
		var got []string
		for _, full := range []string{"X/goroutines-2", "X/goroutines-4", "X/workers=1-8"} {
			told := reading{name: full, procs: 1}
			if strings.HasSuffix(full, "=1-8") {
				told = reading{name: "X/workers=1", procs: 8}
			}
			got = append(got, fmt.Sprint(text.read(full, told).procs))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q reads them as %v, want %s", text, got, want)
		}
	}
}
