package gate_test

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"overlap/bench/gate"
	"overlap/bench/host"
)

// underSettings is a plan of one commit under the settings of two sides.
func underSettings(base, head gate.Settings) gate.Plan {
	p := plan(2, point("Sum", 1, 1))
	p.Head = p.Base
	p.Base.Settings, p.Head.Settings = base, head
	return p
}

// A file without the settings of a slot would let another side's time pass for it: both
// sides are of one commit.
func TestFileHasTheSettingsOfBothSides(t *testing.T) {
	p := underSettings(gate.Settings{Go: "go1.25.4"}, gate.Settings{Go: "go1.26.8", Env: []string{"GOGC=200", "A=b c"}, Flags: []string{"-pgo=cpu.pprof"}, Tags: "x,y"})
	path := storeAt(t, p, append(slices.Clone(about), host.Pair{Key: "gogc", Value: "100"}, host.Pair{Key: "governor", Value: "powersave"}), records(p, 3))
	s, err := gate.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if r := s.Report(); !reflect.DeepEqual(r.Base, p.Base) || !reflect.DeepEqual(r.Head, p.Head) {
		t.Errorf("read %+v, want %+v", r.Setup, p.Setup)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"go: go1.25.4", "go: go1.26.8", "env: GOGC=200 A=b c", "env:", "flags: -pgo=cpu.pprof", "tags: x,y", "gogc: 100", "gogc:", "governor: powersave"} {
		if !strings.Contains(string(text), "\n"+line+"\n") {
			t.Errorf("the file has no line %q", line)
		}
	}
	if strings.Contains(string(text), "go: go1.26\n") {
		t.Error("the file also has the Go version of overlap")
	}
	for _, key := range []string{"go: go1.26.8", "env: GOGC", "env:\n", "flags: ", "tags: "} {
		damaged := bytes.Replace(text, []byte("\n"+key), []byte("\nnot-"+key), 1)
		if key == "env:\n" { // head's settings are now base's, too
			damaged = bytes.Replace(text, []byte("\nenv:\n"), []byte("\n"), 1)
		}
		if _, err := gate.Read(write(t, damaged)); err == nil || !strings.Contains(err.Error(), "the result differs from its slot") {
			t.Errorf("without %q: %v", key, err)
		}
	}
	p.Head.Env = []string{"A=b\nc"}
	if _, err := gate.Create(t.TempDir(), p, about); err == nil || !strings.Contains(err.Error(), "env: ") {
		t.Errorf("a setting of two lines: %v", err)
	}
}

func TestReportSaysUnderWhichSettingsHeadIsWorse(t *testing.T) {
	both := []string{"A=1"}
	for want, c := range map[string]struct{ base, head gate.Settings }{
		"head is worse under go1.26.8 than base under go1.25.4: ": {gate.Settings{Go: "go1.25.4", Env: both}, gate.Settings{Go: "go1.26.8", Env: both}},
		"head is worse under GOGC=50: ":                           {gate.Settings{}, gate.Settings{Env: []string{"GOGC=50"}}},
		"head is worse than base under -race, -tags=x: ":          {gate.Settings{Flags: []string{"-race"}, Tags: "x"}, gate.Settings{}},
		"regressions: ": {gate.Settings{Env: both}, gate.Settings{Env: both}},
	} {
		r := sample()
		r.Base.Settings, r.Head.Settings = c.base, c.head
		if got := r.Summary(); !strings.Contains(got, want) || strings.HasPrefix(want, "head") == strings.Contains(got, "regression") {
			t.Errorf("want %q in %q", want, got)
		}
		var b strings.Builder
		if err := r.WriteText(&b, gate.Form{Exit: r.Exit(false)}); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(strings.Fields(b.String()), " "); strings.HasPrefix(want, "head") != strings.Contains(got, "exit code 1, head is worse") {
			t.Errorf("%q: the exit code in\n%s", want, got)
		}
	}
}

func TestHeadingHasTheSettings(t *testing.T) {
	v := gate.Revision{Name: "HEAD", Commit: oldCommit, Settings: gate.Settings{Go: "go1.25.4", Env: []string{"GOGC=200"}, Flags: []string{"-pgo=x"}, Tags: "a,b"}}
	if got, want := v.String(), "HEAD (0123456789ab), go1.25.4, GOGC=200, -pgo=x, -tags=a,b"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	v.Env = []string{evil}
	if got := v.String(); strings.ContainsAny(got, "\x1b\n\r\u202e") {
		t.Errorf("%q controls a terminal", got)
	}
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), `"go":"go1.25.4"`) || !strings.Contains(string(text), `"tags":"a,b"`) {
		t.Errorf("%s", text)
	}
}
