package report_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"overlap/report/analyse"
	"overlap/report/load"
	"overlap/report/write"
)

// wrote is what go test -cpu with these values writes of benchmarks, ten times each;
// %d in a name is the number of workers. A job takes 16 ms alone, and less by
// what time says.
func wrote(names []string, workers, cpus []int, gain func(w, p int) float64) string {
	var b strings.Builder
	b.WriteString("goos: linux\npkg: example.com/x\n")
	for _, name := range names {
		for _, w := range workers {
			own := strings.ReplaceAll(name, "%d", fmt.Sprint(w))
			if w == 1 {
				own = strings.ReplaceAll(own, "1_workers", "1_worker")
			}
			for _, p := range cpus {
				full := own
				if p > 1 {
					full = fmt.Sprintf("%s-%d", own, p)
				}
				for i := range 10 {
					fmt.Fprintf(&b, "Benchmark%s 1 %.1f ns/op\n", full, 16e6/gain(w, p)*(1+0.001*float64(i%3)))
				}
			}
		}
	}
	return b.String() + "PASS\nok  \texample.com/x\t1.2s\n"
}

// filling gains from workers as far as there are cores for them.
func filling(w, p int) float64 { return float64(min(w, p)) }

func TestWorkersInAllTheirSpellings(t *testing.T) {
	for name, want := range map[string]string{
		"Fetch/workers=%d":              "Fetch",
		"Fetch/Workers=%d":              "Fetch",
		"Fetch/Workers-%d":              "Fetch",
		"Fetch/WORKERS_%d":              "Fetch",
		"Fetch/workers_%d":              "Fetch",
		"Fetch/workers:%d":              "Fetch",
		"Fetch/Threads(%d)":             "Fetch",
		"Fetch/%d_workers":              "Fetch",
		"Fetch/%d-goroutines":           "Fetch",
		"Fetch/%dWorkers":               "Fetch",
		"Fetch/%d_threads":              "Fetch",
		"Fetch/clients-%d":              "Fetch",
		"Fetch/parallel=%d":             "Fetch",
		"Fetch/Parallel-%d":             "Fetch",
		"Fetch/conns=%d":                "Fetch",
		"Fetch/connections=%d":          "Fetch",
		"Fetch/num_goroutines=%d":       "Fetch",
		"Fetch/numGoroutines=%d":        "Fetch",
		"Fetch/max-conns=%d":            "Fetch",
		"Fetch/worker_count=%d":         "Fetch",
		"Fetch/concurrency=%d":          "Fetch",
		"Fetch/users=%d":                "Fetch",
		"Fetch/VUs=%d":                  "Fetch",
		"Fetch/goroutine_count_%d":      "Fetch",
		"Fetch/ThreadCount%d":           "Fetch",
		"Fetch/%dG":                     "Fetch",
		"Fetch/size=10,workers=%d":      "Fetch/size=10",
		"Fetch/workers=%d,size=10":      "Fetch/size=10",
		"Fetch/size=10&conns=%d&x=1":    "Fetch/size=10&x=1",
		"Fetch/size=10;Threads=%d/y":    "Fetch/size=10/y",
		"Fetch/size=10,%d_workers":      "Fetch/size=10",
		"Fetch/workers-%d-items-100":    "Fetch/items-100",
		"Fetch/Sharded_%d_goroutines":   "Fetch/Sharded",
		"Fetch/delay-1ms/workers-%d":    "Fetch/delay-1ms",
		"Fetch/workers-%d/delay-1ms":    "Fetch/delay-1ms",
		"Fetch/mode=fast/0%d_clients/z": "Fetch/mode=fast/z",
		"Fetch_%dWorkers":               "Fetch",
		"Fetch_Parallel_%d_workers":     "Fetch_Parallel",
		"FetchWorkers%d":                "Fetch",
		"/Concurrent/%d_workers":        "/Concurrent",
	} {
		a := analyze(t, save(t, wrote([]string{name}, []int{1, 4, 16}, []int{1, 4}, func(w, p int) float64 { return float64(w) * math.Sqrt(float64(p)) })))
		if got := strings.Join(rowsOf(a), ", "); got != want+" w16 p4 16.0×2.0" {
			t.Errorf("%s: rows %s, want %s, 16 workers; %v", name, got, want, a.Warnings)
		}
	}
}

