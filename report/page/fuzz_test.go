package page_test

import (
	"io"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"overlap/report/analyse"
	"overlap/report/chart"
	"overlap/report/load"
	"overlap/report/page"
)

// FuzzPage makes the page of any result file: it is well-formed, under its
// policy, and what the file holds is text in it.
func FuzzPage(f *testing.F) {
	f.Add([]byte("host: h\nkinds: Ep=cpu\nBenchmarkEp/executor=pool/workers=1/cores=1 1 5 ns/op 1 tasks-inflight 1 cpus-busy\nBenchmarkEp/executor=pool/workers=1/cores=2-2 1 4 ns/op 2 tasks-inflight 2 cpus-busy\n"))
	f.Add([]byte("cpu: </style><script>\nBenchmark<b>\"'&/size=4/cores=1 1 5 ns/op\n"))
	f.Add([]byte("BenchmarkA/executor=pool/workers=1/cores=1 1 1e-300 ns/op\nBenchmarkA/executor=pool/workers=1/cores=1 1 1e300 ns/op 0.5 pressure\nBenchmarkA/executor=pool/workers=1000000000/cores=1 1 1 ns/op\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := load.Read(strings.NewReader(string(text)), "run<b>.txt")
		if err != nil {
			return
		}
		a := analyse.Analyze(d)
		if len(a.Rows) == 0 || len(d.Points) > 50 {
			return
		}
		var b strings.Builder
		if err := page.Write(&b, a, drawn(t, a), page.Options{Dark: chart.Recolour()}); err != nil {
			t.Fatal(err)
		}
		if p := problem(b.String()); p != "" || !utf8.ValidString(b.String()) {
			t.Errorf("%s (UTF-8: %v)", p, utf8.ValidString(b.String()))
		}
		if err := page.Write(io.Discard, a, nil, page.Options{Refresh: time.Second, Alert: "run<b>.txt"}); err != nil {
			t.Error(err)
		}
	})
}
