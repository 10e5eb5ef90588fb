package report_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"overlap/report/analyse"
	"overlap/report/load"
	"overlap/report/trace"
	"overlap/report/write"
)

func testdata(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func timeline(t testing.TB, name string) trace.Timeline {
	t.Helper()
	line, err := trace.ReadTimeline(bytes.NewReader(testdata(t, name)))
	if err != nil {
		t.Fatal(err)
	}
	return line
}

// The recordings are of 10 cashiers who serve 32 customers of two queues.
func TestTimelineTellsConcurrencyFromParallelism(t *testing.T) {
	for name, cores := range map[string]int{"1core.trace": 1, "2cores.trace": 2} {
		line := timeline(t, name)
		if line.Procs != cores || line.MostRunning != cores {
			t.Errorf("%s: %d processors, at most %d scanned at once, want %d and %[4]d", name, line.Procs, line.MostRunning, cores)
		}
		if line.MostInProgress < 5 || line.MostInProgress > 10 || !(line.InProgress > 4 && line.InProgress <= float64(line.MostInProgress)) {
			t.Errorf("%s: %d customers at most and %.1f on average in progress, want 5 to 10", name, line.MostInProgress, line.InProgress)
		}
		if !(line.Running > 0 && line.Running <= float64(cores)) {
			t.Errorf("%s: %.2f scanned on average on %d cores", name, line.Running, cores)
		}
		seen := map[string]bool{}
		for _, c := range line.Customers {
			seen[c.Name()] = true
		}
		for _, queue := range "AB" {
			for number := 1; number <= 16; number++ {
				if customer := fmt.Sprintf("%c%d", queue, number); !seen[customer] || len(seen) != 32 {
					t.Errorf("%s: %s is missing, or one of %d is too many", name, customer, len(seen))
				}
			}
		}
	}
}

// A customer's stretches fill the time from start to end, pay for most of it,
// and those that run on one core do not overlap.
func TestTimelineHasNoGaps(t *testing.T) {
	line := timeline(t, "2cores.trace")
	var onCore [2]float64
	for _, c := range line.Customers {
		at, waiting := c.Start, 0.0
		for _, s := range c.Stretches {
			if s.Start != at || s.End <= s.Start || (s.State == trace.Running) != (s.Proc >= 0) {
				t.Errorf("%s: stretch %+v does not follow %v", c.Name(), s, at)
			}
			at = s.End
			switch s.State {
			case trace.Running:
				onCore[s.Proc] += s.End - s.Start
			case trace.Waiting:
				waiting += s.End - s.Start
			}
		}
		if at != c.End || c.End > line.Length || c.Start < 0 {
			t.Errorf("%s: from %v to %v of %v, the stretches end at %v", c.Name(), c.Start, c.End, line.Length, at)
		}
		if last := c.Stretches[len(c.Stretches)-1]; last.State != trace.Running {
			t.Errorf("%s ends while it does not run: %+v", c.Name(), last)
		}
		if waiting < 0.9e-3 {
			t.Errorf("%s waits for %v s, want the payment of 1 ms", c.Name(), waiting)
		}
	}
	if got := onCore[0] + onCore[1]; math.Abs(got-line.Running*line.Length) > 1e-9 || onCore[0] > line.Length || onCore[1] > line.Length || onCore[1] == 0 {
		t.Errorf("the cores run %v of %v s, %v on average", onCore, line.Length, line.Running)
	}
}

func TestTimelineRefusesWhatIsNone(t *testing.T) {
	whole := testdata(t, "1core.trace")
	for name, text := range map[string]string{
		"too short":              "",
		"Go 1.22":                "go 1.11 trace\x00\x00\x00 and more",
		"not an execution trace": strings.Repeat("BenchmarkEp 1 5 ns/op\n", 100),
		"or truncated":           string(whole[:len(whole)/2]),
		"no customers":           strings.ReplaceAll(string(whole), "customer ", "Customer "),
		"too large":              string(whole) + strings.Repeat("\x00", 17<<20),
		"the trace is damaged":   string(whole[:16]) + strings.Repeat("\xff", 100),
	} {
		if line, err := trace.ReadTimeline(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v, %d customers", name, err, len(line.Customers))
		}
	}
	if _, err := trace.ReadTimeline(io.MultiReader(bytes.NewReader(whole[:100]), failing{})); !errors.Is(err, errFailing) {
		t.Errorf("an error of the disk became %v", err)
	}
}

var errFailing = errors.New("the disk fails")

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errFailing }

// Whatever a trace holds, reading it ends, and what is read can be drawn.
func FuzzReadTimeline(f *testing.F) {
	f.Add(testdata(f, "1core.trace"))
	f.Add(testdata(f, "2cores.trace"))
	f.Fuzz(func(t *testing.T, text []byte) {
		line, err := trace.ReadTimeline(bytes.NewReader(text))
		if err == nil && !(line.Length > 0 && line.Procs > 0 && len(line.Customers) > 0 && line.MostRunning >= 0) {
			t.Errorf("%+v", line)
		}
	})
}

func pairs(text string) (*trace.Pairs, error) {
	return trace.ReadPairs(strings.NewReader(text), "pairs")
}

