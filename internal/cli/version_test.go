package cli

import (
	"runtime"
	"runtime/debug"
	"testing"
)

func TestVersionSaysWhatIsKnown(t *testing.T) {
	end := ", " + runtime.Version() + ", " + runtime.GOOS + "/" + runtime.GOARCH
	build := func(version string, settings ...debug.BuildSetting) *debug.BuildInfo {
		return &debug.BuildInfo{Main: debug.Module{Version: version}, Settings: settings}
	}
	revision := debug.BuildSetting{Key: "vcs.revision", Value: "0123abcd"}
	for _, c := range []struct {
		why  string
		info *debug.BuildInfo
		tag  string
		want string
	}{
		{"a release", build("v1.2.3", revision, debug.BuildSetting{Key: "vcs.modified", Value: "false"}), "", "overlap v1.2.3, commit 0123abcd"},
		{"a changed tree", build("v1.2.3+dirty", revision, debug.BuildSetting{Key: "vcs.modified", Value: "true"}), "", "overlap v1.2.3, commit 0123abcd, modified"},
		{"go install", build("v1.2.3"), "", "overlap v1.2.3"},
		{"the action's build", build("(devel)"), "main", "overlap main"},
		{"a build without git", build("(devel)"), "", "overlap (devel)"},
		{"nothing", nil, "", "overlap (devel)"},
	} {
		if got := describeBuild(c.info, c.tag); got != c.want+end {
			t.Errorf("%s: %q, want %q", c.why, got, c.want+end)
		}
	}
}
