package cli

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"overlap/bench/sweep"
	"overlap/internal/durable"
)

const firstPoint = "kinds: Ep=cpu\nBenchmarkEp/executor=pool/workers=1/cores=1 1 10 ns/op\n"

// growing is a result file that a test writes as a sweep would.
type growing struct {
	t    *testing.T
	path string
}

func newGrowing(t *testing.T, text string) growing {
	t.Helper()
	g := growing{t, filepath.Join(t.TempDir(), "run.txt")}
	g.replace(text)
	return g
}

func (g growing) add(text string) {
	g.t.Helper()
	f, err := os.OpenFile(g.path, os.O_WRONLY|os.O_APPEND, 0o666)
	if err != nil {
		g.t.Fatal(err)
	}
	if _, err := f.WriteString(text); err != nil {
		g.t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		g.t.Fatal(err)
	}
}

// replace puts another file in its place, at once: who reads it while it is written anew
// may find it empty.
func (g growing) replace(text string) {
	g.t.Helper()
	next := g.path + ".next"
	if err := errors.Join(os.WriteFile(next, []byte(text), 0o666), os.Rename(next, g.path)); err != nil {
		g.t.Fatal(err)
	}
}

// watched is a report --watch that runs in the bubble of a test.
type watched struct {
	growing
	out, err strings.Builder
	ended    chan error
	stop     context.CancelCauseFunc
}

func watchFile(t *testing.T, text string) *watched {
	t.Helper()
	w := &watched{growing: newGrowing(t, text), ended: make(chan error, 1)}
	w.start()
	return w
}

func (w *watched) start() {
	ctx, stop := context.WithCancelCause(w.t.Context())
	w.stop = stop
	go func() {
		c := reportCmd{Watch: true, Files: []string{w.path}}
		w.ended <- c.Run(ctx, &streams{&w.out, &w.err})
	}()
	rest()
}

// rest is longer than any pause.
func rest() { time.Sleep(time.Hour) }

func (w *watched) page() string {
	w.t.Helper()
	text, err := os.ReadFile(filepath.Join(filepath.Dir(w.path), "report", "index.html"))
	if err != nil {
		w.t.Fatal(err)
	}
	return string(text)
}

// end interrupts the watch and checks that the page no longer reloads itself.
func (w *watched) end() {
	w.t.Helper()
	w.stop(sweep.ErrInterrupted)
	if err := <-w.ended; !errors.Is(err, sweep.ErrInterrupted) {
		w.t.Errorf("it ended with %v", err)
	}
	if page := w.page(); strings.Contains(page, `data-refresh="`) || strings.Contains(page, `http-equiv="refresh"`) {
		w.t.Error("the last page reloads itself")
	}
}

func holds(t *testing.T, body string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(body, want) {
			t.Fatalf("no %q in\n%.2000s", want, body)
		}
	}
}

func TestWatchFollowsTheFile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := watchFile(t, "")
		w.add("kinds: Ep=cpu\nBenchmarkEp/executor=pool/workers=2/cores=1 1 10 ns/op\nBenchmarkEp/exec")
		rest()
		if _, err := os.Stat(filepath.Join(filepath.Dir(w.path), "report")); err == nil {
			t.Error("there is a report without a row")
		}
		w.add("utor=pool/workers=1/cores=1 1 10 ns/op\n")
		rest()
		first := w.page()
		holds(t, first, `<section id="ep"`, ` data-refresh="2"`, `<noscript><meta http-equiv="refresh" content="2"/></noscript>`)
		w.add("BenchmarkEp/executor=pool/workers=1/cores=1 1 10 ns/op 7") // a line that is damaged so far
		rest()
		if w.page() != first {
			t.Error("half a line changed the page")
		}
		w.replace(firstPoint + "BenchmarkEp/executor=pool/workers=1/cores=2-2 1 5 ns/op\n")
		rest()
		if second := w.page(); second == first {
			t.Error("the page did not change")
		}
		w.end()
		if notes := w.err.String(); strings.Count(notes, "note: ") != 2 || !strings.Contains(notes, "waiting for the first rows: ") || !strings.Contains(notes, "index.html reloads itself") {
			t.Errorf("it printed %s", notes)
		}
	})
}

