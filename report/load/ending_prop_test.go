package load

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// ran is a run of go test whose truth is known.
type ran struct {
	text  string
	truth map[string]int // title → GOMAXPROCS; -1 where two benchmarks have it
}

var cpuCounts = []int{1, 2, 3, 4, 6, 8, 10, 12, 16, 24, 32, 64, 96, 128, 256}

// subNames draws names of sub-benchmarks: words, and words with numbers, but
// none twice with and without a number: where one name is another with a number after
// it, as pool and pool-2, no reader could distinguish the number from GOMAXPROCS.
func subNames(t *rapid.T) (names []string) {
	words := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"json", "mutex", "chan", "No_Parallel", "a-b", "v2"}), 0, 3, rapid.ID).Draw(t, "words")
	names = append(names, words...)
	kinds := []string{"goroutines", "workers", "threads", "clients", "batch", "size", "load", "Fast-batch", "depth", "n", "sha", "head_workers"}
	for _, word := range rapid.SliceOfNDistinct(rapid.SampledFrom(kinds), 0, 3, rapid.ID).Draw(t, "numbered") {
		joint := rapid.SampledFrom([]string{"-", "-", "-", "=", "_", "/"}).Draw(t, "joint")
		tail := rapid.SampledFrom([]string{"", "", "-items-5", "-items-50", "/x", "-x"}).Draw(t, "tail")
		numbers := rapid.SliceOfNDistinct(rapid.SampledFrom([]int{1, 2, 3, 4, 8, 10, 16, 32, 64, 100, 128, 256, 1000}), 2, 5, rapid.ID).Draw(t, "numbers")
		if rapid.Bool().Draw(t, "sorted") {
			slices.Sort(numbers)
		}
		for _, n := range numbers {
			names = append(names, fmt.Sprintf("%s%s%d%s", word, joint, n, tail))
		}
	}
	return names
}

// drawRun draws what go test prints.
func drawRun(t *rapid.T) ran {
	cpus := rapid.SliceOfNDistinct(rapid.SampledFrom(cpuCounts), 1, 4, rapid.ID).Draw(t, "cpu")
	count := rapid.IntRange(1, 3).Draw(t, "count")
	verbose := rapid.IntRange(0, 3).Draw(t, "verbose") == 0
	var benchmarks []string
	for i := range rapid.IntRange(1, 3).Draw(t, "functions") {
		function := fmt.Sprintf("F%d", i)
		subs := subNames(t)
		if len(subs) == 0 {
			benchmarks = append(benchmarks, function)
		}
		for _, sub := range subs {
			benchmarks = append(benchmarks, function+"/"+sub)
		}
	}
	r := ran{truth: map[string]int{}}
	var b strings.Builder
	b.WriteString("goos: linux\npkg: example.com/x\n")
	end, fails := len(benchmarks)*len(cpus), -1
	switch rapid.IntRange(0, 5).Draw(t, "accident") { // two at once would leave too little to tell by
	case 0:
		end = rapid.IntRange(1, end).Draw(t, "end")
	case 1:
		fails = rapid.IntRange(1, end).Draw(t, "fails")
	}
	n := 0
	for _, own := range benchmarks {
		if verbose && n < end {
			fmt.Fprintf(&b, "Benchmark%s\n", own)
		}
		for _, procs := range cpus {
			if n++; n > end || n == fails {
				continue
			}
			full := own
			if procs > 1 {
				full = fmt.Sprintf("%s-%d", own, procs)
			}
			if was, ok := r.truth[full]; ok && was != procs {
				procs = -1
			}
			r.truth[full] = procs
			for range count {
				fmt.Fprintf(&b, "Benchmark%s 1 %d ns/op\n", full, 100+n)
			}
		}
	}
	r.text = b.String()
	return r
}

// alike reports whether all names end in one number: at GOMAXPROCS 1 nothing
// tells it from another.
func (r ran) alike() bool {
	last, single := 0, true
	for full := range r.truth {
		_, n, ok := cutEnding(full)
		single = single && ok && (last == 0 || n == last)
		last = n
	}
	return single
}

// What is said of names is true, or that nobody can tell.
func TestNoNameIsMisread(t *testing.T) {
	readings, told := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		r := drawRun(t)
		if len(r.truth) == 0 || r.alike() {
			t.Skip("nothing to tell by")
		}
		b, err := newBuilder(Input{})
		if err != nil {
			t.Fatal(err)
		}
		if err := b.read(strings.NewReader(r.text), "x", false); err != nil {
			t.Skip(err) // workers=4-x is not a number
		}
		b.readEndings()
		for _, rec := range b.records {
			readings++
			if rec.reading.open() {
				continue
			}
			told++
			want := r.truth[rec.title.full]
			if rec.title.announced != "" {
				want = rec.reading.procs // the file says which of two
			}
			if rec.reading.procs != want {
				t.Fatalf("%s is read as of GOMAXPROCS %d, and is of %d, in\n%s", rec.title.full, rec.reading.procs, want, r.text)
			}
		}
	})
	t.Logf("%d of %d titles told", told, readings)
}
