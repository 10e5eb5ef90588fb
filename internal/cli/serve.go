package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"overlap/internal/table"
)

// serve shows the page of one run until ctx ends, which is no error. It listens
// on the loopback only: a result file names the machine and its user's folders.
func (c *reportCmd) serve(ctx context.Context, s *streams) error {
	if len(c.Files) > 1 {
		return errors.New("--serve shows one run: name one file")
	}
	if c.Output != "" {
		return errors.New("--serve writes no files: leave out -o, or --serve")
	}
	if err := servable(c.Files[0]); err != nil {
		return c.suggest(err)
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(int(c.Port))))
	if err != nil {
		return fmt.Errorf("--port %d: %w; another port may be free, and without --port a free one is taken", c.Port, err)
	}
	l := &live{path: c.Files[0], say: func(text string) { fmt.Fprintln(s.err, text) }}
	fmt.Fprintf(s.out, "%s: http://%s/ (Ctrl-C ends it)\n", table.Printable(c.Files[0]), listener.Addr())
	fmt.Fprintln(s.err, "note: while a page is open, drawing takes up to a twentieth of a core, and the browser some, from what is measured on this machine")
	return serveUntil(ctx, listener, l)
}

// servable says what is wrong with a file that cannot be shown while it grows.
func servable(path string) error {
	if path == "-" {
		return errors.New("--serve looks at a file again and again, which standard input does not allow: name a file")
	}
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("result file: %w", err)
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("--serve: %s is no regular file: name the .txt file of a run", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("result file: %w", err)
	}
	defer f.Close()
	magic := make([]byte, 2)
	if _, err := io.ReadFull(f, magic); err == nil && string(magic) == "\x1f\x8b" {
		return fmt.Errorf("--serve shows a file that may grow, and %s is gzip, which cannot: unpack it with gunzip -k, or leave out --serve", path)
	}
	if magic[0] == '{' {
		return fmt.Errorf("--serve shows a file in the Go benchmark format, and %s is JSON, as of go test -json: leave out --serve", path)
	}
	return nil
}

// serveUntil answers until ctx ends.
func serveUntil(ctx context.Context, listener net.Listener, l *live) error {
	server := &http.Server{
		Handler:           guard(listener.Addr().(*net.TCPAddr).Port, l.handler()),
		ReadHeaderTimeout: 5 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          log.New(io.Discard, "", 0), // of what clients send that is no HTTP
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return fmt.Errorf("--serve: %w", err)
	case <-ctx.Done():
	}
	// A browser keeps connections that it does not use; what is being sent gets
	// a second.
	polite, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	if err := server.Shutdown(polite); err != nil {
		_ = server.Close() // the rest is cut; nothing is lost by it
	}
	<-ended
	return nil
}

// handler answers what can be asked for, by GET and HEAD; the patterns refuse
// other methods.
func (l *live) handler() http.Handler {
	mux := http.NewServeMux()
	send := func(pattern, kind string, body func(view) []byte) {
		mux.HandleFunc("GET "+pattern, func(w http.ResponseWriter, r *http.Request) {
			v := l.view()
			answer(w, r, kind, v.version, body(v))
		})
	}
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		v := l.view()
		w.Header().Set("Content-Security-Policy", "frame-ancestors 'none'") // the page says the rest itself
		answer(w, r, "text/html; charset=utf-8", v.version, v.page)
	})
	send("/report.json", "application/json", func(v view) []byte { return v.json })
	send("/live.js", "text/javascript; charset=utf-8", func(view) []byte { return liveScript })
	mux.HandleFunc("GET /{picture}", func(w http.ResponseWriter, r *http.Request) {
		v := l.view()
		name, ok := strings.CutSuffix(r.PathValue("picture"), ".svg")
		if picture := v.pictures[name]; ok && picture != nil {
			answer(w, r, "image/svg+xml", v.version, picture)
			return
		}
		http.NotFound(w, r)
	})
	return mux
}

// answer sends a body, or that it has not changed.
func answer(w http.ResponseWriter, r *http.Request, kind, version string, body []byte) {
	w.Header().Set("ETag", `"`+version+`"`)
	w.Header().Set("Content-Type", kind)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}

// guard refuses requests under another name than the machine's own: a page of a stranger may have its name lead here (DNS
// rebinding), and would be told everything.
func guard(port int, next http.Handler) http.Handler {
	names := map[string]bool{}
	for _, name := range []string{"127.0.0.1", "localhost", "[::1]"} {
		names[fmt.Sprintf("%s:%d", name, port)] = true
		names[name] = port == 80 // which browsers leave out
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for key, value := range map[string]string{
			"Content-Security-Policy":      "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
			"X-Content-Type-Options":       "nosniff",
			"Referrer-Policy":              "no-referrer",
			"Cross-Origin-Resource-Policy": "same-origin",
			"Cache-Control":                "no-store",
		} {
			w.Header().Set(key, value)
		}
		if !names[strings.ToLower(r.Host)] {
			http.Error(w, "this server answers to localhost and 127.0.0.1 only", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}
