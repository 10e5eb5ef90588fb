package cli

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"overlap/bench/gate"
	"overlap/bench/gate/pair"
	"overlap/bench/sweep"
)

// fail returns err, and also writes it as a report where only a report is read: as JSON,
// Markdown, a file or an annotation.
func (c *checkCmd) fail(ctx context.Context, s *streams, r *gate.Report, err error) error {
	if ctx.Err() != nil || !c.JSON && !c.Markdown && c.Reports == "" && os.Getenv("GITHUB_ACTIONS") != "true" {
		return err
	}
	r.Problems = append(r.Problems, gate.Problem{Name: "check", Why: err.Error()})
	return errors.Join(err, c.print(s, r, c.exit(r, true), false))
}

// changedHint says how to compare benchmarks whose own code differs.
func changedHint(r *gate.Report) []string {
	if len(r.Changed) == 0 || r.Base.Commit == r.Head.Commit && r.Base.Dirty == r.Head.Dirty {
		return nil // or the settings choose other tests of the same tree
	}
	return []string{"--tests=head measures both revisions with head's benchmarks"}
}

// reportNothingCompared ends a check in which no benchmark is on both sides and could
// differ.
func (c *checkCmd) reportNothingCompared(s *streams, p *pair.Pair, r *gate.Report) error {
	r.Complete = true
	c.addUnmetDemands(r)
	var wrong, fine string
	switch {
	case p.HeadFailed || len(r.Problems) > 0:
		wrong = "see the problems above"
	case len(r.Identical) > 0:
		fine = "what can be compared has the same code and data in base and head"
	case len(r.Changed) > 0:
		wrong = strings.Join(append([]string{"every benchmark's own code differs between base and head"}, changedHint(r)...), "; ")
	case len(r.Added) > 0 && len(r.Removed) == 0:
		fine = "all benchmarks are new"
	case len(r.Removed) > 0:
		wrong = "head has none of the benchmarks of base"
	case p.BaseFailed:
		wrong = "see the notes above"
	default:
		return fmt.Errorf("no benchmark of %s matches %q in either revision", cmp.Or(c.Pkg, "./..."), cmp.Or(c.Bench, "."))
	}
	if wrong != "" {
		return errors.Join(c.print(s, r, c.exit(r, true), false), c.ofRevision(errors.New("nothing could be compared: "+wrong)))
	}
	r.Notes = append(r.Notes, "nothing was measured: "+fine)
	return errors.Join(c.appendHistory(r), c.finish(s, r, c.broken(p), false))
}

// appendHistory adds a comparison to the history, which has commits alone: a step in it is
// one of code, and settings would make another.
func (c *checkCmd) appendHistory(r *gate.Report) error {
	if c.hasSettings() {
		return nil
	}
	_, err := appendHistory(c.Results, r)
	return err
}

// finish prints the report and returns its exit code as an error, as exit does. An
// unfinished measurement does not pass.
func (c *checkCmd) finish(s *streams, r *gate.Report, broken, interrupted bool) error {
	code := c.exit(r, broken)
	if err := c.print(s, r, code, interrupted); err != nil {
		return err
	}
	if interrupted {
		return sweep.ErrInterrupted
	}
	if code == 0 {
		return nil
	}
	return exitError(code)
}

// exit returns the exit code of a check. If something broke, it does not pass.
func (c *checkCmd) exit(r *gate.Report, broken bool) int {
	code, unmeasured := r.Exit(c.Strict), exitUnmeasured
	if c.Bisect {
		code, unmeasured = r.BisectExit(c.Strict), gate.ExitSkip
	}
	if broken && code != 1 {
		return unmeasured
	}
	return code
}

// print writes the report in the chosen format, to the files of --reports, and on GitHub
// also as annotations.
func (c *checkCmd) print(s *streams, r *gate.Report, code int, interrupted bool) error {
	if c.Reports != "" {
		if err := c.writeReports(r); err != nil {
			return fmt.Errorf("--reports: %w", err)
		}
	}
	if os.Getenv("GITHUB_ACTIONS") == "true" {
		if err := r.WriteAnnotations(s.err); err != nil { // GitHub reads both streams
			return err
		}
	}
	switch {
	case c.JSON:
		return r.WriteJSON(s.out)
	case c.Markdown:
		return r.WriteMarkdown(s.out, c.comment)
	}
	return r.WriteText(s.out, gate.Form{Terminal: terminalOf(s.out), All: c.All, Exit: code, Stops: interrupted})
}

// writeReports writes the report for programs that read it after the check, such as an
// action, whose log shows it to people meanwhile.
func (c *checkCmd) writeReports(r *gate.Report) error {
	var markdown, json bytes.Buffer
	if err := errors.Join(os.MkdirAll(c.Reports, 0o777), r.WriteMarkdown(&markdown, c.comment), r.WriteJSON(&json)); err != nil {
		return err
	}
	return errors.Join(
		replace(filepath.Join(c.Reports, "check.md"), markdown.Bytes()),
		replace(filepath.Join(c.Reports, "check.json"), json.Bytes()),
	)
}

// rejudge judges the samples of an earlier check, with its seed, error rate and threshold
// unless the command line names others, and with the comments above benchmarks that it
// read.
func (c *checkCmd) rejudge(s *streams) error {
	stored, err := gate.Read(c.From)
	if err != nil {
		return fmt.Errorf("--from: %w", err)
	}
	r := stored.Report()
	r.File = c.From
	if !slices.Contains(c.named, "seed") {
		c.Seed = r.Seed
	}
	if !slices.Contains(c.named, "alpha") {
		c.Alpha = percent(r.Alpha)
	}
	if !slices.Contains(c.named, "threshold") {
		c.Threshold = percent(r.Threshold)
	}
	if c.MinEfficiency == nil {
		c.demands = stored.Plan.Demands
	}
	r.Seed, r.Alpha, r.Threshold = c.Seed, float64(c.Alpha), float64(c.Threshold)
	r.Notes = append(r.Notes, changedHint(r)...)
	c.judge(r, stored.Series)
	if slices.ContainsFunc(r.Changes, gate.Regression) {
		r.Notes = append(r.Notes, "where it became worse was not looked for: a file has samples, and no binaries")
	}
	return c.finish(s, r, false, false)
}

// judging says how strictly to judge a check.
func (c *checkCmd) judging(r *gate.Report) gate.Options {
	return gate.Options{Alpha: float64(c.Alpha), Threshold: float64(c.Threshold), Seed: c.Seed, Demands: c.demands, Rules: r.Rules, Looks: r.Looks}
}

// judge compares the series and adds the findings to the report.
func (c *checkCmd) judge(r *gate.Report, series []gate.Series) {
	f := gate.Judge(series, c.judging(r))
	r.Changes, r.Demands, r.Tests, r.Measured = f.Changes, f.Demands, f.Tests, gate.Measured(series)
	r.Notes = append(r.Notes, f.Notes...)
	c.addUnmetDemands(r)
}

// addUnmetDemands adds a problem for each demand that nothing was measured for.
func (c *checkCmd) addUnmetDemands(r *gate.Report) {
	for p, least := range c.demands {
		if !slices.ContainsFunc(r.Demands, func(d gate.Demand) bool { return d.Cores == p }) {
			r.Problems = append(r.Problems, gate.Problem{Name: fmt.Sprintf("--min-efficiency %g@%d", least, p), Why: "no benchmark was measured there and on one core: none runs in parallel, or --curves=never left it out"})
		}
	}
}
