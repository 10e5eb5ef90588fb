package cli

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"errors"
	"fmt"
	"html"
	"html/template"
	"os"
	"regexp"
	"sync"
	"time"

	"overlap/internal/table"
	"overlap/report"
	"overlap/report/chart"
	"overlap/report/page"
)

// live is the report of a result file that may still grow. It looks at the
// file only when somebody asks, so that a run without a reader is not disturbed.
type live struct {
	path string
	say  func(string) // tells whoever started the server that the file became unreadable

	mu      sync.Mutex
	next    time.Time // before which the file is not looked at again
	file    string    // stamps of the file and its recordings when they were last read
	shown   view
	good    *view     // of the file when it could last be read
	since   time.Time // that it cannot be read
	trouble string    // last said
}

// stamps tell whether the file or a recording beside it has changed: a run makes
// the recordings after its last sample, when the file does not change any more.
func stamps(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", fmt.Errorf("result file: %w", err)
	}
	if !info.Mode().IsRegular() { // reading a pipe would never end
		return "", fmt.Errorf("result file: %s is no regular file", path)
	}
	text := fmt.Sprint(info.Size(), info.ModTime())
	recordings, err := report.RecordingFiles(path)
	if err != nil {
		return "", err
	}
	for _, recording := range recordings {
		if info, err := os.Stat(recording); err == nil { // of others the page says what is wrong
			text += fmt.Sprintf("\n%s %d %v", recording, info.Size(), info.ModTime())
		}
	}
	return text, nil
}

// view is what a browser may ask for. It is replaced, never changed.
type view struct {
	version    string // differs whenever the page does
	page, json []byte
	pictures   map[string][]byte // charts over all rows, as SVG, by name
}

// Looking again takes at most a twentieth of one core, which others measure on,
// and is worth nothing sooner than a sample takes.
const (
	lookEvery = 2 * time.Second
	lookShare = 20
)

// view returns the newest view that may be had now. Who asks while another asks
// waits for the same view: two analyses at once would disturb the run twice.
func (l *live) view() view {
	l.mu.Lock()
	defer l.mu.Unlock()
	began := time.Now()
	if began.Before(l.next) {
		return l.shown
	}
	l.look()
	ended := time.Now()
	l.next = ended.Add(max(lookEvery, (lookShare-1)*ended.Sub(began)))
	return l.shown
}

// look makes a view of the file, if it has changed. What cannot be read or drawn
// leaves the last good view as it is, but for a line that says so.
func (l *live) look() {
	text, err := l.read()
	if err == nil && text == nil {
		return
	}
	var v view
	if err == nil {
		v, err = viewOf(text, l.path)
	}
	if err != nil {
		l.show(l.without(err))
		return
	}
	l.good, l.trouble = &v, ""
	l.show(v)
}

func (l *live) show(v view) {
	v.version = fmt.Sprintf("%x", sha256.Sum256(v.page))
	l.shown = v
}

// without is the view while the file cannot be read.
func (l *live) without(err error) view {
	if l.trouble == "" {
		l.since = time.Now()
	}
	if trouble := printable(err); l.trouble != trouble {
		l.trouble = trouble
		l.say("note: " + trouble + ": the page stays as it was until the file can be read")
	}
	if l.good == nil {
		return waiting(l.path, nil, l.trouble)
	}
	v := *l.good
	line := fmt.Sprintf(`<p class="notes" role="alert">The file cannot be read since %s, so this page stays as it was: %s</p>`, l.since.Format(time.DateTime), html.EscapeString(l.trouble))
	v.page = bytes.Replace(v.page, []byte("<main>\n"), []byte("<main>\n"+line+"\n"), 1)
	return v
}

// read returns the text up to the last line break, because a sweep may be
// writing the line behind it; nil if the file is as it was.
func (l *live) read() ([]byte, error) {
	now, err := stamps(l.path)
	if err != nil {
		l.file = "" // one that comes back as it was is read again
		return nil, err
	}
	if now == l.file {
		return nil, nil
	}
	text, err := os.ReadFile(l.path)
	if err != nil {
		return nil, fmt.Errorf("result file: %w", err)
	}
	l.file = now
	if text == nil {
		text = []byte{}
	}
	return text[:bytes.LastIndexByte(text, '\n')+1], nil
}

// begun matches a run that has no sample yet: what overlap run and go test write
// before the first.
var begun = regexp.MustCompile(`^\s*$|^# plan: |(?m:^(goos|pkg|kinds): )`)

// viewOf draws what the text of a result file says.
func viewOf(run []byte, path string) (view, error) {
	if !bytes.HasPrefix(run, []byte("Benchmark")) && !bytes.Contains(run, []byte("\nBenchmark")) {
		if !begun.Match(run) {
			return view{}, &report.FileError{Path: path, Problem: "it has no results: it should be the output of overlap run or go test -bench"}
		}
		return waiting(path, report.Analyze(&report.Data{}), ""), nil
	}
	d, err := report.Read(bytes.NewReader(run), path)
	if err != nil {
		return view{}, err
	}
	recordings, warnings := report.ReadRecordings(d.Files)
	d.Recordings, d.Warnings = recordings, append(d.Warnings, warnings...)
	a := report.Analyze(d)
	if len(a.Rows) == 0 {
		return waiting(path, a, ""), nil
	}
	v := view{pictures: map[string][]byte{}}
	var drawn []page.Chart
	for _, c := range chartsOf(a) {
		p, err := draw(c)
		if err != nil {
			return view{}, err
		}
		if c.Row == "" {
			v.pictures[c.Name] = p.SVG
		}
		drawn = append(drawn, p)
	}
	var text, json bytes.Buffer
	if err := errors.Join(page.Write(&text, a, drawn, page.Options{Dark: chart.Recolour(), Live: true}), a.WriteJSON(&json)); err != nil {
		return view{}, err
	}
	v.page, v.json = text.Bytes(), json.Bytes()
	return v, nil
}

// liveScript loads the waiting page again when there is more.
//
//go:embed live.js
var liveScript []byte

//go:embed waiting.html
var waitingSource string

var waitingPage = template.Must(template.New("waiting").Parse(waitingSource))

// waiting is the view of a run that has too little for a row: it says what there
// is. a is nil if the file could not be read, and trouble says why.
func waiting(path string, a *report.Analysis, trouble string) view {
	data := struct {
		Path, Trouble, Measured string
		Notes                   []string
	}{Path: path, Trouble: trouble}
	json := bytes.NewBufferString("null\n")
	if a != nil {
		data.Measured = table.Count(a.Samples, "sample") + " of " + table.Count(len(a.Data.Points), "point")
		for _, err := range a.Warnings {
			data.Notes = append(data.Notes, err.Error())
		}
		json.Reset()
		_ = a.WriteJSON(json) // a Buffer takes everything, and the numbers are checked
	}
	var text bytes.Buffer
	if err := waitingPage.Execute(&text, data); err != nil {
		panic("cli: " + err.Error()) // waiting.html names what data has not
	}
	return view{page: text.Bytes(), json: json.Bytes()}
}
