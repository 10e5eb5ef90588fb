package report_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"overlap/internal/interval"
	"overlap/report/analyse"
	"overlap/report/load"
)

// analysed is the analysis of a file with these lines.
func analysed(t *testing.T, path, text string) *analyse.Analysis {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	d, err := load.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	a := analyse.Analyze(d)
	if len(a.Rows) == 0 {
		t.Fatalf("no rows: %v", a.Warnings)
	}
	return a
}

func TestRepeatNamesWhatWasMeasured(t *testing.T) {
	const name = "BenchmarkEp/executor=pool/"
	for _, test := range []struct{ about, text, want string }{
		{
			"a workload of the suite",
			"placement: one-per-core\nkinds: Ep=cpu\nBenchmarkEp/executor=serial/workers=1/cores=1 1 9 ns/op\n" + name + "workers=4/cores=2-2 1 5 ns/op\n" + name + "workers=4/cores=1 1 5 ns/op\n" + name + "workers=1/cores=1 1 5 ns/op\n",
			"overlap run --workloads ep --executors pool --size medium --workers 1,4 --cores 1,2",
		}, {
			"more processors than cores, weak, a variant, chosen CPUs",
			"placement: 4,2-3\nkinds: Ep=cpu\n" + name + "size=small/variant=x/scaling=weak/workers=1/cores=1 1 5 ns/op\n" + name + "size=small/variant=x/scaling=weak/workers=1/cores=1-2 1 5 ns/op\n",
			"overlap run --workloads ep --executors pool --size small --variants x --scaling weak --workers 1 --cores 1 --procs 1,2 --cpus 4,2-3",
		}, {
			"another benchmark that overlap measured",
			"placement: compact\npkg: example.com/mod\nBenchmarkSub/size=4/cores=1 1 5 ns/op\nBenchmarkSub/size=4/cores=2-2 1 5 ns/op\n",
			"overlap run --pkg example.com/mod --bench '^BenchmarkSub$/^size=4$' --all --cores 1,2 --placement compact",
		}, {
			"a benchmark of go test",
			"pkg: example.com/mod\nBenchmarkA.b 1 5 ns/op\nBenchmarkA.b-2 1 5 ns/op\n",
			`for c in 1 2; do go test -run '^$' -bench '^BenchmarkA\.b$' -cpu $c -count 10 example.com/mod; done`,
		}, {
			"clients in its name, and before another part",
			"pkg: example.com/mod\nBenchmarkTwo/clients=1/n=5 1 5 ns/op\nBenchmarkTwo/clients=4/n=5 1 5 ns/op\nBenchmarkTwo/clients=1/n=5-2 1 5 ns/op\nBenchmarkTwo/clients=4/n=5-2 1 5 ns/op\n",
			`for c in 1 2; do go test -run '^$' -bench '^BenchmarkTwo$/^clients=(1|4)$/^n=5$' -cpu $c -count 10 example.com/mod; done`,
		}, {
			"clients in its name, measured by overlap",
			"placement: one-per-core\npkg: example.com/mod\nBenchmarkTwo/clients=1/cores=1 1 5 ns/op\nBenchmarkTwo/clients=4/cores=1 1 5 ns/op\n",
			"overlap run --pkg example.com/mod --bench '^BenchmarkTwo$/^clients=(1|4)$' --all --cores 1",
		}, {
			"that reads its workers",
			"placement: one-per-core\npkg: example.com/mod\nBenchmarkAsk/workers=1/cores=1 1 5 ns/op\nBenchmarkAsk/workers=4/cores=1 1 5 ns/op\n",
			"overlap run --pkg example.com/mod --bench '^BenchmarkAsk$' --all --workers 1,4 --cores 1",
		}, {
			"of an unknown package",
			"cores: 1\nBenchmarkA 1 5 ns/op\n",
			`go test -run '^$' -bench '^BenchmarkA$' -cpu 1 -count 10 ./...`,
		},
	} {
		a := analysed(t, filepath.Join(t.TempDir(), "run.txt"), test.text)
		if got := a.Repeat(a.Rows[0]); got != test.want {
			t.Errorf("%s:\n%s, want\n%s", test.about, got, test.want)
		}
	}
}

