package cli

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestServedFileThatIsNoResultFile(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want string
	}{
		"prose":          {"# overlap\n\nIt measures.\n", "it has no results: it should be the output of overlap run or go test -bench"},
		"random bytes":   {"\x8e\x00\x01\n\xff\xfe\n", "it has no results"},
		"empty":          {"", "Waiting for the first round"},
		"blank":          {"\n\n", "Waiting for the first round"},
		"begun":          {"# plan: {}\ngo: go1.26\n", "Waiting for the first round"},
		"go test begun":  {"=== RUN   TestA\n--- PASS: TestA (0.00s)\ngoos: linux\n", "Waiting for the first round"},
		"plan in a book": {"once\n# plan: {}\n", "it has no results"},
	} {
		h := (&live{path: newGrowing(t, c.text).path, say: func(string) {}}).handler()
		body, _ := get(t, h, "/")
		if holds(t, body, c.want); strings.Contains(body, "Waiting for") == strings.Contains(body, "No results yet") {
			t.Errorf("%s: it says both, or none:\n%s", name, body)
		}
	}
}

// Random bytes instead of a good file, and no file, leave the good page, with a
// line that says since when; a new run in its place takes over.
func TestServedPageOutlivesItsFile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newGrowing(t, firstPoint)
		var said []string
		h := (&live{path: f.path, say: func(text string) { said = append(said, text) }}).handler()
		_, good := get(t, h, "/")
		away := f.path + ".away"
		for _, move := range [][2]string{{f.path, away}, {away, f.path}} {
			if err := os.Rename(move[0], move[1]); err != nil {
				t.Fatal(err)
			}
			rested()
			if _, etag := get(t, h, "/"); (etag == good) != (move[1] == f.path) {
				t.Errorf("%s moved to %s: the page is the good one: %v", move[0], move[1], etag == good)
			}
		}
		said = nil
		f.write(os.O_TRUNC, "\x8e<script>\x1b[31m\n")
		rested()
		since := time.Now().Format(time.DateTime)
		body, bad := get(t, h, "/")
		holds(t, body, `<section id="ep"`, "<main>\n<p class=\"notes\" role=\"alert\">The file cannot be read since "+since+", so this page stays as it was: ", "it has no results")
		if bad == good || strings.Count(body, "cannot be read since") != 1 {
			t.Error("the page that says so has the ETag of the other, or says so twice")
		}
		if json, _ := get(t, h, "/report.json"); !strings.Contains(json, `"samples": 1,`) {
			t.Errorf("%.300s", json)
		}
		f.write(os.O_TRUNC, "# plan: {}\n")
		rested()
		body, _ = get(t, h, "/")
		holds(t, body, "Waiting for the first round")
		f.write(os.O_TRUNC, "# plan: {}\n"+firstPoint)
		rested()
		body, _ = get(t, h, "/")
		if holds(t, body, `<section id="ep"`); strings.Contains(body, "cannot be read") {
			t.Error("it still says that the file cannot be read")
		}
		if len(said) != 1 || strings.Contains(said[0], "\x1b") {
			t.Errorf("it said %q", said)
		}
	})
}

func TestBannerHoldsNoMarkup(t *testing.T) {
	l := &live{path: "x", say: func(string) {}, good: &view{page: []byte("<main>\nold")}}
	v := l.without(errors.New("open <b>.txt\x1b[31m"))
	if page := string(v.page); !strings.Contains(page, "open &lt;b&gt;.txt\uFFFD[31m</p>\nold") {
		t.Errorf("%q", page)
	}
	if string(l.good.page) != "<main>\nold" {
		t.Error("the good page was changed")
	}
}

// Browsers leave out the port 80, and no other.
func TestGuardKnowsThePortThatIsLeftOut(t *testing.T) {
	for _, c := range []struct {
		port int
		host string
		want int
	}{
		{80, "localhost", 200}, {80, "127.0.0.1", 200}, {80, "[::1]", 200}, {80, "localhost:80", 200},
		{8080, "localhost", 403}, {8080, "localhost:80", 403}, {80, "example.com", 403}, {80, "", 403},
	} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Host = c.host
		guard(c.port, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})).ServeHTTP(w, r)
		if w.Code != c.want {
			t.Errorf("%q at port %d: %d, want %d", c.host, c.port, w.Code, c.want)
		}
	}
}

func TestErrorsAreNoTerminalCommands(t *testing.T) {
	dir := t.TempDir()
	packed := filepath.Join(dir, "\x1b[31mmiss\u202eing.txt")
	damaged := newGrowing(t, "BenchmarkEp/executor=\x1b]0;title\x07/workers=1/cores=1 1 5 ns/op\nBenchmarkEp/executor=x/workers=\x1b[2J/cores=1 1 5 ns/op\n").path
	for _, args := range [][]string{
		{"report", packed}, {"report", "--serve", packed}, {"report", damaged}, {"report", "--filter", "\x1b[31m:", damaged},
		{"report", "-o", filepath.Join(damaged, "\x1b[31m"), damaged}, {"report", "--no\x1b[31m"}, {"no\x1b[31m"},
	} {
		var out, errs strings.Builder
		if code := Main(t.Context(), args, &out, &errs); code == 0 || strings.ContainsAny(out.String()+errs.String(), "\x1b\x07\u202e") || !strings.Contains(errs.String(), "overlap: ") {
			t.Errorf("%q: exit %d: %q", args, code, out.String()+errs.String())
		}
	}
	if got := printable(errors.New("a:\n\tb\x1b\r\nc")); got != "a:\n    b\uFFFD\nc" {
		t.Errorf("%q: lines and indents are not kept", got)
	}
}

func TestWarningsOfCSVAreOneLineEach(t *testing.T) {
	f := newGrowing(t, firstPoint+"BenchmarkX\x1b[31m-8 1 5 ns/op\n")
	var errs strings.Builder
	if code := Main(t.Context(), []string{"report", "--csv", f.path}, io.Discard, &errs); code != 0 || strings.Contains(errs.String(), "\x1b") {
		t.Errorf("exit %d: %q", code, errs.String())
	}
	for line := range strings.Lines(errs.String()) {
		if !strings.HasPrefix(line, "warning: ") {
			t.Errorf("%q", line)
		}
	}
}
