package sweep

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"overlap/internal/table"
)

// errLate is the cause with which the context of a sample ends that takes too long.
// It may hang, or prepare for long outside of its timer: nobody knows.
type errLate struct{ limit time.Duration }

func (e errLate) Error() string { return fmt.Sprintf("no result within %v", e.limit) }

// SampleError is why a sample could not be taken, with what its process said.
type SampleError struct {
	Err    error
	Output string // without the middle of what is very long; of one that hung or panicked with its goroutines
	Reason string // what package testing printed of a failure, if it did
}

// failed adds what the process said to err.
func (c *process) failed(err error) error {
	e := &SampleError{Err: err}
	for line := range strings.Lines(c.stdout.String()) {
		// testing prints the reason of a failure indented below its FAIL line.
		if strings.HasPrefix(line, "    ") || strings.HasPrefix(line, "panic:") {
			e.Reason += strings.TrimSpace(line) + "\n"
		}
	}
	e.Output = strings.TrimSpace(c.stderr.String() + "\n" + e.Reason)
	return e
}

// Error is the reason in at most three lines. All that the process said is in
// Output.
func (e *SampleError) Error() string {
	lines := gist(e.Output)
	if lines == nil {
		lines = few(strings.TrimSpace(e.Reason))
	}
	if lines == nil {
		lines = few(e.Output)
	}
	if lines == nil {
		return e.Err.Error()
	}
	for i, line := range lines {
		lines[i] = table.Excerpt(line, longestLine)
	}
	return e.Err.Error() + ": " + strings.Join(lines, "\n    ")
}

func (e *SampleError) Unwrap() error { return e.Err }

// longestLine is how much of a line an error tells, in bytes.
const longestLine = 300

// few are the lines of a text, or of a long one the first and the last.
func few(text string) []string {
	if text == "" {
		return nil
	}
	lines := strings.Split(text, "\n")
	if len(lines) > 3 {
		lines = []string{lines[0], "…", lines[len(lines)-1]}
	}
	return lines
}

// gist is what a dump of goroutines says in three lines: why the program died, and
// where. It is nil if the text is no dump. The reason comes behind whatever the
// program logged, and before all goroutines; one that was asked to quit has none.
func gist(said string) []string {
	for _, reason := range []string{"SIGQUIT: quit", "panic: ", "fatal error: "} {
		i := strings.Index(said, reason)
		if i < 0 {
			continue
		}
		said = said[i:]
		first, _, _ := strings.Cut(said, "\n")
		state, function, place := whereIn(said)
		switch {
		case reason == "SIGQUIT: quit" && function == "":
			return []string{"it does not say where it was"}
		case reason == "SIGQUIT: quit":
			return []string{state, function, place}
		case function == "":
			return []string{first}
		}
		return []string{first, function, place}
	}
	return nil
}

// whereIn finds the first goroutine in a dump that is in a function of neither the
// runtime nor package testing: its state, that function, and its place. Numbers and
// addresses are left out, which differ each time.
func whereIn(dump string) (state, function, place string) {
	for block := range strings.SplitSeq(dump, "\n\n") {
		lines := strings.Split(strings.TrimSpace(block), "\n")
		for len(lines) > 0 && !strings.HasPrefix(lines[0], "goroutine ") {
			lines = lines[1:] // the reason is not always followed by an empty line
		}
		if len(lines) == 0 || strings.HasPrefix(lines[0], "goroutine 0 ") {
			continue
		}
		for i := 1; i+1 < len(lines); i += 2 {
			if !usual.MatchString(lines[i]) {
				return states.FindString(lines[0]) + "]", arguments.ReplaceAllString(lines[i], ""), offset.ReplaceAllString(strings.TrimSpace(lines[i+1]), "")
			}
		}
	}
	return "", "", ""
}

var (
	// usual are frames that say nothing of a benchmark.
	usual = regexp.MustCompile(`^(runtime|testing|sync|syscall|time|os|internal/[a-z/]+)\.|^(panic|main\.main)\(|^created by |^\[|^\.\.\.`)

	states    = regexp.MustCompile(`\[[^],]*`)
	arguments = regexp.MustCompile(`\([^()]*\)$`)
	offset    = regexp.MustCompile(` \+0x[0-9a-f]+.*$`)
)
