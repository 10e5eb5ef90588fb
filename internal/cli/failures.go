package cli

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"overlap/bench/sweep"
)

// failures is the file beside a result file that keeps all that failed samples
// said: the goroutines of one that hung are too long for the result file.
func failures(results string) string { return strings.TrimSuffix(results, ".txt") + ".failed.log" }

// logFailure appends what a sample that failed said.
func logFailure(results string, e sweep.Entry) (err error) {
	if e.Err == nil {
		return nil
	}
	f, err := os.OpenFile(failures(results), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		return fmt.Errorf("keep what a failed sample said: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	why, said := e.Err, ""
	if sample := (*sweep.SampleError)(nil); errors.As(e.Err, &sample) {
		why, said = sample.Err, sample.Output
	}
	if _, err := fmt.Fprintf(f, "=== round %d: %s: %v\n%s\n\n", e.Round, e.Point, why, said); err != nil {
		return fmt.Errorf("keep what a failed sample said: %w", err)
	}
	return f.Sync()
}