func TestWhatIsNoNumberOfWorkers(t *testing.T) {
	for _, name := range []string{
		"Fetch/1G", "Fetch/http2clients", "Fetch/threadsafe-2", "Fetch/spread=4", "Fetch/1.4threads", "Fetch/workers=auto/x", "Fetch/16Gi", "Fetch/parallelize-4",
		"Fetch/conc=7x", "HTTP2Clients", "Fetch/network-4-way",
	} {
		// Beside a size, 1G is one.
		a := analyze(t, save(t, wrote([]string{name, "Fetch/4K"}, []int{0}, []int{1, 4}, func(_, p int) float64 { return float64(p) })))
		for _, r := range a.Rows {
			if r.Workers != 0 || r.Name() != name && r.Name() != "Fetch/4K" {
				t.Errorf("%s: %d workers in %s", name, r.Workers, r.Name())
			}
		}
	}
}

// A benchmark beside others of its name that say their workers is one of its own.
func TestWorkersBesideTheSameBenchmarkWithoutThem(t *testing.T) {
	text := wrote([]string{"Pool"}, []int{0}, []int{1, 4}, func(_, p int) float64 { return float64(p) }) +
		wrote([]string{"Pool_%dWorkers"}, []int{1, 4}, []int{1, 4}, filling)
	if got := strings.Join(rowsOf(analyze(t, save(t, text))), ", "); got != "Pool w0 p4 NaN×4.0, Pool/NWorkers w4 p4 1.0×4.0" {
		t.Errorf("rows %s", got)
	}
}

// A file without both gains may have one of them or a curve, and the verdict says
// what else to measure. Cores that the workers cannot fill are left out.
func TestRowsFromFewerPoints(t *testing.T) {
	for _, c := range []struct {
		about         string
		workers, cpus []int
		gain          func(w, p int) float64
		row           string // "" for a refusal
		verdict       string
		warning       string
	}{
		{
			"one GOMAXPROCS", []int{1, 2, 4, 8, 16, 32}, []int{8}, filling,
			"Pool w8 p8 NaN×NaN", "workers only: 8 give 8.00 ±0.01× the throughput of 1 at GOMAXPROCS 8; knee at 8; for both gains, also measure GOMAXPROCS 1", "",
		}, {
			"one GOMAXPROCS, and more would do better", []int{1, 2, 4}, []int{8}, filling,
			"Pool w4 p8 NaN×NaN", "4.00 ±0.00× the throughput of 1 at GOMAXPROCS 8; no knee up to 4; for", "",
		}, {
			"one GOMAXPROCS and more workers hurt", []int{2, 8, 32}, []int{8}, func(w, p int) float64 { return float64(min(w, p)) / max(1, float64(w)/16) },
			"Pool w8 p8 NaN×NaN", "8 give 4.00 ±0.00× the throughput of 2 at GOMAXPROCS 8; knee at 8; 32 run at 0.50 ±0.00× that of 8; for both gains, also measure 1 worker and GOMAXPROCS 1", "",
		}, {
			"nothing gained", []int{1, 2, 4}, []int{8}, func(w, p int) float64 { return 1 },
			"Pool w1 p8 NaN×NaN", "workers only: more than 1 add nothing at GOMAXPROCS 8: 2 run at 1.00 ±0.00×; for", "",
		}, {
			"two GOMAXPROCS above 1", []int{1, 8}, []int{4, 8}, filling,
			"Pool w8 p8 NaN×NaN", "8 give 8.00 ±0.01× the throughput of 1 at GOMAXPROCS 8; no knee up to 8; for both gains, also measure GOMAXPROCS 1", "",
		}, {
			"GOMAXPROCS 1, without 1 worker", []int{2, 8}, []int{1}, func(w, p int) float64 { return float64(w) },
			"Pool w8 p1 NaN×NaN", "at GOMAXPROCS 1; no knee up to 8; for both gains, also measure 1 worker and GOMAXPROCS above 1", "",
		}, {
			"without 1 worker", []int{2, 4, 8, 16}, []int{1, 16}, filling,
			"Pool w16 p16 NaN×16.0", "scales: ", "Pool: not measured with 1 worker, so the gain from workers is unknown",
		}, {
			"without 1 worker, and never as many as cores", []int{2, 4}, []int{1, 4, 16}, filling,
			"Pool w4 p4 NaN×4.0", "scales: ", "GOMAXPROCS 16 left out: at most 4 workers measured there",
		}, {
			"without 1 worker, and none fills two cores", []int{2, 4}, []int{1, 16}, filling,
			"Pool w4 p16 NaN×NaN", "workers only: 4 give 2.00 ±0.00× the throughput of 2 at GOMAXPROCS 16; no knee up to 4; for both gains, also measure 1 worker", "",
		}, {
			"one number of workers for all cores", []int{8}, []int{1, 4}, filling,
			"Pool w8 p4 NaN×4.0", "scales: ", "not measured with 1 worker",
		}, {
			"one number of workers for some of the cores", []int{2}, []int{1, 16}, filling, "", "", "at most 2 workers",
		}, {
			"one number of workers", []int{4}, []int{8}, filling, "", "", "measured only at GOMAXPROCS 8",
		}, {
			"cores that undo it", []int{4, 8}, []int{1, 4}, func(w, p int) float64 { return 1 / float64(p) },
			"Pool w4 p4 NaN×0.2", "contends: ", "",
		},
	} {
		a := analyze(t, save(t, wrote([]string{"Pool/workers=%d"}, c.workers, c.cpus, c.gain)))
		got := strings.Join(rowsOf(a), ", ")
		notes := strings.Join(write.PageNotes(a), "\n")
		if got != c.row || !strings.Contains(notes, c.warning) {
			t.Errorf("%s: rows %s, want %s; notes %s, want %s", c.about, got, c.row, notes, c.warning)
			continue
		}
		if c.row != "" && !strings.Contains(a.Rows[0].Verdict, c.verdict) {
			t.Errorf("%s: %s, want %s", c.about, a.Rows[0].Verdict, c.verdict)
		}
		if c.row == "" && len(a.Rows) > 0 {
			t.Errorf("%s: %s", c.about, a.Rows[0].Verdict)
		}
	}
}

