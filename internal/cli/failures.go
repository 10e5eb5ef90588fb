package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"overlap/bench/sweep"
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

// logOmissions appends what the benchmarks said that were left out, and reports
// whether any said something.
func logOmissions(results string, list []sweep.Omission) (logged bool, err error) {
	for _, o := range list {
		if o.Output != "" {
			logged = true
			err = errors.Join(err, appendFailure(results, o.Name+" was run once", o.Output))
		}
	}
	return logged, err
}

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
	points := map[string][]string{}
	var reasons []string
	for _, f := range list {
		why := f.Err.Error()
		if points[why] == nil {
			reasons = append(reasons, why)
		}
		if name := f.Point.String(); !slices.Contains(points[why], name) {
			points[why] = append(points[why], name)
		}
	}
	for _, why := range reasons {
		fmt.Fprintf(w, "failed: %s: %s\n", strings.Join(points[why], ", "), why)
	}
}
