package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"overlap/report"
	"overlap/report/cause"
)

// accountFiles writes accounts into the directory of a host, by the path of their file there.
func accountFiles(t *testing.T, dir string, accounts map[string]cause.Explained) {
	t.Helper()
	for path, e := range accounts {
		e.Cores = 2
		text, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		put(t, filepath.Join(dir, path, cause.AccountFile), string(text))
	}
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

// Each row has the newest account of its benchmark on its host; others are of no row; what is
// damaged is a warning.
func TestAccountsOfRows(t *testing.T) {
	dir := t.TempDir()
	var text strings.Builder
	text.WriteString("host: box\nkinds: Counter=lock\n")
	for range 2 {
		for _, name := range []string{"Counter/executor=pool/", "Counter/executor=spawn/", "Counter/variant=padded/executor=pool/", "Counter/scaling=weak/executor=pool/"} {
			fmt.Fprintf(&text, "Benchmark%sworkers=1/cores=1 1 5 ns/op\nBenchmark%sworkers=1/cores=2-2 1 4 ns/op\n", name, name)
		}
		text.WriteString("pkg: example.com/m\nBenchmarkGet/size=9/workers=1/cores=1 1 5 ns/op\nBenchmarkGet/size=9/workers=1/cores=2-2 1 4 ns/op\npkg:\n")
	}
	put(t, filepath.Join(dir, "2026-02-02T00-00-00Z.txt"), text.String())
	counter := cause.Explained{Host: "box", Benchmark: "Counter", Executor: "pool", Workers: 1}
	get := cause.Explained{Host: "box", Package: "example.com/m", Benchmark: "Get/size=9", Workers: 2}
	with := func(e cause.Explained, change func(*cause.Explained)) cause.Explained { change(&e); return e }
	accountFiles(t, dir, map[string]cause.Explained{
		"2026-01-01T00-00-00Z.why/Counter":    with(counter, func(e *cause.Explained) { e.Workers = 9 }),
		"2026-03-01T00-00-00Z.why/Counter":    counter,
		"2026-03-01T00-00-00Z.why/Counter.2":  with(counter, func(e *cause.Explained) { e.Variant, e.Workers = "padded", 3 }),
		"2026-01-01T00-00-00Z.why/Get_size=9": get,
		"2026-01-01T00-00-00Z.why/Get":        with(get, func(e *cause.Explained) { e.Benchmark, e.Workers = "Get", 4 }),
		"2026-01-02T00-00-00Z.why/Get":        with(get, func(e *cause.Explained) { e.Package, e.Workers = "example.com/other", 5 }),
		"2026-01-03T00-00-00Z.why/Get_size=9": with(get, func(e *cause.Explained) { e.Host, e.Workers = "elsewhere", 6 }),
	})
	put(t, filepath.Join(dir, "2026-04-01T00-00-00Z.why", "Torn", cause.AccountFile), `{"cores":`)
	d, err := report.Read(report.Input{Paths: []string{filepath.Join(dir, "2026-02-02T00-00-00Z.txt")}})
	if err != nil {
		t.Fatal(err)
	}
	for all, want := range map[bool]string{
		true:  "Counter pool padded=3, Counter pool =1, no row=6, no row=5, no row=4, Get/size=9  =2",
		false: "Counter pool padded=3, Counter pool =1, Get/size=9  =2",
	} {
		a := report.Analyze(d)
		before := len(a.Warnings)
		var got []string
		for _, account := range accountsOf(a, all) {
			row := "no row"
			for _, r := range a.Rows {
				if r.ID() == account.Row && !r.Weak {
					row = r.Workload + " " + r.Executor + " " + r.Variant
				}
			}
			got = append(got, fmt.Sprintf("%s=%d", row, account.Workers))
			if !strings.HasPrefix(account.Dir, filepath.Join(dir, "2026-")) || account.Measured.Format("01-02") != "02-02" {
				t.Errorf("%s: in %s, measured %v", row, account.Dir, account.Measured)
			}
		}
		if text := strings.Join(got, ", "); text != want {
			t.Errorf("%s, want %s", text, want)
		}
		if w := a.Warnings[before:]; len(w) != 1 || !strings.Contains(w[0].Error(), filepath.Join("Torn", cause.AccountFile)+": damaged: ") || !strings.Contains(w[0].Error(), "remove the file, or make a new one with overlap why") {
			t.Errorf("warnings %v", w)
		}
	}
}
