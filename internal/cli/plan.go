package cli

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"overlap/bench/host"
	"overlap/bench/sweep"
	"overlap/internal/table"
)

// percent is a share that people write as 2%.
type percent float64

// UnmarshalText reads 2% and 0%.
func (p *percent) UnmarshalText(text []byte) error {
	number, ok := strings.CutSuffix(string(text), "%")
	x, err := strconv.ParseFloat(number, 64)
	if !ok || err != nil || !(x >= 0 && x < 100) {
		return fmt.Errorf("%q is not a percentage from 0%% to below 100%%, such as 2%%", text)
	}
	*p = percent(x / 100)
	return nil
}

// MarshalText writes what UnmarshalText reads.
func (p percent) MarshalText() ([]byte, error) {
	return []byte(strconv.FormatFloat(100*float64(p), 'g', -1, 64) + "%"), nil
}

// savedPlan is the first line of a result file: what it takes to go on with the
// run, and to know that it would be the same run.
type savedPlan struct {
	Build     string // of the program that measures
	Tests     string // of the test binaries of --pkg
	Placement []int
	Flags     runCmd
}

func (c *runCmd) save(what subject) (string, error) {
	id, err := build()
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(savedPlan{Build: id, Tests: what.tests, Placement: what.cpus, Flags: *c})
	return string(text), err
}

// build identifies this program: samples of another are not comparable.
func build() (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("find this program: %w", err)
	}
	f, err := os.Open(self)
	if err != nil {
		return "", fmt.Errorf("read this program: %w", err)
	}
	defer f.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, f); err != nil {
		return "", fmt.Errorf("read this program: %w", err)
	}
	return hex.EncodeToString(hash.Sum(nil)[:8]), nil
}

// resume goes on with the run that wrote the file of --resume.
func (c *runCmd) resume(ctx context.Context, s *streams, h host.Host, flags []string) (err error) {
	path := c.Resume
	if path == "" {
		return errors.New("--resume is empty: name the result file to go on with")
	}
	if len(flags) > 1 {
		return errors.New("--resume goes on with the plan in the file: it takes no other flags")
	}
	file, text, past, err := sweep.Resume(path)
	if err != nil {
		return fmt.Errorf("--resume: %w", err)
	}
	what, err := c.restore(ctx, s, h, path, text)
	defer func() { err = errors.Join(err, what.close()) }()
	if err != nil {
		return errors.Join(fmt.Errorf("--resume: %w", err), file.Close())
	}
	about := described(past)
	if about == nil {
		about = c.about(h)
	}
	if err := sameMachine(about, c.about(h)); err != nil {
		return errors.Join(fmt.Errorf("--resume: %s: %w", path, err), file.Close())
	}
	fmt.Fprintf(s.err, "going on after %s\n", table.Count(len(past), "sample"))
	return c.measure(ctx, s, what, file, about, past)
}

// sameMachine compares what the samples so far say of the machine and of the
// runtime's settings with what would be said now.
func sameMachine(then, now []host.Pair) error {
	value := func(list []host.Pair, key string) string {
		for _, p := range list {
			if p.Key == key {
				return p.Value
			}
		}
		return ""
	}
	for _, key := range []string{"host", "kernel", "os", "go", "cpu-model", "mask", "topology", "quota", "godebug", "gogc", "gomemlimit", "virtualisation"} {
		if was, is := value(then, key), value(now, key); was != is {
			return fmt.Errorf("%s was %q and is %q now: start a new run", key, was, is)
		}
	}
	return nil
}

// described is what the samples so far say of the machine, nil without samples.
// It stays as it was at the start: benchstat makes a table for every value.
func described(past []sweep.Entry) (about []host.Pair) {
	for _, e := range past {
		if e.Result == nil {
			continue
		}
		for _, config := range e.Result.Config {
			if config.File && !sweep.PerSample(config.Key) {
				about = append(about, host.Pair{Key: config.Key, Value: string(config.Value)})
			}
		}
		break
	}
	return about
}

// restore sets the flags to those of a saved plan, if it can be gone on with
// here and now.
func (c *runCmd) restore(ctx context.Context, s *streams, h host.Host, path, text string) (subject, error) {
	none := subject{close: func() error { return nil }}
	var saved savedPlan
	if err := json.Unmarshal([]byte(text), &saved); err != nil {
		return none, fmt.Errorf("%s: its plan cannot be read: %w", path, err)
	}
	id, err := build()
	if err != nil {
		return none, err
	}
	if saved.Build != id {
		return none, fmt.Errorf("%s was measured by another build of overlap: its samples and new ones are not comparable; start a new run", path)
	}
	*c = saved.Flags
	what, err := c.subject(ctx, s, h)
	if err != nil {
		return what, err
	}
	if saved.Tests != what.tests {
		return what, fmt.Errorf("%s was measured with other tests: the module of %s has changed; start a new run", path, c.Pkg)
	}
	if !slices.Equal(saved.Placement, what.cpus) {
		return what, fmt.Errorf("%s was measured on CPUs %v, now there are %v: start a new run", path, saved.Placement, what.cpus)
	}
	return what, nil
}

// until says when a sweep ends.
func (c *runCmd) until() string {
	var ends []string
	if c.Precision > 0 {
		ends = append(ends, fmt.Sprintf("every point is known to within ±%g %%", 100*float64(c.Precision)))
	}
	if c.Rounds > 0 {
		ends = append(ends, fmt.Sprintf("it has %s", table.Count(c.Rounds, "sample")))
	}
	return "rounds until " + strings.Join(append(ends, fmt.Sprintf("%v are spent", c.Budget)), " or ")
}

// dryRun prints the points and how long they take.
func (c *runCmd) dryRun(s *streams, h host.Host, what subject) error {
	o := c.outlook(h, what)
	var text strings.Builder
	for i, p := range what.plan.Lines() {
		fmt.Fprintf(&text, "%6v  %s\n", o.visit[i].Round(time.Millisecond), p)
	}
	how := "guessed from --sample: a run of this machine would tell"
	if o.from != "" {
		how = "by " + o.from
	} else if what.visit != nil {
		how = "by running each benchmark once"
	}
	expected := c.Budget
	if c.Rounds > 0 {
		expected = min(expected, time.Duration(c.Rounds)*o.round)
	}
	fmt.Fprintf(&text, "%s, about %v a round (%s)\n%s: at most about %v, and up to %v of waiting for a quiet machine\n",
		table.Count(o.points, "point"), o.round.Round(100*time.Millisecond), how, c.until(), expected.Round(time.Second), c.Wait)
	if short := c.tooShort(o, what.chosen); short != "" {
		fmt.Fprintf(&text, "note: %s\n", short)
	}
	_, err := io.WriteString(s.out, text.String())
	return err
}
