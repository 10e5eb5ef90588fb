package cli

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
)

// tag is what the program was built from, where Go cannot know it because git is not
// there: action.yml sets it with -ldflags. Releases are built from a repository, in
// which Go finds the tag itself.
var tag string

type versionCmd struct{}

func (c *versionCmd) Run(s *streams) error {
	_, err := fmt.Fprintln(s.out, version())
	return err
}

func version() string {
	info, _ := debug.ReadBuildInfo()
	return describeBuild(info, tag)
}

// describeBuild returns what is known of a build, as a line. Without a tag, the version is
// the one that Go derives from the last tag and the commit.
func describeBuild(info *debug.BuildInfo, tag string) string {
	if info == nil {
		info = &debug.BuildInfo{}
	}
	// The tree is called modified below.
	main := strings.TrimSuffix(info.Main.Version, "+dirty")
	parts := []string{"overlap " + cmp.Or(tag, main, "(devel)")}
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	if commit := settings["vcs.revision"]; commit != "" {
		parts = append(parts, "commit "+commit)
	}
	if settings["vcs.modified"] == "true" {
		parts = append(parts, "modified")
	}
	return strings.Join(append(parts, runtime.Version(), runtime.GOOS+"/"+runtime.GOARCH), ", ")
}
