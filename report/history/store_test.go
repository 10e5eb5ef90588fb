package history

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"overlap/internal/racing"

	"golang.org/x/perf/benchfmt"
)

func hashOf(i int) string { return fmt.Sprintf("%040x", i+1) }

// sample is an entry of commit i against the one before.
func sample(i int) Entry {
	return Entry{
		Base: hashOf(i), Commit: hashOf(i + 1), Time: time.Date(2026, 1, 2, 3, 4, i, 0, time.UTC),
		Host: "quiet", Machine: "Xeon, 2 CPUs", Seed: 1<<63 + 5, Blocks: 22, Identical: []string{"m/doc", "m/same"},
		Results: []Result{
			{Metric{"m/a", "Sort/cores=2-2", Time}, Ratio{1.25, 1.2, 1.3}, 1.5e6},
			{Metric{"m/a", "Sort/cores=2-2", Speedup}, Ratio{0.75, 0.7, 0.8}, 1.4},
			{Metric{"", "Parse", Time}, Ratio{1, 0.99, 1.01}, 200},
			{Metric{"m/b", "Sort/cores=2-2", Allocs}, Ratio{2, 2, 2}, 6},
		},
	}
}

func TestAppendedEntriesAreLoaded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "host", File)
	var want []Entry
	for i := range 3 {
		e := sample(i)
		if i == 1 { // nothing of the entry before may show through
			e.Host, e.Machine, e.Identical, e.Results = "", "", nil, e.Results[2:3]
		}
		if err := Append(path, e); err != nil {
			t.Fatal(err)
		}
		want = append(want, e)
	}
	got, warnings, err := Load(path)
	if err != nil || len(warnings) > 0 || !reflect.DeepEqual(got, want) {
		t.Errorf("loaded %+v\nwarnings %v, %v\nwant %+v", got, warnings, err, want)
	}
}

func TestEntriesThatSayNothingAreRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), File)
	for name, change := range map[string]func(*Entry){
		"no hash":   func(e *Entry) { e.Base = "HEAD" },
		"option":    func(e *Entry) { e.Commit = "--output=x" },
		"itself":    func(e *Entry) { e.Base = e.Commit },
		"no result": func(e *Entry) { e.Results, e.Identical = nil, nil },
		"no interval": func(e *Entry) {
			e.Results, e.Identical = []Result{{Metric: Metric{Name: "A", Quantity: Time}, Ratio: Ratio{1, 0, 2}}}, nil
		},
	} {
		e := sample(0)
		change(&e)
		if err := Append(path, e); err == nil {
			t.Errorf("%s: was appended", name)
		}
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("a refused entry made a file")
	}
}

// A kill at any byte of a write leaves the entries before it, and the next goes
// on.
func TestCutAtAnyByte(t *testing.T) {
	racing.Skip(t)
	first, second := sample(0), sample(1)
	whole := append(units(), first.encode()...)
	start := len(whole)
	whole = append(whole, second.encode()...)
	path := filepath.Join(t.TempDir(), File)
	for end := start; end < len(whole); end++ {
		if err := os.WriteFile(path, whole[:end], 0o666); err != nil {
			t.Fatal(err)
		}
		if err := Append(path, sample(2)); err != nil {
			t.Fatal(err)
		}
		got, warnings, err := Load(path)
		want := []Entry{first, sample(2)}
		if end == len(whole)-1 { // all but the end of the line
			want = []Entry{first, second, sample(2)}
		}
		torn := end >= start+len(firstLine) && end < len(whole)-1
		if err != nil || !reflect.DeepEqual(got, want) || (len(warnings) > 0) != torn {
			t.Fatalf("cut %d bytes into an entry of %d: %d entries, warnings %v, %v", end-start, len(whole)-start, len(got), warnings, err)
		}
	}
}

