package main

import (
	"context"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// Every side in Go runs once and returns the right result, which each checks
// by itself.
func TestGoSides(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range contests() {
		for _, s := range c.sides() {
			if strings.ContainsAny(c.name+s.name, " /=") {
				t.Errorf("%s, %s: the name breaks a benchmark name", c.name, s.name)
			}
			if s.foreign != nil {
				continue
			}
			if key := c.name + " " + s.name; seen[key] {
				t.Errorf("%s exists twice", key)
			} else {
				seen[key] = true
			}
			t.Run(c.name+"/"+s.name, func(t *testing.T) {
				got, err := measure(s, env{cores: 2, spin: 10}, 1)
				if err != nil {
					t.Fatal(err)
				}
				if got.Value <= 0 || got.N != 1 || got.Ops < 1 || got.counts() != (s.unit == "") {
					t.Errorf("sample %+v", got)
				}
			})
		}
	}
}

// Every program in another language that is installed prints a time.
func TestForeignSides(t *testing.T) {
	all := contests()
	tools, err := newToolchain(context.Background(), foreignFiles(all))
	if err != nil {
		t.Fatal(err)
	}
	defer tools.close()
	done := map[program]bool{}
	for _, c := range all {
		for _, s := range c.sides() {
			if s.foreign == nil || done[*s.foreign] {
				continue
			}
			done[*s.foreign] = true
			t.Run(s.name, func(t *testing.T) {
				if why := tools.missing[s.foreign.language()]; why != "" {
					t.Skip(why)
				}
				argv := slices.Concat(tools.commands[s.foreign.file], s.foreign.args(20))
				out, err := exec.Command(argv[0], argv[1:]...).Output()
				if err != nil {
					if strings.Contains(withStderr(err).Error(), "two processors") {
						t.Skip("this machine has one processor")
					}
					t.Fatal(withStderr(err))
				}
				if _, err := parseSample(out, true, 20); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

func TestMissingLanguagesAreNoError(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	tools, err := newToolchain(context.Background(), foreignFiles(contests()))
	if err != nil {
		t.Fatal(err)
	}
	defer tools.close()
	if len(tools.missing) != 3 || !strings.Contains(tools.missing["c"], "gcc is not installed") {
		t.Errorf("missing %q", tools.missing)
	}
}

func TestParseSample(t *testing.T) {
	for out, want := range map[string]string{
		"abc":         "its output is not a time",
		"0":           "cannot have a ratio",
		"-3.5\n":      "cannot have a ratio",
		"NaN":         "cannot have a ratio",
		"{\"n\":1}\n": "its output is not a time",
	} {
		if _, err := parseSample([]byte(out), true, 1); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", out, err)
		}
	}
	if got, err := parseSample([]byte("12.5\n"), true, 3); err != nil || got.Value != 12.5 || got.N != 3 || got.counts() {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestSpinCalibration(t *testing.T) {
	if steps := calibrateSpin(); steps < 20 || steps > 20_000 {
		t.Errorf("%d steps take a microsecond", steps)
	}
}