func TestPairsAreMeansBothWays(t *testing.T) {
	p, err := pairs("latency: one\x1b way\n" +
		"BenchmarkCoreToCore/from=0/to=2 1 100 ns/op\nBenchmarkCoreToCore/from=2/to=0 1 400 ns/op\nBenchmarkCoreToCore/from=0/to=2 1 200 ns/op\nBenchmarkCoreToCore/from=2/to=7 1 50 ns/op\n")
	if err != nil {
		t.Fatal(err)
	}
	if got := p.Between(2, 0); math.Abs(got.Value-200e-9) > 1e-15 || !(got.Low < 100e-9 && got.High > 400e-9) || got != p.Between(0, 2) {
		t.Errorf("0 to 2: %+v, want the geometric mean of 100 and 400 ns, with an interval", got)
	}
	if got := p.Between(2, 7); math.Abs(got.Value-50e-9) > 1e-15 || !math.IsNaN(got.Low) {
		t.Errorf("2 to 7: %+v, want 50 ns without an interval", got)
	}
	for _, pair := range [][2]int{{0, 7}, {0, 0}, {0, 1}, {9, 7}} {
		if got := p.Between(pair[0], pair[1]); !math.IsNaN(got.Value) {
			t.Errorf("%v: %+v, want nothing", pair, got)
		}
	}
	if fmt.Sprint(p.CPUs) != "[0 2 7]" || p.Fewest != 1 || p.Method != "one\uFFFD way" {
		t.Errorf("%+v", p)
	}
}

func TestPairsRefuseWhatIsNone(t *testing.T) {
	many := ""
	for i := 1; i <= 1024; i++ {
		many += fmt.Sprintf("BenchmarkCoreToCore/from=0/to=%d 1 100 ns/op\n", i)
	}
	for text, problem := range map[string]string{
		"":                        "no latencies",
		"BenchmarkEp 1 5 ns/op\n": "not a latency",
		"BenchmarkCoreToCore x\n": "line 1 is damaged",
		"BenchmarkCoreToCore/from=0/to=1 1 0 ns/op\n":                    "not a latency",
		"BenchmarkCoreToCore/from=0/to=1 1 +Inf ns/op\n":                 "not a latency",
		"BenchmarkCoreToCore/from=0/to=1 1 NaN ns/op\n":                  "not a latency",
		"BenchmarkCoreToCore/from=0/to=1/at=2 1 5 ns/op\n":               "not a latency",
		"BenchmarkCoreToCore/to=0/from=1 1 5 ns/op\n":                    "does not say",
		"BenchmarkCoreToCore/from=-1/to=1 1 5 ns/op\n":                   "does not say",
		"BenchmarkCoreToCore/from=0/to=99999999999999999999 1 5 ns/op\n": "does not say",
		"BenchmarkCoreToCore/from=0/to=70000 1 5 ns/op\n":                "does not say",
		"BenchmarkCoreToCore/from=3/to=3 1 5 ns/op\n":                    "to itself",
		many: "1025 CPUs",
	} {
		if p, err := pairs(text); err == nil || !strings.Contains(err.Error(), problem) {
			t.Errorf("%.60q: %v, %v; want %q", text, p, err, problem)
		}
	}
}

// Recordings are found by the name of the result file, and what is wrong with
// one is a warning: the results stand.
func TestLoadFindsRecordings(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "[a-b]*") // no pattern
	if err := os.Mkdir(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	save := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	const ep = "BenchmarkEp/executor=pool/workers=1/cores=1 1 5 ns/op\n"
	save("t.txt", ep)
	save("t.1.trace", string(testdata(t, "2cores.trace")))
	save("t.2.trace", string(testdata(t, "1core.trace")))
	save("t.cut.trace", "go 1.26 trace\x00\x00\x00")
	save("t2.1core.trace", "of another run")
	save("t.pairs", "BenchmarkCoreToCore/from=0/to=1 1 100 ns/op\n")
	save("alone.txt", strings.ReplaceAll(ep, "Ep", "Sort"))
	save("damaged.txt", ep)
	save("damaged.pairs", "BenchmarkCoreToCore/from=0 x\n")

	loadFiles := func(names ...string) *load.Data {
		for i := range names {
			names[i] = filepath.Join(dir, names[i])
		}
		d, err := load.Load(names...)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	d := loadFiles("t.txt", "alone.txt")
	if len(d.Timelines) != 2 || d.Timelines[0].Procs != 1 || d.Timelines[1].Procs != 2 || d.Pairs == nil || len(d.Points) != 2 {
		t.Errorf("%d timelines, pairs %v, points %v", len(d.Timelines), d.Pairs, d.Points)
	}
	var json strings.Builder
	if err := write.JSON(&json, analyse.Analyze(d)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"from": 0,`, `"to": 1,`, `"latency": {`, `"most_running": 2`, `"customers": 32`} {
		if !strings.Contains(json.String(), want) {
			t.Errorf("no %s in %s", want, json.String())
		}
	}
	if len(d.Warnings) != 1 || !strings.Contains(d.Warnings[0].Error(), "t.cut.trace left out") {
		t.Errorf("warnings %v, want one of t.cut.trace", d.Warnings)
	}
	if d := loadFiles("alone.txt"); len(d.Timelines) != 0 || d.Pairs != nil || d.Warnings != nil {
		t.Errorf("alone: %+v, %v", d.Recordings, d.Warnings)
	}
	a := analyse.Analyze(loadFiles("damaged.txt"))
	if a.Data.Pairs != nil || !strings.Contains(fmt.Sprint(a.Warnings), "damaged.pairs left out") {
		t.Errorf("damaged: %v, warnings %v", a.Data.Pairs, a.Warnings)
	}
	if err := os.Mkdir(filepath.Join(dir, "alone.pairs"), 0o777); err != nil {
		t.Fatal(err)
	}
	if d := loadFiles("alone.txt"); len(d.Warnings) != 1 || !strings.Contains(d.Warnings[0].Error(), "is not a regular file") {
		t.Errorf("a folder is read as latencies: %v", d.Warnings)
	}
}
