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
// outcome at the run and in the pull request: an error for each of the first ten regressions,
// or for each problem, and a warning if the check is inconclusive. A regression is shown at the
// line of the repository that grew most, if one is known, and else at its benchmark. A check
// that found nothing writes nothing.
func (r *Report) WriteAnnotations(w io.Writer) error {
	type annotation struct{ at, text string }
	var errs []annotation
	title := "overlap check: regression"
	for _, f := range r.ofKind(regression) {
		errs = append(errs, annotation{r.place(f), strings.Join(f.lines(), "\n")})
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

// place names the line that grew most, or else the benchmark's own, so that GitHub shows the
// annotation there; empty if the repository has neither.
func (r *Report) place(f Finding) string {
	function, _, _ := strings.Cut(f.Benchmark, "/")
	at := r.Declared[nameOf(f.Package, function)]
	if len(f.Where) > 0 && f.Where[0].inRepository() {
		at = f.Where[0]
	}
	if !at.inRepository() {
		return ""
	}
	return fmt.Sprintf("file=%s,line=%d,", properties.Replace(table.OneLine(at.File)), at.Line)
}

func (p Place) inRepository() bool { return !p.Outside && p.Line > 0 && filepath.IsLocal(p.File) }

var (
	messages   = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	properties = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// command is a workflow command at a file and line, or at none. GitHub's runner has these escapes and no
// others (actions/toolkit, packages/core/src/command.ts).
func command(name, at, title, message string) string {
	return "::" + name + " " + at + "title=" + properties.Replace(title) + "::" + messages.Replace(message) + "\n"
}
