package cli

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"slices"

	"overlap/bench/host"
	"overlap/bench/sweep"
	"overlap/internal/table"
)

// build identifies this program: samples of another build are not comparable.
func build() (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("find this program: %w", err)
	}
	sum, err := sweep.SumProgram(self)
	if err != nil {
		return "", err
	}
	return hex.EncodeToString(sum[:8]), nil
}

// resume continues the run that wrote the file of --resume.
func (r *run) resume(ctx context.Context, flags []string) (err error) {
	path := r.Resume
	if path == "" {
		return errors.New("--resume is empty: name the result file to continue")
	}
	if len(flags) > 1 {
		return errors.New("--resume takes no other flags: it follows the plan in the file")
	}
	file, header, past, err := sweep.Resume(path)
	if err != nil {
		return fmt.Errorf("--resume: %w", err)
	}
	about := described(past)
	what, err := r.restore(ctx, path, header, about)
	defer func() { err = errors.Join(err, what.close()) }()
	if err != nil {
		return errors.Join(fmt.Errorf("--resume: %w", err), file.Close())
	}
	if about == nil {
		about = r.about()
	}
	fmt.Fprintf(r.err, "continuing after %s\n", table.Count(len(past), "sample"))
	return r.measure(ctx, what, file, about, past)
}

// sameMachine returns an error if the machine or the runtime's settings differ from
// those of the samples so far.
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

// described returns how the samples so far describe the machine, nil without samples.
// Later samples repeat that description: benchstat makes a table for every value.
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

// restore takes the settings of a result file, if the run can be continued here and
// now. about describes the machine of its samples, if it has some.
func (r *run) restore(ctx context.Context, path string, header sweep.Header, about []host.Pair) (target, error) {
	none := target{close: func() error { return nil }}
	id, err := build()
	if err != nil {
		return none, err
	}
	if header.Build != id {
		return none, fmt.Errorf("%s was measured by another build of overlap: its samples and new ones are not comparable; start a new run", path)
	}
	r.Settings = header.Settings
	r.resumed = header.Benchmarks
	if err := r.limitSamples(); err != nil {
		return none, err
	}
	// Before the plan: it may not fit on what is left of the machine.
	if about != nil {
		if err := sameMachine(about, r.about()); err != nil {
			return none, fmt.Errorf("%s: %w", path, err)
		}
	}
	what, err := r.findTarget(ctx)
	if err != nil {
		return what, err
	}
	if header.Tests != what.tests {
		return what, fmt.Errorf("%s was measured with other tests: the module of %s has changed; start a new run", path, r.Pkg)
	}
	if !slices.Equal(header.Placement, what.cpus) {
		return what, fmt.Errorf("%s was measured on CPUs %v, now there are %v: start a new run", path, header.Placement, what.cpus)
	}
	return what, nil
}
