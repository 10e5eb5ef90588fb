package pair

import (
	"slices"
	"testing"

	"overlap/bench/gate"
)

// A side has its flags instead of the user's, and its tags besides them: the sides differ
// in what was given, and in nothing else.
func TestFlagsOfASideAddToGOFLAGS(t *testing.T) {
	for _, c := range []struct {
		own, tags string
		flags     []string
		want      string
		replaced  []string
	}{
		{"-tags=a  '-gcflags=-l -N'", "", nil, "-tags=a  '-gcflags=-l -N'", nil},
		{"", "x,y", nil, "-tags=x,y", nil},
		{"-race -tags=a,b", "x", nil, "-race -tags=a,b,x", nil},
		{"--tags=", "x", nil, "-tags=x", nil},
		{"-tags=a '-gcflags=-l -N' -race", "", []string{"-gcflags=-m -l", "-pgo=/a b/c"}, "-tags=a -race '-gcflags=-m -l' '-pgo=/a b/c'", []string{"-gcflags=-l -N"}},
	} {
		got, replaced, err := mergeFlags(c.own, c.tags, c.flags)
		if err != nil || got != c.want || !slices.Equal(replaced, c.replaced) {
			t.Errorf("%+v: %q, %q, %v", c, got, replaced, err)
		}
	}
	if got, _, err := mergeFlags("", "", []string{`-ldflags=-X 'a' "b"`}); err == nil {
		t.Errorf("GOFLAGS=%s", got)
	}
}

// A memory limit that is made for a benchmark would stop the compiler.
func TestCompilerDoesNotGetWhatTheRuntimeReads(t *testing.T) {
	s := side{toolchain: "go1.25.4"}
	s.settings.Env = []string{"GOGC=1", "GOAMD64=v3", "GOMEMLIMIT=1MiB", "GODEBUG=x=1", "GOGCX=1"}
	if got, want := s.goEnviron(), []string{"GOAMD64=v3", "GOGCX=1", "GOTOOLCHAIN=go1.25.4"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if len(s.settings.Env) != 5 {
		t.Errorf("the benchmarks have %q", s.settings.Env)
	}
}

// To measure a commit against itself is to ask whether the check stays quiet; under two
// settings it is not.
func TestCommitUnderTwoSettingsIsNoAARun(t *testing.T) {
	p := &Pair{o: Options{Base: "v1", Head: "v1"}, base: side{commit: "1"}, head: side{commit: "1"}}
	if !p.isAA() || !p.sameEnv() {
		t.Error("a commit against itself is not an A/A run")
	}
	for _, s := range []gate.Settings{{Go: "go1.25.4"}, {Tags: "x"}, {Flags: []string{"-race"}}, {Env: []string{"A=1"}}} {
		p.Head.Settings = s
		if p.isAA() || p.sameEnv() != (s.Env == nil) {
			t.Errorf("%+v: A/A %v, the same environment %v", s, p.isAA(), p.sameEnv())
		}
	}
	p.Base.Settings = p.Head.Settings
	if !p.isAA() || !p.sameEnv() {
		t.Error("the same settings on both sides are not the same")
	}
}
