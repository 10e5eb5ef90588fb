package sweep_test

import (
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
			points := time.Duration(len(twoCores(t).Lines()))
			return sweep.Config{Plan: twoCores(t), Sampler: f, Budget: 12 * points * time.Second, Precision: 0.02, Seed: 3}
		}
		var whole []sweep.Entry
		f := &fake{}
		c := config(f)
		c.Append = func(e sweep.Entry) error { whole = append(whole, e); return nil }
		want, err := sweep.Run(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		for cut := 0; cut <= len(whole); cut += 7 {
			g := &fake{}
			c := config(g)
			c.Past = whole[:cut]
			entries := slices.Clone(whole[:cut])
			c.Append = func(e sweep.Entry) error { entries = append(entries, e); return nil }
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
				Append: func(e sweep.Entry) error { whole = append(whole, e); return nil },
			})
			return err
		}
		if err := run(1, 2, nil); err != nil {
			t.Fatal(err)
		}
		if err := run(2, 2, whole); !errors.Is(err, sweep.ErrPast) {
			t.Errorf("another seed: %v", err)
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
	f, err := sweep.Create(t.TempDir(), "h", `{"a":"plan"}`, time.Now())
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
	f, plan, past, err := sweep.Resume(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if plan != `{"a":"plan"}` || len(past) != 3 {
		t.Fatalf("plan %q, %d entries", plan, len(past))
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
		want, end := whole(n)
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if len(past) != want || want > 0 && info.Size() != int64(end) {
			t.Errorf("cut at %d: %d entries and %d bytes, want %d and %d", n, len(past), info.Size(), want, end)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestResumeRefusesOtherFiles(t *testing.T) {
	for text, want := range map[string]string{
		"":                                    "does not begin with the plan of a run",
		"BenchmarkEp 1 1 ns/op\n":             "does not begin with the plan of a run",
		"# plan: {}":                          "does not begin with the plan of a run",
		"# plan: {}\nBenchmarkEp 1 1 ns/op\n": "a result without its",
		"# plan: {}\n# sample: {\nBenchmarkEp 1 1 ns/op\n":                             "a damaged line",
		"# plan: {}\n# sample: {}\nBenchmarkEp 1 x ns/op\n":                            "line 3 is damaged",
		"# plan: {}\n# sample: {}\nBenchmarkwrong\n":                                   "cannot be read",
		"# plan: {}\n# sample: {}\n" + "Benchmark" + strings.Repeat("x", 1<<17) + "\n": "cannot be read",
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

func FuzzReadEntries(f *testing.F) {
	f.Add("# plan: {}\n# sample: {\"round\":1}\nBenchmarkEp 1 1 ns/op\n# failed: {\"error\":\"x\"}\n")
	f.Fuzz(func(t *testing.T, text string) {
		path := filepath.Join(t.TempDir(), "x.txt")
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Skip(err)
		}
		past, err := sweep.ReadEntries(path)
		for _, e := range past {
			if err == nil && e.Err == nil && e.Result == nil {
				t.Errorf("an entry without a result: %+v", e)
			}
		}
	})
}
