package pair

import (
	"context"
	"fmt"
	"go/version"
	"os"
	"slices"
	"strings"

	"overlap/bench/gate"
	"overlap/internal/gocmd"
	"overlap/internal/table"
)

// LocalGo is the Settings.Go of the installed toolchain, whatever go.mod asks for.
const LocalGo = "local"

// Settings are what one side is built with and run under.
type Settings struct {
	// As the user wrote them. Go may also be LocalGo, or a language version such as go1.25,
	// which stands for the installed release of it, or else for its newest one. Env is for
	// the benchmarks and, but for what the Go runtime reads, for the go command.
	gate.Settings

	Build []string // Flags as they are passed to the go command, from another directory
}

// runtimeVariables are read by the Go runtime of every program. The compiler and the linker
// do not get them: under a memory limit that is made for a benchmark, they would not end.
var runtimeVariables = []string{"GOGC", "GOMEMLIMIT", "GODEBUG", "GORACE", "GOTRACEBACK"}

// differ reports whether the sides have different settings.
func (p *Pair) differ() bool { return !p.Base.Settings.Equal(p.Head.Settings) }

// onlyTagsDiffer reports whether the sides have different build tags, and nothing else.
func (p *Pair) onlyTagsDiffer() bool {
	same := p.Base.Settings
	same.Tags = p.Head.Tags
	return p.differ() && same.Equal(p.Head.Settings)
}

// isAA reports whether a commit is to be measured against itself. A clean worktree is not:
// a user who has changed nothing yet need not wait.
func (p *Pair) isAA() bool {
	return p.o.Head != Worktree && p.base.commit == p.head.commit && !p.differ()
}

// sameEnv reports whether the processes of both sides have the same environment, so that the
// same binary does the same.
func (p *Pair) sameEnv() bool { return slices.Equal(p.Base.Env, p.Head.Env) }

// goEnviron returns what the go command of a side gets of its settings.
func (s *side) goEnviron() []string {
	env := slices.DeleteFunc(slices.Clone(s.settings.Env), func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		return slices.Contains(runtimeVariables, name)
	})
	if s.toolchain != "" {
		env = append(env, "GOTOOLCHAIN="+s.toolchain)
	}
	return env
}

// mergeFlags adds the flags of a side to GOFLAGS. Tags add up; other flags replace those of
// the same name, which it returns. Both sides thus differ only in what was given.
func mergeFlags(own, tags string, flags []string) (merged string, replaced []string, err error) {
	if tags == "" && len(flags) == 0 {
		return own, nil, nil
	}
	var kept []string
	for _, f := range gocmd.SplitFlags(own) {
		name := gocmd.FlagName(f)
		_, value, _ := strings.Cut(f, "=")
		switch {
		case name == "tags" && tags != "":
			tags = value + "," + tags
		case slices.ContainsFunc(flags, func(other string) bool { return gocmd.FlagName(other) == name }):
			replaced = append(replaced, f)
		default:
			kept = append(kept, f)
		}
	}
	if tags != "" {
		kept = append(kept, "-tags="+strings.TrimPrefix(tags, ","))
	}
	merged, err = gocmd.JoinFlags(slices.Concat(kept, flags))
	return merged, replaced, err
}

// chooseToolchains finds the toolchains that the sides are to have.
func (p *Pair) chooseToolchains(ctx context.Context) (err error) {
	for _, s := range []*side{&p.base, &p.head} {
		if s.settings.Go == "" {
			continue
		}
		p.o.Say(fmt.Sprintf("finding %s for %s", s.settings.Go, s.name))
		if s.toolchain, err = chooseToolchain(ctx, s.settings.Go); err != nil {
			if ctx.Err() != nil {
				return err
			}
			return &OptionError{s.option("go"), err}
		}
	}
	return nil
}

// option is the name of an option that each side has.
func (s *side) option(name string) Option { return Option(s.name + "-" + name) }

// chooseToolchain returns the value of GOTOOLCHAIN for a toolchain, which it has the go
// command get.
func chooseToolchain(ctx context.Context, want string) (string, error) {
	if want == LocalGo {
		return want, nil
	}
	if !version.IsValid(want) {
		return "", fmt.Errorf("%q is not a version of Go: want a release such as go1.25.4, go1.25 for the newest of its releases, or %s for the installed one", want, LocalGo)
	}
	exact := want
	// Since 1.21, the first release of 1.N is 1.N.0, and 1.N the language.
	if version.Lang(want) == want && version.Compare(want, "go1.21") >= 0 {
		local, err := goVersion(ctx, LocalGo)
		if err != nil {
			return "", err
		}
		if version.Lang(local) == want {
			return LocalGo, nil
		}
		out, err := outside().Run(ctx, "list", "-m", "-f={{.Version}}", "toolchain@"+want)
		if err != nil {
			return "", missing(want, err)
		}
		exact = strings.TrimSpace(out)
	}
	got, err := goVersion(ctx, exact)
	if err != nil {
		return "", missing(want, err)
	}
	if got != exact {
		return "", fmt.Errorf("the go command that is installed gives %s instead of %s: only Go 1.21 and later can choose a toolchain", got, exact)
	}
	return exact, nil
}

// missing is the error of a toolchain that the go command cannot get.
func missing(want string, err error) error {
	_, why, found := strings.Cut(err.Error(), "\n")
	if !found || !strings.HasPrefix(err.Error(), "go: downloading ") {
		why = err.Error()
	}
	return fmt.Errorf("%s cannot be had: %s; https://go.dev/dl lists the versions, and a program of that name on PATH, as golang.org/dl installs it, does where GOPROXY has none", want, table.OneLine(why))
}

// goVersion returns the version of a toolchain, as the go command has it for GOTOOLCHAIN.
func goVersion(ctx context.Context, toolchain string) (string, error) {
	out, err := outside("GOTOOLCHAIN="+toolchain).Run(ctx, "env", "GOVERSION")
	return release(out), err
}

// outside is the go command outside of any module, whose go.mod could ask for a toolchain
// of its own.
func outside(env ...string) gocmd.Go {
	return gocmd.Go{Dir: os.TempDir(), Env: append([]string{"GOFLAGS=-mod=mod", "GOWORK=off"}, env...)}
}

// release is GOVERSION without the list of experiments.
func release(text string) string {
	text, _, _ = strings.Cut(strings.TrimSpace(text), " X:")
	return text
}

// checkToolchain returns an error if the chosen toolchain of a side is too old for its
// module.
func (s *side) checkToolchain(ctx context.Context) error {
	if s.settings.Go == "" {
		return nil
	}
	if _, err := s.command().Run(ctx, "list", "-m"); err != nil {
		if ctx.Err() != nil {
			return err
		}
		return wrong(s.option("go"), "%s does not fit the module: %w; choose a version that its go.mod allows", s.settings.Go, err)
	}
	return nil
}
