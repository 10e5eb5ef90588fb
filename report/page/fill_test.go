package page_test

import (
	"fmt"
	"strings"
	"testing"

	"overlap/report/page"
)

// before is what the page of a file has before its glossary, which has all words.
func before(t *testing.T, text string) string {
	t.Helper()
	whole, _, _ := strings.Cut(written(t, analysis(t, text), nil, page.Options{}), `id="the_glossary"`)
	return whole
}

// A page has no columns, legends and numbers that its file cannot fill, and says
// of nothing that it is enough where there is no verdict.
func TestWhatAFileCannotFillIsNotThere(t *testing.T) {
	var swept, suite strings.Builder
	for i := range 12 {
		fmt.Fprintf(&swept, "BenchmarkSort 1 %d ns/op\nBenchmarkSort-4 1 %d ns/op\n", 400+i, 200+i)
		for _, at := range []string{"workers=1/cores=1", "workers=2/cores=1", "workers=1/cores=2-2", "workers=2/cores=2-2"} {
			fmt.Fprintf(&suite, "BenchmarkEp/executor=pool/%s 1 %d ns/op 1.5 tasks-inflight 1.25 cpus-busy 5 p50-ns/task 9 p99-ns/task\n", at, 400+i)
		}
		fmt.Fprintf(&suite, "BenchmarkEp/executor=serial/workers=1/cores=1 1 %d ns/op\n", 400+i)
	}
	foreign := before(t, swept.String())
	own := before(t, "kinds: Ep=cpu\n"+suite.String())
	for _, word := range []string{"G_c: ", "COST: ", `data-name="kind">`, `data-name="concurrency gain"`, `data-name="COST"`, ">p99<", ">tasks in flight<", ">CPUs busy<"} {
		if strings.Contains(foreign, word) {
			t.Errorf("%s on the page of go test", word)
		}
		if !strings.Contains(own, word) {
			t.Errorf("no %s on the page of the suite", word)
		}
	}
	for _, word := range []string{"G_p: ", `data-name="parallelism gain"`, `data-name="verdict"`} {
		if !strings.Contains(foreign, word) {
			t.Errorf("no %s on the page of go test", word)
		}
	}
	if !strings.Contains(foreign, ">enough<") {
		t.Error("what is enough is not there")
	}
	one := before(t, "BenchmarkSort 1 400 ns/op\nBenchmarkSort-4 1 500 ns/op\n")
	if strings.Contains(one, ">enough<") || !strings.Contains(one, "no verdict") {
		t.Error("something is enough beside no verdict")
	}
	var workers strings.Builder
	for i := range 12 {
		for _, w := range []int{1, 2, 4, 8} {
			fmt.Fprintf(&workers, "BenchmarkPool/workers=%d-4 1 %d ns/op\n", w, 400/min(w, 4)+i)
		}
	}
	for text, must := range map[string]string{swept.String(): "GOMAXPROCS 4", workers.String(): "workers only"} {
		if whole := before(t, text); strings.Contains(whole, "NaN") || strings.Contains(whole, "4 cores") || !strings.Contains(whole, must) {
			t.Errorf("a page without %q, or with NaN or cores that nobody counted", must)
		}
	}
}
