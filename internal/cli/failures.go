package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"overlap/bench/gate"
	"overlap/bench/sweep"
	"overlap/internal/table"
)

// failureLog is the file beside a result file with the whole output of failed samples:
// the goroutines of one that hung are too long for the result file.
func failureLog(results string) string { return strings.TrimSuffix(results, ".txt") + ".failed.log" }

// logFailure logs the output of a failed sample.
func logFailure(results string, e sweep.Entry) error {
	if e.Err == nil {
		return nil
	}
	why, output := e.Err, ""
	if sample := (*sweep.SampleError)(nil); errors.As(e.Err, &sample) {
		why, output = sample.Err, sample.Output
	}
	return appendFailure(results, fmt.Sprintf("round %d: %s: %v", e.Round, e.Point, why), output)
}

// logAll logs the outputs of a list under their titles, and reports whether there were
// any.
func logAll[T any](results string, list []T, of func(T) (title, output string)) (logged bool, err error) {
	for _, item := range list {
		if title, output := of(item); output != "" {
			logged = true
			err = errors.Join(err, appendFailure(results, title, output))
		}
	}
	return logged, err
}

func omissionOutput(o sweep.Omission) (title, output string) {
	return o.Name + " was run once", o.Output
}

func problemOutput(p gate.Problem) (title, output string) { return p.Name, p.Output }

func appendFailure(results, title, output string) (err error) {
	f, err := os.OpenFile(failureLog(results), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		return fmt.Errorf("keep the output of a failed sample: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := fmt.Fprintf(f, "=== %s\n%s\n\n", title, output); err != nil {
		return fmt.Errorf("keep the output of a failed sample: %w", err)
	}
	return f.Sync()
}

// printFailures prints each reason once, with the points that failed for it. It returns
// how many of them mean more than that a benchmark is made for other numbers of goroutines.
func printFailures(w io.Writer, list []sweep.Failure) (failed int) {
	for _, unfit := range []bool{true, false} {
		some, prefix := slices.DeleteFunc(slices.Clone(list), func(f sweep.Failure) bool { return f.Unfit() != unfit }), "failed"
		if unfit {
			prefix = "note"
		}
		for _, r := range table.ReasonsOf(some, func(f sweep.Failure) (name, why string) { return f.Point.String(), f.Err.Error() }) {
			fmt.Fprintf(w, "%s: %s: %s\n", prefix, strings.Join(r.Names, ", "), r.Why)
		}
		failed = len(some)
	}
	return failed
}
