package gate

import (
	"fmt"
	"io"
	"strings"

	"overlap/internal/table"
)

// maxAnnotations is how many errors of a step GitHub shows.
const maxAnnotations = 10

// WriteAnnotations writes workflow commands of GitHub Actions, which show the
// outcome at the run and in the pull request: an error for each regression, the
// first ten of them, or for each problem; and a warning if the check is
// inconclusive. A check that found nothing writes nothing.
func (r *Report) WriteAnnotations(w io.Writer) error {
	var errs []string
	title := "overlap check: regression"
	for _, c := range r.regressions() {
		errs = append(errs, table.OneLine(r.sentence(c)))
	}
	for _, d := range r.missed() {
		errs = append(errs, table.OneLine(d.sentence()))
	}
	outcome := r.Outcome()
	if outcome == Unmeasured {
		title = "overlap check: could not measure"
		for _, lines := range r.problems() {
			errs = append(errs, strings.Join(lines, "\n"))
		}
		if len(errs) == 0 {
			errs = []string{r.Summary()}
		}
	}
	if more := len(errs) - maxAnnotations; more > 0 {
		errs = append(errs[:maxAnnotations-1], fmt.Sprintf("and %d more", more+1))
	}
	var b strings.Builder
	for _, text := range errs {
		b.WriteString(command("error", title, text))
	}
	if outcome == Inconclusive {
		b.WriteString(command("warning", "overlap check: inconclusive", r.Summary()))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

var (
	messages   = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	properties = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// command is a workflow command. GitHub's runner has these escapes and no
// others (actions/toolkit, packages/core/src/command.ts).
func command(name, title, message string) string {
	return "::" + name + " title=" + properties.Replace(title) + "::" + messages.Replace(message) + "\n"
}
