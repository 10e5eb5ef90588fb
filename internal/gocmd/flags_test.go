package gocmd_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"overlap/internal/gocmd"
)

func TestFlagsSurviveGOFLAGS(t *testing.T) {
	for _, flags := range [][]string{
		nil, {"-tags=a"}, {"-ldflags=-s -w", "-race"}, {`-ldflags=-X "m.a=b c"`, "-gcflags=it's"}, {"-ldflags=it's a\tthing"}, {`-ldflags="`}, {"", "'", `"`},
	} {
		text, err := gocmd.JoinFlags(flags)
		if got := gocmd.SplitFlags(text); err != nil || !slices.Equal(got, flags) {
			t.Errorf("%q became %q, %v", flags, got, err)
		}
	}
	if text, err := gocmd.JoinFlags([]string{`-ldflags='a' "b"`}); err == nil {
		t.Errorf("GOFLAGS=%s", text)
	}
	if got := gocmd.SplitFlags(" -a\t\n 'b c'-d \"e"); !slices.Equal(got, []string{"-a", "b c", "-d", "e"}) {
		t.Errorf("%q", got)
	}
	for flag, want := range map[string]string{"-a=b=c": "a", "--a": "a", "a": "a", "---a": "-a", "": ""} {
		if got := gocmd.FlagName(flag); got != want {
			t.Errorf("%s: %s", flag, got)
		}
	}
}

// What JoinFlags writes, the go command reads.
func TestGoReadsJoinedFlags(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip(err)
	}
	text, err := gocmd.JoinFlags([]string{"-tags=a,b", `-ldflags=-X "m.a=b c"`})
	if err != nil {
		t.Fatal(err)
	}
	if out, err := (gocmd.Go{Dir: module(t), Env: []string{"GOFLAGS=" + text}}).Run(t.Context(), "list", "-m"); err != nil || strings.TrimSpace(out) != "example.com/m" {
		t.Errorf("%q: %q, %v", text, out, err)
	}
}
