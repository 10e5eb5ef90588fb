package cli

import (
	"bufio"
	"context"
	"fmt"
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

const firstPoint = "kinds: Ep=cpu\nBenchmarkEp/executor=pool/workers=1/cores=1 1 10 ns/op\n"

// growing is a result file that a test writes as a sweep would.
type growing struct {
	t    *testing.T
	path string
}

func newGrowing(t *testing.T, text string) growing {
	t.Helper()
	g := growing{t, filepath.Join(t.TempDir(), "run.txt")}
	g.write(os.O_CREATE, text)
	return g
}

func (g growing) write(flag int, text string) {
	g.t.Helper()
	f, err := os.OpenFile(g.path, os.O_WRONLY|flag, 0o666)
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

func (g growing) add(text string) { g.write(os.O_APPEND, text) }

// get asks the handler for a path.
func get(t *testing.T, h http.Handler, path string) (body, etag string) {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	if w.Code != http.StatusOK {
		t.Fatalf("%s: %d", path, w.Code)
	}
	return w.Body.String(), w.Header().Get("ETag")
}

// rested is longer than any look is followed by.
func rested() { time.Sleep(time.Hour) }

func holds(t *testing.T, body string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(body, want) {
			t.Fatalf("no %q in\n%.2000s", want, body)
		}
	}
}

func TestServedPageFollowsTheFile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newGrowing(t, "")
		var said []string
		l := &live{path: f.path, say: func(text string) { said = append(said, text) }}
		h := l.handler()

		body, empty := get(t, h, "/")
		holds(t, body, "Waiting for the first round", "So far: 0 samples of 0 points", `src="live.js"`)

		f.add("kinds: Ep=cpu\nBenchmarkEp/executor=pool/workers=2/cores=1 1 10 ns/op\nBenchmarkEp/exec")
		rested()
		body, some := get(t, h, "/")
		holds(t, body, "So far: 1 sample of 1 point", "no measurement with 1 worker on 1 core")
		if some == empty {
			t.Error("a page with other numbers has the same ETag")
		}

		f.add("utor=pool/workers=1/cores=1 1 10 ns/op\n")
		rested()
		body, row := get(t, h, "/")
		holds(t, body, `<section id="ep"`, "default-src &#39;none&#39;", "connect-src &#39;self&#39;")
		if json, etag := get(t, h, "/report.json"); !strings.Contains(json, `"samples": 2,`) || etag != row {
			t.Errorf("%s %.300s", etag, json)
		}

		f.add("BenchmarkEp/executor=pool/workers=1/cores=1 1 10 ns/op 7") // a line that is damaged so far
		rested()
		if _, etag := get(t, h, "/"); etag != row {
			t.Error("half a line changed the page")
		}
		if len(said) != 0 {
			t.Errorf("it said %q", said)
		}
	})
}

func TestServedPageStaysWhileTheFileCannotBeRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newGrowing(t, "BenchmarkEp/executor=pool/workers=1/cores=1 1 10\n")
		var said []string
		l := &live{path: f.path, say: func(text string) { said = append(said, text) }}
		h := l.handler()
		body, _ := get(t, h, "/")
		holds(t, body, "No results yet", "The file cannot be read yet", "line 1 is damaged")
		if json, _ := get(t, h, "/report.json"); json != "null\n" {
			t.Errorf("JSON of a file that cannot be read: %s", json)
		}

		f.write(os.O_TRUNC, firstPoint)
		rested()
		body, good := get(t, h, "/")
		holds(t, body, `<section id="ep"`)

		f.add("BenchmarkEp/executor=pool/workers=1/cores=1 1 10\n")
		rested()
		since := "The file cannot be read since " + time.Now().Format(time.DateTime)
		body, bad := get(t, h, "/")
		holds(t, body, `<section id="ep"`, since, "line 3 is damaged")
		for range 3 {
			rested()
			if _, etag := get(t, h, "/"); etag != bad {
				t.Fatal("the page changes while the file stays damaged")
			}
		}
		whole := f.path + ".whole"
		if err := os.Rename(f.path, whole); err != nil {
			t.Fatal(err)
		}
		rested()
		body, _ = get(t, h, "/")
		holds(t, body, `<section id="ep"`, since, "result file")
		if err := os.Truncate(whole, int64(len(firstPoint))); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(whole, f.path); err != nil {
			t.Fatal(err)
		}
		rested()
		if _, etag := get(t, h, "/"); etag != good {
			t.Error("the page is another than before, with the same file")
		}
		if len(said) != 3 || !strings.Contains(said[1], "line 3 is damaged") || !strings.Contains(said[2], "result file") {
			t.Errorf("it said %q, want each trouble once", said)
		}
	})
}

