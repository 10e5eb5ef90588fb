package sweep_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"overlap/bench/sweep"
)

// A sweep that is cut anywhere and goes on visits what one that was not cut
// does, in the same order and with the same iterations.
func TestGoingOnIsTheSameSweep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := errors.New("broken")
		config := func(f *fake) sweep.Config {
			f.fail = func(p sweep.Point) error {
				if p.Workload == "Ep" && p.Workers == 2 {
					return broken
				}
				return nil
			}
			points := time.Duration(len(twoCores(t).FixedPoints()))
			return sweep.Config{Plan: twoCores(t), Sampler: f, Budget: 12 * points * time.Second, Precision: 0.02, Seed: 3}
		}
		var whole []sweep.Entry
		f := &fake{}
		c := config(f)
		c.Append = func(es ...sweep.Entry) error { whole = append(whole, es...); return nil }
		want, err := sweep.Run(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		for cut := 0; cut <= len(whole); cut += 7 {
			g := &fake{}
			c := config(g)
			c.Past = whole[:cut]
			entries := slices.Clone(whole[:cut])
			c.Append = func(es ...sweep.Entry) error { entries = append(entries, es...); return nil }
			got, err := sweep.Run(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(g.visited, f.visited[cut:]) {
				t.Fatalf("cut at %d it visits\n%s\nwant\n%s", cut, strings.Join(g.visited, "\n"), strings.Join(f.visited[cut:], "\n"))
			}
			if len(entries) != len(whole) || got.Samples != want.Samples || len(got.Failures) != len(want.Failures) || got.Rounds != want.Rounds {
				t.Errorf("cut at %d: %d entries, %+v; want %d, %+v", cut, len(entries), got, len(whole), want)
			}
		}
	})
}

func TestThePastMustBeThatOfThePlan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var whole []sweep.Entry
		run := func(seed uint64, rounds int, past []sweep.Entry) error {
			_, err := sweep.Run(t.Context(), sweep.Config{
				Plan: twoCores(t), Sampler: &fake{}, Budget: time.Hour, Rounds: rounds, Seed: seed, Past: past,
				Append: func(es ...sweep.Entry) error { whole = append(whole, es...); return nil },
			})
			return err
		}
		if err := run(1, 2, nil); err != nil {
			t.Fatal(err)
		}
		if err := run(2, 2, whole); !errors.Is(err, sweep.ErrPast) {
			t.Errorf("another seed: %v", err)
		}
		moved := slices.Clone(whole)
		moved[len(moved)-1].Round++
		if err := run(1, 2, moved); !errors.Is(err, sweep.ErrPast) {
			t.Errorf("a sample of another round: %v", err)
		}
		if err := run(1, 1, whole); !errors.Is(err, sweep.ErrPast) {
			t.Errorf("fewer rounds than the past has: %v", err)
		}
		if err := run(1, 2, whole); err != nil {
			t.Errorf("a past that is complete: %v", err)
		}
	})
}