// Random bytes instead of a good file, and no file, leave the good page, with a line
// that says since when; a good file in its place takes over.
func TestWatchedPageOutlivesItsFile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := watchFile(t, firstPoint)
		good := w.page()
		w.replace("\x8e<script>\x1b[31m\n")
		rest()
		bad := w.page()
		holds(t, bad, `<section id="ep"`, `<p class="notes" role="alert">The file cannot be read since `, "so this page stays as it was: ", "it has no results")
		rest()
		if w.page() != bad {
			t.Error("the page changes while the file stays damaged")
		}
		away := w.path + ".away"
		if err := os.Rename(w.path, away); err != nil {
			t.Fatal(err)
		}
		rest()
		holds(t, w.page(), `<section id="ep"`, "so this page stays as it was: result file: ")
		w.replace(firstPoint)
		rest()
		if w.page() != good {
			t.Error("the page is another than before, with the same file")
		}
		w.end()
		if notes := w.err.String(); strings.Count(notes, "the page stays as it was") != 2 || strings.Contains(notes, "\x1b") {
			t.Errorf("it printed %s", notes)
		}
	})
}

// A run holds the lock of its file until it has made its recordings: then the report
// is the usual one.
func TestWatchEndsWithTheRun(t *testing.T) {
	trace, err := os.ReadFile("../../report/testdata/1core.trace")
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		w := &watched{growing: newGrowing(t, "# plan: {}\n"+firstPoint), ended: make(chan error, 1)}
		run, err := os.Open(w.path)
		if err != nil {
			t.Fatal(err)
		}
		if durable.TryLock(run); !mayGrow(w.path) {
			t.Error("the run that holds the lock has ended")
		}
		w.start()
		holds(t, w.page(), ` data-refresh="`)
		if err := os.WriteFile(strings.TrimSuffix(w.path, ".txt")+".1core.trace", trace, 0o666); err != nil {
			t.Fatal(err)
		}
		rest()
		holds(t, w.page(), ` data-refresh="`, "Two queues of customers")
		if _, known := durable.Locked(run); !known {
			t.Skip("nobody knows here whether a file is locked")
		}
		if err := run.Close(); err != nil {
			t.Fatal(err)
		}
		if err := <-w.ended; err != nil || strings.Contains(w.page(), ` data-refresh="`) || !strings.Contains(w.out.String(), "\nreport: ") {
			t.Errorf("%v: %s", err, w.out.String())
		}
	})
}

// Drawing may take a twentieth of a core, so a long look is followed by a long
// pause. The clock of the bubble stands still while the report is drawn, but not
// while a note is printed.
func TestLongLookIsFollowedByLongPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		w := watcher{path: newGrowing(t, firstPoint).path, dir: reportDir(t.TempDir()), say: func(string) { time.Sleep(10 * time.Second) }}
		pause := func() time.Duration { return max(watchPause, (watchShare-1)*time.Since(began)) }
		if err := w.look(t.Context(), pause); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(filepath.Join(string(w.dir), "index.html"))
		if err != nil {
			t.Fatal(err)
		}
		holds(t, string(text), ` data-refresh="190"`)
	})
}

func TestWatchRefusesWhatCannotGrow(t *testing.T) {
	dir := t.TempDir()
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	if _, err := z.Write([]byte(firstPoint)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	packed := filepath.Join(dir, "run.txt.gz")
	if err := os.WriteFile(packed, zipped.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"-":                            "standard input does not allow: name a file",
		dir:                            "is not a regular file: name the .txt file of a run",
		packed:                         "unpack it with gunzip -k",
		filepath.Join(dir, "none.txt"): "result file: ",
	} {
		var errs strings.Builder
		if code := Main(t.Context(), []string{"report", "--watch", path}, new(strings.Builder), &errs); code != 1 || !strings.Contains(errs.String(), want) {
			t.Errorf("%s: exit %d: %s", path, code, errs.String())
		}
	}
}