// Who reloads all the time must not make the server analyse all the time.
func TestServerLooksSeldom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newGrowing(t, firstPoint)
		h := (&live{path: f.path, say: func(string) {}}).handler()
		_, first := get(t, h, "/")
		f.add("BenchmarkEp/executor=pool/workers=2/cores=1 1 10 ns/op\n")
		time.Sleep(lookEvery - time.Millisecond)
		if _, etag := get(t, h, "/"); etag != first {
			t.Error("it looked again before its time")
		}
		time.Sleep(time.Millisecond)
		if _, etag := get(t, h, "/"); etag == first {
			t.Error("it did not look again")
		}
	})
}

// server runs overlap report --serve and returns its address and what ends it,
// which returns the exit code.
func server(t *testing.T, args ...string) (url string, end func() int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	out, in := io.Pipe()
	code := make(chan int, 1)
	go func() {
		code <- Main(ctx, append([]string{"report", "--serve"}, args...), in, io.Discard)
		in.Close()
	}()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("%v; exit code %d", err, <-code)
	}
	_, url, _ = strings.Cut(line, ": ")
	url, _, _ = strings.Cut(url, " ")
	return url, func() int {
		cancel()
		return <-code
	}
}

func TestServerOnlyShowsAndOnlyHere(t *testing.T) {
	f := newGrowing(t, firstPoint)
	url, end := server(t, f.path)
	port := strings.TrimSuffix(url[strings.LastIndexByte(url, ':')+1:], "/")
	if !strings.HasPrefix(url, "http://127.0.0.1:") {
		t.Errorf("it listens at %s", url)
	}
	etag := ""
	for _, c := range []struct {
		method, path, host, match string
		code                      int
		kind                      string
	}{
		{"GET", "", "", "", 200, "text/html; charset=utf-8"},
		{"HEAD", "", "", "", 200, "text/html; charset=utf-8"},
		{"GET", "", "localhost:" + port, "", 200, "text/html; charset=utf-8"},
		{"GET", "", "LOCALHOST:" + port, "", 200, "text/html; charset=utf-8"},
		{"GET", "", "[::1]:" + port, "", 200, "text/html; charset=utf-8"},
		{"GET", "", "", "current", 304, ""},
		{"HEAD", "", "", "current", 304, ""},
		{"GET", "", "", `"old", W/current, "other"`, 304, ""},
		{"GET", "", "", "*", 304, ""},
		{"GET", "", "", `"old"`, 200, "text/html; charset=utf-8"},
		{"GET", "report.json", "", "", 200, "application/json"},
		{"GET", "live.js", "", "", 200, "text/javascript; charset=utf-8"},
		{"GET", "gains.svg", "", "", 200, "image/svg+xml"},
		{"GET", "gains", "", "", 404, "text/plain; charset=utf-8"},
		{"GET", "nothing.svg", "", "", 404, "text/plain; charset=utf-8"},
		{"GET", "../../etc/passwd", "", "", 404, "text/plain; charset=utf-8"},
		{"GET", "", "evil.example:" + port, "", 403, "text/plain; charset=utf-8"},
		{"GET", "", "127.0.0.1", "", 403, "text/plain; charset=utf-8"},
		{"GET", "", "127.0.0.1.evil.example:" + port, "", 403, "text/plain; charset=utf-8"},
		{"POST", "", "", "", 405, "text/plain; charset=utf-8"},
		{"PUT", "report.json", "", "", 405, "text/plain; charset=utf-8"},
		{"DELETE", "", "", "", 405, "text/plain; charset=utf-8"},
		{"POST", "", "evil.example", "", 403, "text/plain; charset=utf-8"},
	} {
		name := fmt.Sprintf("%s /%s of %q", c.method, c.path, c.host)
		r, err := http.NewRequestWithContext(t.Context(), c.method, url+c.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = c.host
		c.match = strings.Replace(c.match, "current", etag, 1)
		if c.match != "" {
			r.Header.Set("If-None-Match", c.match)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil || answer.StatusCode != c.code || answer.Header.Get("Content-Type") != c.kind {
			t.Errorf("%s: %d %s %v, want %d %s", name, answer.StatusCode, answer.Header.Get("Content-Type"), err, c.code, c.kind)
		}
		if (len(body) == 0) != (c.method == "HEAD" || c.code == 304) {
			t.Errorf("%s: a body of %d bytes", name, len(body))
		}
		if c.code >= 400 && strings.Contains(string(body), "Ep") {
			t.Errorf("%s tells what the file holds: %s", name, body)
		}
		if c.code == 200 {
			etag = answer.Header.Get("ETag")
		}
		if n := answer.ContentLength; c.code == 200 && (n <= 0 || c.method == "GET" && n != int64(len(body))) {
			t.Errorf("%s: length %d of a body of %d bytes", name, n, len(body))
		}
		h := answer.Header
		if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Cache-Control") != "no-store" || h.Get("Referrer-Policy") != "no-referrer" ||
			h.Get("Cross-Origin-Resource-Policy") != "same-origin" || !strings.Contains(h.Get("Content-Security-Policy"), "frame-ancestors 'none'") {
			t.Errorf("%s: headers %v", name, h)
		}
	}
	var errs strings.Builder
	if code := Main(t.Context(), []string{"report", "--serve", "--port", port, f.path}, io.Discard, &errs); code != 1 || !strings.Contains(errs.String(), "--port "+port+": listen tcp4 127.0.0.1:"+port) || !strings.Contains(errs.String(), "without --port a free one is taken") {
		t.Errorf("a port in use: exit %d: %s", code, errs.String())
	}
	if code := end(); code != 0 {
		t.Errorf("exit %d after an interrupt", code)
	}
	if _, err := http.Get(url); err == nil {
		t.Error("it still answers")
	}
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(f.path), "*")); err != nil || len(left) != 1 {
		t.Errorf("it wrote files: %v %v", left, err)
	}
}