// stored makes a result file with two samples and a failure between them.
func stored(t *testing.T) string {
	t.Helper()
	f, err := sweep.Create(t.TempDir(), "h", sweep.Header{Build: "this"}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range []sweep.Entry{
		entry("Ep/workers=1/cores=1"),
		{Point: "Ep/workers=2/cores=1", Round: 1, Took: time.Minute, Err: errors.New("it said:\nBenchmarkEvil 1 1 ns/op\nhost: evil")},
		entry("Ep/workers=4/cores=1"),
	} {
		if err := f.Append(e); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return f.Path()
}

func TestResumeReadsWhatWasStored(t *testing.T) {
	path := stored(t)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f, header, past, err := sweep.Resume(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if header.Build != "this" || len(past) != 3 {
		t.Fatalf("header %+v, %d entries", header, len(past))
	}
	for i, want := range []string{"Ep/workers=1/cores=1", "Ep/workers=2/cores=1", "Ep/workers=4/cores=1"} {
		e := past[i]
		if e.Point != want || e.Round != 1 || (e.Err != nil) != (i == 1) {
			t.Errorf("entry %d: %+v", i, e)
		}
		if e.Err == nil && (e.Took != time.Second || string(e.Result.Name.Full()) != want || e.Result.Iters != 1) {
			t.Errorf("entry %d: %+v %v", i, e, e.Result)
		}
	}
	if past[1].Took != time.Minute || !strings.Contains(past[1].Err.Error(), "BenchmarkEvil") {
		t.Errorf("the failure: %+v", past[1])
	}
	if err := f.Append(entry("Ep/workers=8/cores=1")); err != nil {
		t.Fatal(err)
	}
	after, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if rest, ok := strings.CutPrefix(string(after), string(before)); !ok || strings.Count(rest, "\nBenchmark") != 1 {
		t.Errorf("the file is now\n%s", after)
	}
	if _, _, _, err := sweep.Resume(path); err == nil || !strings.Contains(err.Error(), "another overlap run writes to it") {
		t.Errorf("two runs write to one file: %v", err)
	}
}

// Wherever the file is cut, what is left is its whole entries.
func TestResumeOfACutFile(t *testing.T) {
	text, err := os.ReadFile(stored(t))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(text), "\n")
	whole := func(n int) (entries, end int) {
		at := 0
		for _, line := range lines {
			if at += len(line); at > n {
				break
			}
			if strings.HasPrefix(line, "Benchmark") || strings.HasPrefix(line, "# failed") {
				entries, end = entries+1, at
			}
		}
		return entries, end
	}
	path := filepath.Join(t.TempDir(), "cut.txt")
	for n := len(lines[0]); n < len(text); n++ {
		if err := os.WriteFile(path, text[:n], 0o666); err != nil {
			t.Fatal(err)
		}
		f, _, past, err := sweep.Resume(path)
		if err != nil {
			t.Fatalf("cut at %d: %v", n, err)
		}
		if now, err := os.ReadFile(path); err != nil || len(now) != n {
			t.Fatalf("cut at %d: Resume has changed the file: %v", n, err)
		}
		if err := errors.Join(f.Append(entry("Ep/workers=8/cores=1")), f.Close()); err != nil {
			t.Fatal(err)
		}
		want, end := whole(n)
		now, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		_, again, err := sweep.ReadRun(path)
		if len(past) != want || len(again) != want+1 || err != nil || want > 0 && !bytes.HasPrefix(now[end:], []byte("# sample: ")) {
			t.Fatalf("cut at %d: %d entries, then %d (%v), want %d and one more, from byte %d", n, len(past), len(again), err, want, end)
		}
	}
}

func TestResumeRefusesOtherFiles(t *testing.T) {
	const (
		plan   = "# plan: {}\n"
		sample = `# sample: {"round":1,"point":"Ep/cores=1"}` + "\n"
	)
	for text, want := range map[string]string{
		"":                               "holds no samples",
		"BenchmarkEp 1 1 ns/op\n":        "does not begin with the plan of a run",
		"# plan: {}":                     "holds no samples",
		"# plan: my holidays\n":          "its plan cannot be read",
		plan + "BenchmarkEp 1 1 ns/op\n": "line 2: a result without the line",
		plan + "# sample: {\nBenchmarkEp 1 1 ns/op\n":                            "line 2: a damaged line",
		plan + "# sample: {\"round\":0}\nBenchmarkEp 1 1 ns/op\n":                "line 2: a damaged line",
		plan + "# sample: {\"round\":1,\"took_ns\":-1}\nBenchmarkEp 1 1 ns/op\n": "line 2: a damaged line",
		plan + sample + "BenchmarkEp/cores=1 1 x ns/op\n":                        "line 3 is damaged",
		plan + sample + "BenchmarkEp/cores=1 1 1 xx\n":                           "line 3 is damaged: it is not a time of Ep/cores=1",
		plan + sample + "BenchmarkEp/cores=1 1 0 ns/op\n":                        "line 3 is damaged: it is not a time of Ep/cores=1",
		plan + sample + "BenchmarkUts/cores=1 1 1 ns/op\n":                       "line 3 is damaged: it is not a time of Ep/cores=1",
		plan + sample + "Benchmarkwrong\n":                                       "cannot be read",
		plan + sample + "Benchmark" + strings.Repeat("x", 1<<17) + "\n":          "cannot be read",
	} {
		path := filepath.Join(t.TempDir(), "x.txt")
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		if _, _, _, err := sweep.Resume(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q: %v, want %q", text, err, want)
		}
		if now, _ := os.ReadFile(path); string(now) != text {
			t.Errorf("%.60q was changed to %q", text, now)
		}
	}
}

// A file that Resume opened is never removed, whatever becomes of the run.
func TestResumeRemovesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notes.md")
	if err := os.WriteFile(path, []byte("# plan: {}\nmy holidays\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	f, _, past, err := sweep.Resume(path)
	if err != nil || len(past) != 0 {
		t.Fatalf("%d entries, %v", len(past), err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}

func FuzzReadRun(f *testing.F) {
	f.Add("# plan: {}\n# sample: {\"round\":1}\nBenchmarkEp 1 1 ns/op\n# failed: {\"error\":\"x\"}\n")
	f.Fuzz(func(t *testing.T, text string) {
		path := filepath.Join(t.TempDir(), "x.txt")
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Skip(err)
		}
		_, past, err := sweep.ReadRun(path)
		for _, e := range past {
			if err == nil && e.Err == nil && e.Result == nil {
				t.Errorf("an entry without a result: %+v", e)
			}
		}
	})
}
