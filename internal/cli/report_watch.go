package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"overlap/internal/durable"
	"overlap/internal/table"
	"overlap/report"
	"overlap/report/load"
	"overlap/report/page"
	"overlap/report/trace"
)

// Drawing uses at most a twentieth of one core, because the run measures on it. Drawing
// again before the next sample has ended would show nothing new.
const (
	watchPause = 2 * time.Second
	watchShare = 20
)

// watch keeps the report of a growing result file up to date. It ends when the run
// that writes the file ends, with the usual report, or when ctx ends: then the page
// stays as it is, and no longer reloads itself.
func (c *reportCmd) watch(ctx context.Context, s *streams) error {
	if len(c.Files) > 1 {
		return errors.New("--watch shows one run: name one file")
	}
	if c.Filter != "" || c.Row != "" || c.Col != "" || c.Numbers != "" {
		return errors.New("--filter, --row, --col and --name-numbers do not go with --watch, which shows one run as it is")
	}
	path := c.Files[0]
	if err := watchable(path); err != nil {
		return c.suggest(err)
	}
	w := watcher{path: path, dir: c.directory(), say: func(text string) { notef(s.err, "%s", text) }}
	if err := w.dir.check("report.json", "index.html"); err != nil {
		return err
	}
	for mayGrow(path) {
		began := time.Now()
		pause := func() time.Duration { return max(watchPause, (watchShare-1)*time.Since(began)) }
		if err := w.look(ctx, pause); err != nil {
			return errors.Join(err, w.settle(ctx))
		}
		select {
		case <-ctx.Done():
			return errors.Join(context.Cause(ctx), w.settle(ctx))
		case <-time.After(pause()):
		}
	}
	return c.report(ctx, s)
}

// watchable says what is wrong with a file that cannot be read again and again.
func watchable(path string) error {
	if path == "-" {
		return errors.New("--watch reads a file again and again, which standard input does not allow: name a file")
	}
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("result file: %w", err)
	}
	if !info.Mode().IsRegular() { // reading a pipe would never end
		return fmt.Errorf("--watch: %s is not a regular file: name the .txt file of a run", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("result file: %w", err)
	}
	defer f.Close()
	head := make([]byte, 2)
	if _, err := io.ReadFull(f, head); err == nil && string(head) == "\x1f\x8b" {
		return fmt.Errorf("--watch shows a file that grows, and %s is gzip, which cannot grow: unpack it with gunzip -k, or leave out --watch", path)
	}
	return nil
}

// mayGrow reports whether somebody may still write to a result file. A run of overlap
// holds the file's lock until it has ended; whether another program writes is unknown.
func mayGrow(path string) bool {
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return true // the file may come back
	}
	f, err := os.Open(path)
	if err != nil {
		return true
	}
	defer f.Close()
	const plan = "# plan: "
	head := make([]byte, len(plan))
	if _, err := io.ReadFull(f, head); err != nil || string(head) != plan {
		return true
	}
	held, known := durable.Locked(f)
	return held || !known
}

// watcher is the report of a file that grows.
type watcher struct {
	path string
	dir  reportDir
	say  func(string) // prints a note

	seen    string // the stamp of what was read last
	last    *draft // what could be drawn last
	trouble string // why the file cannot be read now
	since   time.Time
}

// look writes the report again if the file or a recording beside it has changed.
// A file that cannot be read leaves the last report, with a line that says so. An
// error is about writing.
func (w *watcher) look(ctx context.Context, pause func() time.Duration) error {
	d, err := w.read()
	switch {
	case err == nil && d == nil:
		return nil
	case err == nil:
		if w.last == nil {
			w.say(fmt.Sprintf("%s reloads itself while the run goes on (Ctrl-C ends it)", table.Printable(filepath.Join(string(w.dir), "index.html"))))
		}
		w.last, w.trouble = d, ""
	case w.trouble == printable(err):
		return nil
	case w.last == nil:
		if w.trouble == "" {
			w.say("waiting for the first rows: " + printable(err))
		}
		w.trouble = printable(err)
		return nil
	default:
		if w.trouble == "" {
			w.since = time.Now()
		}
		w.trouble = printable(err)
		w.say(w.trouble + ": the page stays as it was until the file can be read")
	}
	return w.write(ctx, page.Options{Refresh: pause()})
}

func (w *watcher) write(ctx context.Context, o page.Options) error {
	if w.trouble != "" {
		o.Alert = fmt.Sprintf("The file cannot be read since %s, so this page stays as it was: %s", w.since.Format(time.DateTime), w.trouble)
	}
	files, err := w.last.files(o)
	if err != nil {
		return err
	}
	return w.dir.store(ctx, files)
}

// settle writes the last page again as one that does not reload itself, also
// after ctx has ended.
func (w *watcher) settle(ctx context.Context) error {
	if w.last == nil {
		return nil
	}
	return w.write(context.WithoutCancel(ctx), page.Options{})
}

// read draws the file up to its last line break, because a sweep may be writing
// the line after that. It returns nil if nothing has changed.
func (w *watcher) read() (*draft, error) {
	now, err := stamp(w.path)
	if err != nil {
		w.seen = "" // a file that comes back as it was is read again
		return nil, err
	}
	if now == w.seen {
		return nil, nil
	}
	w.seen = now
	text, err := os.ReadFile(w.path)
	if err != nil {
		return nil, fmt.Errorf("result file: %w", err)
	}
	d, err := load.Read(bytes.NewReader(text[:bytes.LastIndexByte(text, '\n')+1]), w.path)
	if err != nil {
		return nil, err
	}
	recordings, warnings := trace.ReadRecordings(d.Files)
	d.Recordings, d.Warnings = recordings, append(d.Warnings, warnings...)
	a := report.Analyze(d)
	if len(a.Rows) == 0 {
		return nil, fmt.Errorf("%s: %w", w.path, errors.Join(a.Warnings...))
	}
	return newDraft(a, nil, accountsOf(a, true))
}

// stamp changes whenever the file or a recording beside it does: a run makes the
// recordings after its last sample, when the file does not grow any more.
func stamp(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", fmt.Errorf("result file: %w", err)
	}
	if !info.Mode().IsRegular() {
		return "", fmt.Errorf("result file: %s is not a regular file", path)
	}
	text := fmt.Sprint(info.Size(), info.ModTime())
	recordings, err := trace.RecordingFiles(path)
	if err != nil {
		return "", err
	}
	for _, recording := range recordings {
		if info, err := os.Stat(recording); err == nil { // the page says what is wrong with others
			text += fmt.Sprintf("\n%s %d %v", recording, info.Size(), info.ModTime())
		}
	}
	return text, nil
}