// Verdicts about workers only need intervals, too, and a knee needs numbers on both
// sides.
func TestWordsOfWorkersOnly(t *testing.T) {
	for _, c := range []struct {
		about   string
		workers []int
		noise   float64
		samples int
		gain    func(w int) float64
		want    string
	}{
		{"noise", []int{1, 4, 8}, 0.3, 10, func(int) float64 { return 1 }, "cannot tell: too noisy: "},
		{"two samples", []int{1, 4, 8}, 0.001, 2, func(w int) float64 { return float64(w) }, "cannot tell: 2 samples cannot give an interval; measure 10 (-count 10)"},
		{"a loss", []int{1, 8}, 0.01, 10, func(w int) float64 { return 1 / math.Sqrt(float64(w)) }, "workers only: 8 run at 0.35 ±"},
		{"a gap", []int{1, 1000}, 0.01, 10, func(w int) float64 { return float64(min(w, 8)) }, "; the knee is above 1 and may be far below 1000: measure between; for"},
	} {
		var b strings.Builder
		rng := rand.New(rand.NewPCG(1, 2))
		for range c.samples {
			for _, w := range c.workers {
				fmt.Fprintf(&b, "BenchmarkPool/workers=%d-8 1 %.3f ns/op\n", w, 1e6/c.gain(w)*math.Exp(c.noise*rng.NormFloat64()))
			}
		}
		if got := analyze(t, save(t, b.String())).Rows[0].Verdict; !strings.Contains(got, c.want) {
			t.Errorf("%s: %s, want %s", c.about, got, c.want)
		}
	}
}