func TestColours(t *testing.T) {
	for _, c := range []struct {
		terminal bool
		env      string
		want     bool
	}{
		{true, "WT_SESSION=1", true},
		{false, "WT_SESSION=1", false},
		{true, "WT_SESSION=1 NO_COLOR=1", false},
		{true, "WT_SESSION=1 TERM=dumb", false},
		{false, "CLICOLOR_FORCE=1", true},
		{false, "CLICOLOR_FORCE=0", false},
		{false, "CLICOLOR_FORCE=1 NO_COLOR=1", false},
	} {
		env := map[string]string{}
		for pair := range strings.FieldsSeq(c.env) {
			key, value, _ := strings.Cut(pair, "=")
			env[key] = value
		}
		if got := coloured(c.terminal, func(key string) string { return env[key] }); got != c.want {
			t.Errorf("terminal %v with %s: colours %v", c.terminal, c.env, got)
		}
	}
}

// A pipe is as wide as COLUMNS says, where that can be.
func TestWidthOfAPipe(t *testing.T) {
	for text, want := range map[string]int{"": 0, "120": 120, "40": 40, "39": 0, "-1": 0, "x": 0, "10001": 0, "99999999999999999999": 0} {
		t.Setenv("COLUMNS", text)
		if got := terminalOf(new(strings.Builder)).Width; got != want {
			t.Errorf("COLUMNS=%s: %d, want %d", text, got, want)
		}
	}
}
