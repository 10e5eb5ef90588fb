package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"overlap/bench/sweep"
	"overlap/internal/sampling"
	"overlap/report"
	"overlap/report/analyse"
)

// A run says every row once, when it is known: those of a block the best known first, none
// in the first rounds.
func TestRowsAreSaidOnce(t *testing.T) {
	text := referenceRun(t)
	path := filepath.Join(t.TempDir(), "run.txt")
	var said strings.Builder
	r := &rows{path: path, bar: newProgress(&said), said: map[string]bool{}}
	look := func(text []byte, round int) []string {
		t.Helper()
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		said.Reset()
		r.next = time.Time{}
		r.look([]sweep.Entry{{Round: round}})
		return slices.Collect(strings.Lines(said.String()))
	}
	all := knownRows(t, text)
	begin, first := text, all
	for len(first) > len(all)/2 { // until the first look finds some, and the second others
		i := bytes.LastIndex(begin, []byte(`# turns: {"round":`))
		if i < 0 {
			t.Fatalf("the first block makes %d of %d rows known", len(first), len(all))
		}
		begin = begin[:i]
		first = knownRows(t, begin)
	}
	if len(first) < 2 {
		t.Fatalf("of the %d known rows, %d are known in the first rounds", len(all), len(first))
	}
	rest := slices.DeleteFunc(slices.Clone(all), func(name string) bool { return slices.Contains(first, name) })
	for _, c := range []struct {
		text  []byte
		round int
		want  []string
	}{
		{begin, sampling.MinBlocks - 1, nil},
		{begin, sampling.MinBlocks, first},
		{begin, sampling.MinBlocks, nil},
		{text, 12, rest},
		{text, 12, nil},
	} {
		var got []string
		for _, line := range look(c.text, c.round) {
			name, gains, _ := strings.Cut(line, ": ")
			if !strings.HasPrefix(gains, "G_c ") || !strings.Contains(gains, ", G_p ") {
				t.Errorf("a line without the gains: %q", line)
			}
			got = append(got, name)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("after %d bytes, in round %d: said %q, want %q", len(c.text), c.round, got, c.want)
		}
	}
}

// A look that comes too early is left out, and made up for at the end. There is none when
// nothing is left to say.
func TestLooksAreFew(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.txt")
	if err := os.WriteFile(path, referenceRun(t), 0o600); err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	r := &rows{path: path, bar: newProgress(&said), said: map[string]bool{}, next: time.Now().Add(time.Hour)}
	entries := []sweep.Entry{{Round: sampling.MinBlocks}}
	r.look(entries)
	if said.Len() > 0 {
		t.Errorf("looked before its time: %q", said.String())
	}
	r.finish()
	if said.Len() == 0 {
		t.Error("no look at the end")
	}
	r.next = time.Time{}
	if r.look(entries); !r.next.IsZero() {
		t.Error("looked again when all rows were said")
	}
	r = &rows{path: path, bar: newProgress(&said), said: map[string]bool{}}
	r.look(entries)
	if r.next.IsZero() {
		t.Error("the next look may come at once")
	}
	said.Reset()
	if r.finish(); said.Len() > 0 {
		t.Errorf("a second look at the same: %q", said.String())
	}
}

// referenceRun is the result file of the reference run.
func referenceRun(t *testing.T) []byte {
	t.Helper()
	files, err := filepath.Glob("../../results/reference/*.txt")
	if err != nil || len(files) != 1 {
		t.Fatalf("reference runs: %q (%v)", files, err)
	}
	text, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// knownRows are the names of the rows of a result file that have enough samples, the best
// known first.
func knownRows(t *testing.T, text []byte) (names []string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "part.txt")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	known := slices.DeleteFunc(analysisOf(t, path).Rows, func(r analyse.Row) bool { return !r.Known() })
	slices.SortFunc(known, func(a, b analyse.Row) int {
		if a.Speedup.High*b.Speedup.Value < b.Speedup.High*a.Speedup.Value {
			return -1
		}
		return 1
	})
	for _, r := range known {
		names = append(names, r.Name())
	}
	return names
}

func analysisOf(t *testing.T, path string) *report.Analysis {
	t.Helper()
	data, err := report.Read(report.Input{Paths: []string{path}})
	if err != nil {
		t.Fatal(err)
	}
	return report.Analyze(data)
}

// Who has wide intervals hears why: others of this machine, or of its host.
func TestDisturbedTurnsAreTold(t *testing.T) {
	for d, want := range map[sweep.Disturbed]string{
		{}:                              "",
		{Turns: 10, Others: 2, Slow: 2}: "",
		{Turns: 200, Slow: 141}:         "note: in 71 % of the turns a CPU was slower",
		{Turns: 10, Others: 3}:          "note: in 30 % of the turns other programs had",
	} {
		var text bytes.Buffer
		printDisturbed(&text, d)
		if got := text.String(); !strings.HasPrefix(got, want) || got != "" && (want == "" || strings.Count(got, "\n") != 1) {
			t.Errorf("%+v: %q", d, got)
		}
	}
}