// GOMAXPROCS is not a number of cores: there may be fewer.
func TestGOMAXPROCSIsNotCalledCores(t *testing.T) {
	verdict := func(gain func(w, p int) float64) string {
		return analyze(t, save(t, wrote([]string{"Get"}, []int{0}, []int{1, 64, 256}, gain))).Finding() +
			analyze(t, save(t, wrote([]string{"Get"}, []int{0}, []int{1, 64, 256}, gain))).Rows[0].Verdict
	}
	for want, gain := range map[string]func(w, p int) float64{
		"GOMAXPROCS 256 gives 5.60×; best at GOMAXPROCS 64: 8.25×; enough: GOMAXPROCS 64":        func(_, p int) float64 { return map[int]float64{1: 1, 64: 8.25, 256: 5.6}[p] },
		"contends: GOMAXPROCS 256 runs at 0.50× the speed of GOMAXPROCS 1; enough: GOMAXPROCS 1": func(_, p int) float64 { return map[int]float64{1: 1, 64: 0.9, 256: 0.5}[p] },
	} {
		if got := verdict(gain); !strings.Contains(got, want) || !strings.HasPrefix(got, "At GOMAXPROCS 256: ") || strings.Contains(got, "256 cores") {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// Where the names do not tell, there is no verdict but a sentence, and a flag.
func TestNamesThatNobodyCanRead(t *testing.T) {
	text := wrote([]string{"Send/fast-%d"}, []int{2, 4, 8}, []int{1}, func(w, p int) float64 { return float64(w) })
	_, err := load.Load(save(t, text))
	if want := "the number at the end of Send/fast-2 and 2 more may be GOMAXPROCS or a part of the name, so there is no verdict on it; --name-numbers=cores, =workers or =part says what it is"; err == nil || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("%v, want %s", err, want)
	}
	for numbers, want := range map[load.NameNumbers]string{
		load.CoreNumbers:   "",
		load.WorkerNumbers: "Send/fast w8 p1 NaN×NaN",
		load.PartNumbers:   "",
	} {
		d, err := load.Input{Paths: []string{save(t, text)}, NameNumbers: numbers}.Load()
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(rowsOf(analyse.Analyze(d)), ", "); got != want {
			t.Errorf("%s: rows %s, want %s", numbers, got, want)
		}
	}
	if _, err := (load.Input{Paths: []string{save(t, text)}, NameNumbers: "x"}).Load(); err == nil || !strings.HasPrefix(err.Error(), "NameNumbers: ") {
		t.Errorf("%v", err)
	}
	// The others of the file stay.
	d, err := load.Load(save(t, text+"pkg: example.com/y\n"+three("")))
	if err != nil {
		t.Fatal(err)
	}
	if a := analyse.Analyze(d); len(a.Rows) != 1 || warned(a, "may be GOMAXPROCS or a part of the name") != 1 {
		t.Errorf("rows %s, warnings %v", rowsOf(a), a.Warnings)
	}
	// A word is taken for what it says, with a word about that.
	text = wrote([]string{"Send/clients-%d"}, []int{2, 4, 8}, []int{1}, func(w, p int) float64 { return float64(w) })
	a := analyze(t, save(t, text))
	if got := strings.Join(rowsOf(a), ", "); got != "Send w8 p1 NaN×NaN" || warned(a, "the number at the end of Send/clients-2 and 2 more was read as a number of workers") != 1 {
		t.Errorf("rows %s, warnings %v", got, a.Warnings)
	}
}

// The names of -v and -json are proofs.
func TestNamesOnLinesOfTheirOwnTell(t *testing.T) {
	var plain, verbose strings.Builder
	for _, n := range []int{2, 4, 8} {
		fmt.Fprintf(&verbose, "BenchmarkSend/fast-%d\n", n)
		for _, b := range []*strings.Builder{&plain, &verbose} {
			for range 3 {
				fmt.Fprintf(b, "BenchmarkSend/fast-%d 1 %d ns/op\n", n, 100*n)
			}
		}
	}
	if _, err := load.Load(save(t, plain.String())); err == nil {
		t.Error("without such lines it should not tell")
	}
	json := ""
	for line := range strings.Lines(plain.String()) {
		name, _, _ := strings.Cut(line, " ")
		json += fmt.Sprintf("{\"Action\":\"run\",\"Test\":%q}\n{\"Action\":\"output\",\"Test\":%q,\"Output\":%q}\n", name, name, line)
	}
	for name, text := range map[string]string{"-v": verbose.String(), "-json": json} {
		a := analyze(t, save(t, text))
		if len(a.Rows) != 0 || warned(a, "Send/fast-2, Send/fast-4, Send/fast-8: measured only at GOMAXPROCS 1") != 1 {
			t.Errorf("%s: rows %s, warnings %v", name, rowsOf(a), a.Warnings)
		}
	}
}

// The commands of a row are for its benchmarks, whose names may end in numbers.
func TestRepeatOfNamesThatEndInNumbers(t *testing.T) {
	text := wrote([]string{"Send/workers-%d"}, []int{1, 4}, []int{1, 4}, filling)
	a := analyze(t, save(t, text))
	want := `for c in 1 4; do go test -run '^$' -bench '^BenchmarkSend$/^(workers-1|workers-4)$' -cpu $c -count 10 example.com/x; done`
	if got := a.Repeat(a.Rows[0]); got != want {
		t.Errorf("%s, want\n%s", got, want)
	}
}
