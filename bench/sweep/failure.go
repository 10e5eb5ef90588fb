package sweep

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"overlap/internal/table"
)

// errLate is the cause with which the context of a sample that takes too long ends. It
// may hang, or do much outside of its timer.
type errLate struct{ limit time.Duration }

func (e errLate) Error() string { return fmt.Sprintf("no result within %v", e.limit) }

// SampleError is why a sample could not be taken, with the output of its process.
type SampleError struct {
	Err    error
	Output string // with goroutines if it hung or panicked; without its middle if it is very long
	Reason string // what package testing printed of a failure, if it did
}

// failed adds the output of the process to err.
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

// Error is the reason in at most three lines. Output has everything.
func (e *SampleError) Error() string {
	lines := summarizeDump(e.Output)
	if lines == nil {
		lines = abridge(strings.TrimSpace(e.Reason))
	}
	if lines == nil {
		lines = abridge(e.Output)
	}
	if lines == nil {
		return e.Err.Error()
	}
	for i, line := range lines {
		lines[i] = table.Excerpt(line, maxLine)
	}
	return e.Err.Error() + ": " + strings.Join(lines, "\n    ")
}

func (e *SampleError) Unwrap() error { return e.Err }

// maxLine is how many bytes of a line an error has.
const maxLine = 300

// abridge returns the lines of a text, or the first and the last of a long one.
func abridge(text string) []string {
	if text == "" {
		return nil
	}
	lines := strings.Split(text, "\n")
	if len(lines) > 3 {
		lines = []string{lines[0], "…", lines[len(lines)-1]}
	}
	return lines
}

// summarizeDump returns at most three lines of a dump of goroutines: why the program
// died, and where. It returns nil if the text is not a dump. The reason comes after
// whatever the program logged, and before all goroutines; a program that was asked to
// quit has none.
func summarizeDump(dump string) []string {
	for _, reason := range []string{"SIGQUIT: quit", "panic: ", "fatal error: "} {
		i := strings.Index(dump, reason)
		if i < 0 {
			continue
		}
		dump = dump[i:]
		first, _, _ := strings.Cut(dump, "\n")
		state, function, place := firstFrame(dump)
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

// firstFrame finds the first goroutine in a dump that runs a function outside of the
// runtime and the standard library: its state, the function and its place, without
// the numbers and addresses that differ each time.
func firstFrame(dump string) (state, function, place string) {
	for block := range strings.SplitSeq(dump, "\n\n") {
		lines := strings.Split(strings.TrimSpace(block), "\n")
		for len(lines) > 0 && !strings.HasPrefix(lines[0], "goroutine ") {
			lines = lines[1:] // the reason is not always followed by an empty line
		}
		if len(lines) == 0 || strings.HasPrefix(lines[0], "goroutine 0 ") {
			continue
		}
		for i := 1; i+1 < len(lines); i += 2 {
			if !ordinary.MatchString(lines[i]) {
				return states.FindString(lines[0]) + "]", arguments.ReplaceAllString(lines[i], ""), offset.ReplaceAllString(strings.TrimSpace(lines[i+1]), "")
			}
		}
	}
	return "", "", ""
}

var (
	// ordinary frames say nothing about a benchmark.
	ordinary = regexp.MustCompile(`^(runtime|testing|sync|syscall|time|os|internal/[a-z/]+)\.|^(panic|main\.main)\(|^created by |^\[|^\.\.\.`)

	states    = regexp.MustCompile(`\[[^],]*`)
	arguments = regexp.MustCompile(`\([^()]*\)$`)
	offset    = regexp.MustCompile(` \+0x[0-9a-f]+.*$`)
)
