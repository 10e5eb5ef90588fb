package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"overlap/bench/gate"
	"overlap/bench/sweep"
	"overlap/internal/table"
)

// failures is the file beside a result file that keeps all that failed samples
// said: the goroutines of one that hung are too long for the result file.
func failures(results string) string { return strings.TrimSuffix(results, ".txt") + ".failed.log" }

// logFailure appends what a sample that failed said.
func logFailure(results string, e sweep.Entry) error {
	if e.Err == nil {
		return nil
	}
	why, said := e.Err, ""
	if sample := (*sweep.SampleError)(nil); errors.As(e.Err, &sample) {
		why, said = sample.Err, sample.Output
	}
	return appendFailure(results, fmt.Sprintf("round %d: %s: %v", e.Round, e.Point, why), said)
}

// logAll appends what those of a list said, under their titles, and reports whether any
// said something.
func logAll[T any](results string, list []T, of func(T) (title, said string)) (logged bool, err error) {
	for _, item := range list {
		if title, said := of(item); said != "" {
			logged = true
			err = errors.Join(err, appendFailure(results, title, said))
		}
	}
	return logged, err
}

func saidOnce(o sweep.Omission) (title, said string) { return o.Name + " was run once", o.Output }

func saidInSlot(p gate.Problem) (title, said string) { return p.Name, p.Output }

func appendFailure(results, title, said string) (err error) {
	f, err := os.OpenFile(failures(results), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		return fmt.Errorf("keep what a failed sample said: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := fmt.Fprintf(f, "=== %s\n%s\n\n", title, said); err != nil {
		return fmt.Errorf("keep what a failed sample said: %w", err)
	}
	return f.Sync()
}

// tellFailures writes each reason once, with the points that failed for it.
func tellFailures(w io.Writer, list []sweep.Failure) {
	for _, r := range table.ReasonsOf(list, func(f sweep.Failure) (name, why string) { return f.Point.String(), f.Err.Error() }) {
		fmt.Fprintf(w, "failed: %s: %s\n", strings.Join(r.Names, ", "), r.Why)
	}
}
