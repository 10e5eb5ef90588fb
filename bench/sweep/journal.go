package sweep

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/perf/benchfmt"

	"overlap/internal/sampling"
)

// Entry is one visit to a point. A result file holds the entries of a sweep in
// their order: the sample, and on a line of its own, which readers of the
// benchmark format skip, what else there is to know.
type Entry struct {
	Point  string // Point.String
	Round  int
	Took   time.Duration
	Result *benchfmt.Result // nil if the sample failed
	Err    error            // why it failed

	Turns *TurnLog      // of all points that were measured side by side, with the first of them
	Rest  int           // how many of them follow
	Idle  time.Duration // of Took, however much time there was for turns
}

// pressed reports whether others had the CPUs during the sample.
func (e Entry) pressed() bool {
	if e.Result == nil {
		return false
	}
	pressure, _ := e.Result.Value("pressure")
	return pressure > sampling.MaxPressure
}

// perSample are the configuration keys that depend on how a sample was taken, or on
// the program that took it.
var perSample = []string{"cpus", "gomaxprocs", "slices", "copies", "program", "pkg", "goos", "goarch", "cpu", "kinds", "expect", "seed"}

// PerSample reports whether a configuration key is a sample's own. All others
// are the same in all samples of a run.
func PerSample(key string) bool { return slices.Contains(perSample, key) }

// Describe adds a configuration line that holds for the whole run to the entry, if
// it is a sample. A program that was built for the run keeps its own Go version.
func (e Entry) Describe(key, value string) {
	if e.Result == nil || key == "go" && e.Result.GetConfig("go") != "" {
		return
	}
	setConfig(e.Result, key, value)
}

// The lines of a result file that are not in the benchmark format.
const (
	planLine   = "# plan: "   // once, before everything else
	turnsLine  = "# turns: "  // before the samples of a block
	sampleLine = "# sample: " // before the lines of a sample
	failedLine = "# failed: " // alone
)

// note is the text behind sampleLine and failedLine.
type note struct {
	Round int           `json:"round"`
	Took  time.Duration `json:"took_ns"`
	Point string        `json:"point"`
	Error string        `json:"error,omitempty"`
	Rest  int           `json:"rest,omitempty"`
	Idle  time.Duration `json:"idle_ns,omitempty"`
}

// maxVisit is the longest visit that a file can claim.
const maxVisit = 30 * 24 * time.Hour

// maxError is how many bytes of an error the result file keeps.
const maxError = 2 << 10

func (e Entry) line() string {
	n, line := note{Round: e.Round, Took: e.Took, Point: e.Point, Rest: e.Rest, Idle: e.Idle}, sampleLine
	if e.Err != nil {
		n.Error, line = e.Err.Error(), failedLine
		n.Error = strings.ToValidUTF8(n.Error[:min(len(n.Error), maxError)], "")
	}
	text, err := json.Marshal(n)
	if err != nil {
		panic("sweep: " + err.Error()) // a note holds nothing that JSON cannot
	}
	if e.Turns != nil {
		line = e.Turns.lines() + line
	}
	return line + string(text) + "\n"
}

// Resume opens a result file to continue it. It returns its header and its entries.
// The file is not changed before the first Append, which removes what a killed run wrote
// after the last whole entry.
func Resume(path string) (f *File, h Header, past []Entry, err error) {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, h, nil, fmt.Errorf("continue a run: %w", err)
	}
	defer func() {
		if err != nil {
			file.Close()
		}
	}()
	if err := claim(file); err != nil {
		return nil, h, nil, err
	}
	text, err := io.ReadAll(file)
	if err != nil {
		return nil, h, nil, fmt.Errorf("continue a run: %w", err)
	}
	h, past, whole, err := parse(text, path)
	if err != nil {
		return nil, h, nil, err
	}
	f = &File{f: file, size: whole, torn: true}
	f.writer = benchfmt.NewWriter(&f.buf)
	return f, h, past, nil
}

// ReadRun reads the header and the entries of a result file. It leaves the file
// alone.
func ReadRun(path string) (h Header, past []Entry, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return h, nil, fmt.Errorf("result file: %w", err)
	}
	h, past, _, err = parse(text, path)
	return h, past, err
}