func TestWritersDoNotMix(t *testing.T) {
	path := filepath.Join(t.TempDir(), File)
	var writers sync.WaitGroup
	for i := range 40 {
		writers.Go(func() {
			if err := Append(path, sample(i)); err != nil {
				t.Error(err)
			}
		})
	}
	writers.Wait()
	got, warnings, err := Load(path)
	if len(got) != 40 || len(warnings) > 0 || err != nil {
		t.Errorf("%d entries of 40, %v, %v", len(got), warnings, err)
	}
	text, err := os.ReadFile(path)
	if n := bytes.Count(text, []byte("Unit time-ratio better")); n != 1 || err != nil {
		t.Errorf("the units stand %d times in the file, %v", n, err)
	}
}

// What an entry names cannot become lines of its own.
func TestHostileNamesStayNames(t *testing.T) {
	e := sample(0)
	e.Host = "x\ncommit: 0000000"
	e.Results[0].Name = "A 1 5 ns/op\n" + lastLine + "1\nBenchmarkB"
	e.Results[0].Package = "p\x1b[31m\u202e q"
	e.Identical = []string{"a\nb c"}
	got, warnings, err := Read(bytes.NewReader(e.encode()), "x")
	if err != nil || len(warnings) > 0 || len(got) != 1 || got[0].Commit != e.Commit || len(got[0].Results) != 4 || len(got[0].Identical) != 1 {
		t.Errorf("loaded %+v, %v, %v", got, warnings, err)
	}
}

func TestWarningsNameTheLineOfTheDamage(t *testing.T) {
	good := string(sample(0).encode())
	for name, text := range map[string]string{
		"count":   strings.Replace(good, lastLine+"3", lastLine+"4", 1),
		"hash":    strings.Replace(good, "base: ", "base: z", 1),
		"time":    strings.Replace(good, "time: 2026", "time: then", 1),
		"blocks":  strings.Replace(good, "blocks: 22", "blocks: -1", 1),
		"garbage": strings.Replace(good, "BenchmarkParse 1", "BenchmarkParse", 1),
		"huge":    strings.Replace(good, "host: ", "host: "+strings.Repeat("x", maxEntry), 1),
	} {
		got, warnings, err := Read(strings.NewReader("# a remark\n"+text+good), "f")
		if err != nil || len(got) != 1 || len(warnings) != 1 || !strings.HasPrefix(warnings[0].Error(), "f: skipped the comparison in line 2: ") {
			t.Errorf("%s: %d entries, warnings %.300q, %v", name, len(got), warnings, err)
		}
	}
	_, warnings, _ := Read(strings.NewReader(strings.Repeat(firstLine+"\n", 1000)), "f")
	if len(warnings) != maxWarnings || !strings.Contains(warnings[maxWarnings-1].Error(), "996 more") {
		t.Errorf("the warnings of a thousand damaged entries are %q", warnings)
	}
}

// Whoever reads the benchmark format reads a history.
func TestBenchfmtReadsAHistory(t *testing.T) {
	r := benchfmt.NewReader(bytes.NewReader(append(units(), sample(0).encode()...)), "x")
	n := 0
	for r.Scan() {
		switch rec := r.Result().(type) {
		case *benchfmt.SyntaxError:
			t.Error(rec)
		case *benchfmt.Result:
			n++
			if rec.GetConfig("commit") != hashOf(1) || rec.GetConfig("base") != hashOf(0) {
				t.Errorf("%s is of %q against %q", rec.Name, rec.GetConfig("commit"), rec.GetConfig("base"))
			}
		}
	}
	if better := r.Units().GetBetter("speedup-ratio"); n != 3 || better != 1 {
		t.Errorf("%d results; a speedup is better in direction %d", n, better)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(append(units(), sample(0).encode()...))
	f.Add([]byte(firstLine + "\nbase: 1234567\ncommit: 7654321\nidentical: a\npkg:\n" + lastLine + "0\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		entries, _, err := Read(bytes.NewReader(text), "f")
		if err != nil {
			t.Fatal(err)
		}
		var again bytes.Buffer
		for _, e := range entries {
			again.Write(e.encode())
		}
		same, warnings, err := Read(&again, "again")
		if err != nil || len(warnings) > 0 || len(same) != len(entries) {
			t.Fatalf("of %d entries %d are read again: %v, %v", len(entries), len(same), warnings, err)
		}
		if err := Build(entries, Options{}).WriteText(&again); err != nil {
			t.Fatal(err)
		}
	})
}
