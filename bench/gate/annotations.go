package gate

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"overlap/internal/table"
)

// maxAnnotations is how many errors of a step GitHub shows.
const maxAnnotations = 10

// WriteAnnotations writes workflow commands of GitHub Actions, which show the
// outcome at the run and in the pull request: an error for each regression, the
// first ten of them, at the line that grew most if that is known, or for each problem; and
// a warning if the check is inconclusive. A check that found nothing writes nothing.
func (r *Report) WriteAnnotations(w io.Writer) error {
	type annotation struct{ at, text string }
	var errs []annotation
	title := "overlap check: regression"
	for _, f := range r.ofKind(regression) {
		errs = append(errs, annotation{f.properties(), strings.Join(f.lines(), "\n")})
	}
	outcome := r.Outcome()
	if outcome == Unmeasured {
		title = "overlap check: could not measure"
		for _, lines := range r.problems() {
			errs = append(errs, annotation{"", strings.Join(lines, "\n")})
		}
		if len(errs) == 0 {
			errs = []annotation{{"", r.Summary()}}
		}
	}
	if more := len(errs) - maxAnnotations; more > 0 {
		errs = append(errs[:maxAnnotations-1], annotation{"", fmt.Sprintf("and %d more", more+1)})
	}
	var b strings.Builder
	for _, e := range errs {
		b.WriteString(command("error", e.at, title, e.text))
	}
	if outcome == Inconclusive {
		b.WriteString(command("warning", "", "overlap check: inconclusive", r.Summary()))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// properties name the line that grew most, so that GitHub shows the annotation there.
func (f Finding) properties() string {
	if len(f.Where) == 0 || f.Where[0].Line < 1 || !filepath.IsLocal(f.Where[0].File) {
		return ""
	}
	return fmt.Sprintf("file=%s,line=%d,", properties.Replace(table.OneLine(f.Where[0].File)), f.Where[0].Line)
}

var (
	messages   = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	properties = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// command is a workflow command at a file and line, or at none. GitHub's runner has these escapes and no
// others (actions/toolkit, packages/core/src/command.ts).
func command(name, at, title, message string) string {
	return "::" + name + " " + at + "title=" + properties.Replace(title) + "::" + messages.Replace(message) + "\n"
}