// A shell takes every command apart into the words that were meant, whatever a
// file calls its benchmarks.
func TestCommandsAreQuoted(t *testing.T) {
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("there is no shell")
	}
	for _, name := range []string{`$(touch${IFS}x)`, "`id`", "a'b", `"`, `\`, "a;b&c|d>e", "*", "#x", "!!", "é", "~", "-x"} {
		a := analysed(t, filepath.Join(t.TempDir(), name+".txt"), fmt.Sprintf("placement: %s\nBenchmark%s/executor=%s/size=%s/workers=1/cores=1 1 5 ns/op\n", name, name, name, name))
		r := a.Rows[0]
		for _, command := range []string{a.Repeat(r), a.Show(r)} {
			out, err := exec.Command("sh", "-c", `printf '%s\n' `+command).Output()
			if err != nil {
				t.Fatalf("%s: %v", command, err)
			}
			words := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
			want := []string{"grep", "-hE", "-e", words[3], "--", a.Data.Files[0]}
			if words[0] == "overlap" {
				want = []string{"overlap", "run", "--workloads", strings.ToLower(name), "--executors", name, "--size", name, "--workers", "1", "--cores", "1", "--placement", name}
			}
			if !slices.Equal(words, want) {
				t.Errorf("%s is taken apart into %q, want %q", command, words, want)
			}
		}
	}
	a := analysed(t, filepath.Join(t.TempDir(), "run.txt"), "placement: x\x1b[31my\nBenchmarkA/executor=pool/workers=1/cores=1 1 5 ns/op\n")
	if got := a.Repeat(a.Rows[0]); strings.Contains(got, "\x1b") || !strings.HasSuffix(got, "'x\uFFFD[31my'") {
		t.Errorf("a command that controls the terminal: %q", got)
	}
}

// The command for the samples prints the row's lines, those of the serial
// program, and no others.
func TestShowFindsTheSamples(t *testing.T) {
	if _, err := exec.LookPath("grep"); err != nil {
		t.Skip("there is no grep")
	}
	const mine = "BenchmarkEp.x/executor=pool/workers=1/cores=1 1 5 ns/op\nBenchmarkEp.x/executor=serial/workers=1/cores=1 1 6 ns/op\n"
	const others = "BenchmarkEp.x/executor=spawn/workers=1/cores=1 1 5 ns/op\nBenchmarkEpax/executor=pool/workers=1/cores=1 1 5 ns/op\n"
	a := analysed(t, filepath.Join(t.TempDir(), "a run.txt"), mine+others)
	if got, err := exec.Command("sh", "-c", a.Show(a.Rows[0])).Output(); err != nil || string(got) != mine {
		t.Errorf("%s prints %q (%v), want %q", a.Show(a.Rows[0]), got, err, mine)
	}
	const sub = "BenchmarkSub/size=4/cores=1 1 5 ns/op\n"
	a = analysed(t, filepath.Join(t.TempDir(), "run.txt"), sub+"BenchmarkSub/size=42/cores=1 1 5 ns/op\n")
	if got, err := exec.Command("sh", "-c", a.Show(a.Rows[0])).Output(); err != nil || string(got) != sub {
		t.Errorf("%s prints %q (%v), want %q", a.Show(a.Rows[0]), got, err, sub)
	}
}

func TestPointsOfARow(t *testing.T) {
	const name = "BenchmarkEp/executor=pool/"
	text := "copies: 2\n" + name + "workers=1/cores=1/slices=2 1 3e9 ns/op\n" +
		"copies: 1\n" + name + "workers=1/cores=1/slices=2 1 2e9 ns/op\n" +
		name + "workers=2/cores=2-2 1 5e9 ns/op\n" + name + "workers=2/cores=1 1 1e9 ns/op\n" +
		"BenchmarkEp/executor=serial/workers=1/cores=1 1 9e9 ns/op\n" +
		"BenchmarkEp/executor=spawn/workers=1/cores=1 1 9e9 ns/op\nBenchmarkOther/executor=pool/workers=1/cores=1 1 9e9 ns/op\n"
	for _, sec := range []string{"1e9", "4e9", "2e9", "2e9"} {
		text += name + "workers=1/cores=1 1 " + sec + " ns/op 0.01 pressure\n"
	}
	text += name + "workers=1/cores=1 1 7e9 ns/op 0.9 pressure\n"
	a := analysed(t, filepath.Join(t.TempDir(), "run.txt"), text)
	i := slices.IndexFunc(a.Rows, func(r analyse.Row) bool { return r.ID() == "ep-pool" })
	if i < 0 {
		t.Fatalf("no row ep-pool among %d", len(a.Rows))
	}
	var got []string
	for _, p := range a.PointsOf(a.Rows[i]) {
		got = append(got, fmt.Sprintf("%d/%d %s", p.Point.Workers, p.Point.Cores, p.Role()))
	}
	if want := []string{"1/1 ", "2/1 ", "2/2 ", "1/1 ceiling: a share alone", "1/1 ceiling: shares at once", "1/1 serial program"}; !slices.Equal(got, want) {
		t.Errorf("points %q, want %q", got, want)
	}
	p := a.PointsOf(a.Rows[i])[0]
	if x := p.Throughput(); len(p.Samples) != 5 || p.LeftOut != 1 || p.Median != 2 || p.Fastest != 1 || p.Slowest != 4 || p.Time.Value != 2 || x.Value != 0.5 || !(x.Low < 0.5 && x.High > 0.5) {
		t.Errorf("the first point is %+v", p)
	}
}

func TestIDsDiffer(t *testing.T) {
	text := ""
	for _, name := range []string{"A.b", "A_b", "A-b-2", "é", "ü"} {
		text += "Benchmark" + name + "/executor=pool/workers=1/cores=1 1 5 ns/op\n"
	}
	a := analysed(t, filepath.Join(t.TempDir(), "run.txt"), text)
	seen := map[string]bool{}
	for _, r := range a.Rows {
		if id := r.ID(); seen[id] || id == "" || strings.Trim(id, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			t.Errorf("the ID of %s is %q", r.Name(), id)
		}
		seen[r.ID()] = true
	}
	if !seen["a-b"] || !seen["row"] || !seen["row-2"] || len(seen) < 5 {
		t.Errorf("IDs %v", seen)
	}
}

func TestFinding(t *testing.T) {
	rows := func(classes ...analyse.Class) *analyse.Analysis {
		a := &analyse.Analysis{}
		for i, class := range classes {
			r := analyse.Row{Workload: fmt.Sprint("W", i), P: 2, Class: class, Samples: 10, Concurrency: interval.Interval{Value: 1, Low: 1, High: 1}}
			r.Parallelism = interval.Interval{Value: float64(i), Low: float64(i) - 0.5, High: float64(i) + 0.5}
			a.Rows = append(a.Rows, r)
		}
		return a
	}
	for _, test := range []struct {
		a    *analyse.Analysis
		want string
	}{
		{rows(), "No gain was measured."},
		{rows(analyse.Serial), "On 2 cores: 1 workload is serial."},
		{rows(analyse.Scales, analyse.Waits, analyse.Waits), "On 2 cores: 2 workloads wait, 1 scales. Largest gain from cores: W2, × 2.00 ±0.50 on 2 cores."},
		{rows(analyse.Undecided, analyse.Undecided, analyse.Mixes), "On 2 cores: 2 workloads have no verdict yet, 1 mixes both. Largest gain from cores: W2, × 2.00 ±0.50 on 2 cores."},
	} {
		if got := test.a.Finding(); got != test.want {
			t.Errorf("%s\nwant %s", got, test.want)
		}
	}
	a := rows(analyse.Scales, analyse.Scales, analyse.Scales)
	a.Rows[1].Concurrency = interval.Interval{Value: 58.3, Low: 50, High: 60}
	a.Rows[2].Ceiling = interval.Interval{Value: 1.9, Low: 1.8, High: 2}
	a.Rows[1].Samples = 9
	a.Rows[2].Workload = strings.Repeat("long", 80)
	if got, want := a.Finding(), "On 2 cores: 3 workloads scale. Largest gain from workers: W1, × 58.3 ±8.3 on one core (provisional, from 9 samples). Largest gain from cores: "+strings.Repeat("long", 7)+"lo…g"+strings.Repeat("long", 7)+", × 2.00 ±0.50 on 2 cores, where separate programs gain × 1.90 ±0.10."; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}