// parse reads the header and the entries of a result file. whole is where the
// last entry ends.
func parse(text []byte, path string) (h Header, past []Entry, whole int64, err error) {
	rest, ok := bytes.CutPrefix(text, []byte(planLine))
	line, _, ended := bytes.Cut(rest, []byte("\n"))
	switch {
	case len(text) == 0 || ok && !ended:
		// A killed run can leave a file without a plan. To prevent that we would write the
		// plan first and then name the file with a hard link, which cannot overwrite
		// another file. Not every file system has hard links.
		return h, nil, 0, fmt.Errorf("%s holds no samples: its run was killed as it began; start a new run", path)
	case !ok:
		return h, nil, 0, fmt.Errorf("%s does not begin with the plan of a run: only a file that overlap run made can be continued", path)
	}
	if err := json.Unmarshal(line, &h); err != nil {
		return h, nil, 0, fmt.Errorf("%s: its plan cannot be read: %w", path, err)
	}
	var open *Entry // its result line is still to come
	complete := 0   // entries whose block is whole
	at := int64(0)
	for number := 1; ; number++ {
		line, _, ended := bytes.Cut(text[at:], []byte("\n"))
		if !ended {
			break
		}
		at += int64(len(line)) + 1
		switch {
		case bytes.HasPrefix(line, []byte(sampleLine)), bytes.HasPrefix(line, []byte(failedLine)):
			e, err := parseNote(line)
			if err != nil && at == int64(len(text)) {
				continue // the last line, which a crash of the machine may have torn
			}
			if err != nil {
				return h, nil, 0, fmt.Errorf("%s: line %d: %w: %.80q", path, number, err, line)
			}
			if open = &e; e.Err != nil {
				past, open = append(past, e), nil
				if e.Rest == 0 {
					whole, complete = at, len(past)
				}
			}
		case bytes.HasPrefix(line, []byte("Benchmark")):
			if open == nil {
				return h, nil, 0, fmt.Errorf("%s: line %d: a result without the line %q before it: %.80q", path, number, strings.TrimSpace(sampleLine), line)
			}
			past = append(past, *open)
			if open.Rest == 0 {
				whole, complete = at, len(past)
			}
			open = nil
		case len(past) == 0 && open == nil && !bytes.HasPrefix(line, []byte(turnsLine)):
			whole = at // the plan and the Unit lines
		}
	}
	past = past[:complete]
	return h, past, whole, fill(past, text[:whole], path)
}

func parseNote(line []byte) (Entry, error) {
	_, text, _ := bytes.Cut(line, []byte(": "))
	var n note
	if err := json.Unmarshal(text, &n); err != nil || n.Round < 1 || n.Took < 0 || n.Took > maxVisit || n.Idle < 0 || n.Idle > n.Took || n.Rest < 0 {
		return Entry{}, errors.New("a damaged line")
	}
	e := Entry{Point: n.Point, Round: n.Round, Took: n.Took, Rest: n.Rest, Idle: n.Idle}
	if bytes.HasPrefix(line, []byte(failedLine)) {
		e.Err = errors.New(n.Error)
	}
	return e, nil
}

// fill sets the results of the entries that are samples; both are in the same
// order.
func fill(past []Entry, text []byte, path string) error {
	results := benchfmt.NewReader(bytes.NewReader(text), path)
	for i := range past {
		for past[i].Err == nil && past[i].Result == nil {
			if !results.Scan() {
				return fmt.Errorf("%s: result %d cannot be read: %w", path, i+1, cmp.Or(results.Err(), io.ErrUnexpectedEOF))
			}
			switch r := results.Result().(type) {
			case *benchfmt.Result:
				if !(nsPerOp(r) > 0) || math.IsInf(nsPerOp(r), 1) || !strings.Contains(past[i].Point, r.Name.String()) {
					file, line := r.Pos()
					return fmt.Errorf("%s: line %d is damaged: it is not a time of %s", file, line, past[i].Point)
				}
				past[i].Result = r.Clone()
			case *benchfmt.SyntaxError:
				return fmt.Errorf("%s: line %d is damaged: %s", path, r.Line, r.Msg)
			}
		}
	}
	return nil
}
