package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"overlap/bench/gate/pair"
	"overlap/internal/gocmd"
)

// sideFlags are the settings of one side of a check.
type sideFlags struct {
	Go    string   `group:"settings" help:"Toolchain of ${side}: a release such as go1.25.4, go1.25 for the newest of its releases, or local for the installed one (default: as go.mod has it)." placeholder:"VERSION"`
	Env   []string `group:"settings" sep:"none" help:"A variable in the environment of ${side}'s benchmarks; repeat for more." placeholder:"NAME=VALUE"`
	Flags []string `group:"settings" sep:"none" help:"Flags of go build for ${side}, such as -pgo=FILE; quote as in GOFLAGS, whose flags of the same names they replace." placeholder:"FLAGS"`
	Tags  string   `group:"settings" help:"Build tags of ${side}, besides those in GOFLAGS." placeholder:"TAGS"`
}

func (f sideFlags) given() bool { return f.Go+f.Tags != "" || f.Env != nil || f.Flags != nil }

// hasSettings reports whether a side was given settings of its own.
func (c *checkCmd) hasSettings() bool { return c.BaseSettings.given() || c.HeadSettings.given() }

// parseSettings checks the settings of both sides.
func (c *checkCmd) parseSettings() (err error) {
	if c.base, err = c.BaseSettings.parse("base"); err != nil {
		return err
	}
	if c.head, err = c.HeadSettings.parse("head"); err != nil {
		return err
	}
	c.base.Env, c.head.Env = withInherited(c.base.Env, c.head.Env), withInherited(c.head.Env, c.base.Env)
	return nil
}

// withInherited adds to the variables of a side those that only the other side sets and
// overlap's own environment has, so that the report can say what they are.
func withInherited(own, other []string) []string {
	var all []string
	for _, v := range other {
		name, _, _ := strings.Cut(v, "=")
		value, set := os.LookupEnv(name)
		if set && !slices.ContainsFunc(own, func(v string) bool { return strings.HasPrefix(v, name+"=") }) {
			all = append(all, name+"="+value)
		}
	}
	return slices.Concat(own, all)
}

// maxSettings is how many bytes of settings a side may have: a result file has them in one
// line, and its readers take no long ones.
const maxSettings = 16 << 10

// parse returns the settings of a side, whose flags begin with its name.
func (f sideFlags) parse(side string) (s pair.Settings, err error) {
	all := strings.Join(slices.Concat(f.Env, f.Flags, []string{f.Tags, f.Go}), "")
	if len(all) > maxSettings {
		return s, fmt.Errorf("the settings of %s have %d bytes; %d are the most", side, len(all), maxSettings)
	}
	if strings.ContainsFunc(all, unicode.IsControl) || !utf8.ValidString(all) {
		return s, fmt.Errorf("the settings of %s have a character that a result file cannot hold: %.200q", side, all)
	}
	s.Go, s.Env, s.Tags = f.Go, f.Env, f.Tags
	seen := map[string]bool{}
	for _, v := range f.Env {
		name, _, ok := strings.Cut(v, "=")
		switch why := reserved(side, name); {
		case !ok || name == "":
			return s, fmt.Errorf("--%s-env: want NAME=VALUE, such as GOGC=200; got %q", side, v)
		case why != "":
			return s, fmt.Errorf("--%s-env cannot set %s: %s", side, name, why)
		case seen[name]:
			return s, fmt.Errorf("--%s-env sets %s twice", side, name)
		}
		seen[name] = true
	}
	if strings.ContainsAny(f.Tags, " \t'\"") {
		return s, fmt.Errorf("--%s-tags: want tags with commas between them; got %q", side, f.Tags)
	}
	for _, text := range f.Flags {
		s.Flags = append(s.Flags, gocmd.SplitFlags(text)...)
	}
	for _, flag := range s.Flags {
		if flag, err = buildFlag(side, flag); err != nil {
			return s, fmt.Errorf("--%s-flags: %w", side, err)
		}
		s.Build = append(s.Build, flag)
	}
	return s, nil
}

// reserved says why a side cannot have a variable of its own, in whatever case systems
// take it; empty if it can.
func reserved(side, name string) string {
	switch name = strings.ToUpper(name); name {
	case "GOMAXPROCS":
		return "overlap sets it to the cores of each point; --cores chooses them"
	case "GOTOOLCHAIN", "GOROOT":
		return "--" + side + "-go chooses the toolchain"
	case "GOFLAGS":
		return "--" + side + "-flags and --" + side + "-tags add to it"
	case "GOWORK", "GOTMPDIR":
		return "overlap sets it, so that builds leave nothing behind in your tree"
	}
	if strings.HasPrefix(name, "OVERLAP_") {
		return "names that begin with OVERLAP_ are what overlap tells its processes"
	}
	return ""
}

// buildFlags are the flags of go build that change code. Others choose where the go command
// reads and writes, which is for overlap to say.
var buildFlags = []string{"asan", "asmflags", "buildmode", "gcflags", "ldflags", "msan", "pgo", "race"}

// buildFlag returns a flag as the go command gets it, which runs in other directories.
func buildFlag(side, flag string) (string, error) {
	name := gocmd.FlagName(flag)
	_, value, _ := strings.Cut(flag, "=")
	switch {
	case name == "tags":
		return "", fmt.Errorf("--%s-tags is for tags", side)
	case !strings.HasPrefix(flag, "-") || !slices.Contains(buildFlags, name):
		return "", fmt.Errorf("%q is not a flag that changes how code is built, and has its value behind =: -%s", flag, strings.Join(buildFlags, ", -"))
	case name != "pgo" || value == "auto" || value == "off":
		return flag, nil
	}
	path, err := filepath.Abs(value)
	if err != nil {
		return "", err
	}
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return "", fmt.Errorf("-pgo: %q is not a file in this directory: want a CPU profile, auto or off", value)
	}
	return "-pgo=" + path, nil
}
