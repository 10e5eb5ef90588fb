package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"text/template"

	"go.yaml.in/yaml/v3"
)

// releaser is what .goreleaser.yaml may have in it. goreleaser itself, whose modules
// are a thousand, checks the file in ci.yml.
type releaser struct {
	Version     int
	ProjectName string `yaml:"project_name"`
	Builds      []struct {
		Binary       string
		Env, Flags   []string
		ModTimestamp string `yaml:"mod_timestamp"`
		Goos, Goarch []string
	}
	Archives []struct {
		NameTemplate string `yaml:"name_template"`
		Formats      []string
		Files        []string
	}
	Checksum struct {
		NameTemplate string `yaml:"name_template"`
		Algorithm    string
	}
	Sboms   []struct{ Artifacts string }
	Release struct{ Prerelease string }
}

func readReleaser(t *testing.T) (r releaser) {
	t.Helper()
	text, err := os.ReadFile(".goreleaser.yaml")
	if err != nil {
		t.Fatal(err)
	}
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(&r); err != nil {
		t.Fatal(err)
	}
	if r.Version != 2 || len(r.Builds) != 1 || len(r.Archives) != 1 || len(r.Archives[0].Formats) != 1 || len(r.Sboms) != 1 {
		t.Fatalf("%+v", r)
	}
	return r
}

// target is a system that a release is built for.
type target struct{ goos, goarch, archive string }

func (r releaser) targets(t *testing.T) (all []target) {
	t.Helper()
	name, err := template.New("name").Option("missingkey=error").Parse(r.Archives[0].NameTemplate)
	if err != nil {
		t.Fatal(err)
	}
	for _, system := range r.Builds[0].Goos {
		for _, arch := range r.Builds[0].Goarch {
			var b strings.Builder
			if err := name.Execute(&b, map[string]string{"ProjectName": r.ProjectName, "Os": system, "Arch": arch}); err != nil {
				t.Fatal(err)
			}
			all = append(all, target{system, arch, b.String() + "." + r.Archives[0].Formats[0]})
		}
	}
	return all
}

// A release has what users ask for, and each file in it is there.
func TestReleaseIsComplete(t *testing.T) {
	r := readReleaser(t)
	for _, want := range []string{"linux/amd64", "linux/arm64", "darwin/amd64", "darwin/arm64", "windows/amd64", "windows/arm64"} {
		if !slices.ContainsFunc(r.targets(t), func(x target) bool { return x.goos+"/"+x.goarch == want }) {
			t.Errorf("no binary for %s", want)
		}
	}
	if r.Builds[0].Binary != "overlap" || r.Checksum.NameTemplate != "checksums.txt" || r.Checksum.Algorithm != "sha256" || !slices.Contains(r.Archives[0].Files, "LICENSE") {
		t.Errorf("%+v", r)
	}
	for _, file := range r.Archives[0].Files {
		if _, err := os.Stat(file); err != nil {
			t.Error(err)
		}
	}
	w := readWorkflow(t, releaseWorkflow)
	if job := w.Jobs["release"]; job.Needs != "test" || fmt.Sprint(job.Permissions) != "map[contents:write]" || len(w.Jobs["test"].Permissions) != 0 {
		t.Errorf("the release needs %q and may %v; its tests may %v", job.Needs, job.Permissions, w.Jobs["test"].Permissions)
	}
	pinned := regexp.MustCompile(`go (install|run) github\.com/goreleaser/goreleaser/v2@v\d+\.\d+\.\d+\b`)
	made := pinned.FindString(script(t, releaseWorkflow, "release", "Install what makes a release"))
	ci, err := os.ReadFile(".github/workflows/ci.yml")
	if err != nil {
		t.Fatal(err)
	}
	checked := pinned.FindString(string(ci))
	version := func(s string) string { return s[strings.Index(s, "@")+1:] }
	if made == "" || checked == "" || version(made) != version(checked) {
		t.Errorf("the release is made by %q, its configuration is checked by %q", made, checked)
	}
}

// Every system that a release is for builds. Paths are not trimmed, so that go vet has
// built most of it before.
func TestReleaseBuilds(t *testing.T) {
	r := readReleaser(t)
	for _, target := range r.targets(t) {
		name := target.goos + "/" + target.goarch
		if testing.Short() && name != "windows/amd64" { // make lint vets the others
			continue
		}
		t.Run(name, func(t *testing.T) {
			cmd := exec.Command("go", "build", "-o", filepath.Join(t.TempDir(), "overlap"), ".")
			cmd.Env = slices.Concat(os.Environ(), r.Builds[0].Env, []string{"GOOS=" + target.goos, "GOARCH=" + target.goarch})
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

// A build of a tagged commit knows its tag, its commit, and whether the tree was changed.
func TestVersionFollowsTheTag(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds a copy")
	}
	needs(t, "git", "bash")
	dir := t.TempDir()
	copyRepository(t, dir)
	must(t, dir, "git init -q && git add -A && git commit -q -m all && git tag v1.2.3")
	commit := must(t, dir, "git rev-parse HEAD")
	program := filepath.Join(t.TempDir(), "overlap")
	r := readReleaser(t)
	version := func() string {
		cmd := exec.Command("go", slices.Concat([]string{"build", "-o", program}, r.Builds[0].Flags, []string{"."})...)
		cmd.Dir = dir
		cmd.Env = slices.Concat(os.Environ(), r.Builds[0].Env, []string{"GOFLAGS=-buildvcs=true"})
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		out, err := exec.Command(program, "version").CombinedOutput()
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(string(out))
	}
	must(t, dir, "mkdir dist && touch dist/config.yaml") // as goreleaser does
	end := ", " + runtime.Version() + ", " + runtime.GOOS + "/" + runtime.GOARCH
	if got, want := version(), "overlap v1.2.3, commit "+commit+end; got != want {
		t.Errorf("a release says %q, want %q", got, want)
	}
	must(t, dir, "echo >> README.md")
	if got, want := version(), "overlap v1.2.3, commit "+commit+", modified"+end; got != want {
		t.Errorf("a changed tree says %q, want %q", got, want)
	}
}

// changelogFault says what is wrong with the newest heading of the changelog at a
// commit with these tags. Tags such as v1, which move, are no versions.
func changelogFault(text string, tags []string) string {
	var newest string
	for line := range strings.Lines(text) {
		if heading, ok := strings.CutPrefix(line, "## "); ok {
			newest = strings.TrimSpace(heading)
			break
		}
	}
	version := regexp.MustCompile(`^v\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$`)
	if newest != "Unreleased" && !version.MatchString(newest) {
		return fmt.Sprintf("the newest heading is %q: want Unreleased or a version such as v1.2.3", newest)
	}
	versions := slices.DeleteFunc(slices.Clone(tags), func(tag string) bool { return !version.MatchString(tag) })
	if len(versions) > 0 && !slices.Contains(versions, newest) {
		return fmt.Sprintf("the commit is %s, and the newest heading is %q", strings.Join(versions, ", "), newest)
	}
	return ""
}

// The changelog of a release begins with its version.
func TestChangelogFollowsTags(t *testing.T) {
	text, err := os.ReadFile("CHANGELOG.md")
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("git", "tag", "--points-at", "HEAD").Output()
	if err != nil {
		t.Skip("not a git checkout: ", err)
	}
	if fault := changelogFault(string(text), strings.Fields(string(out))); fault != "" {
		t.Error(fault)
	}
	for _, c := range []struct {
		text string
		tags string
		ok   bool
	}{
		{"# Changelog\n\n## Unreleased\n\n## v1.0.0\n", "", true},
		{"# Changelog\n\n## v1.1.0\n\n## v1.0.0\n", "", true},
		{"# Changelog\n\n## v1.1.0\n", "v1.1.0 v1", true},
		{"# Changelog\n\n## v1.1.0-rc.1\n", "v1.1.0-rc.1", true},
		{"# Changelog\n\n## v1.1.0\n", "v1 nightly", true},
		{"# Changelog\n\n## Unreleased\n\n## v1.0.0\n", "v1.0.0", false},
		{"# Changelog\n\n## v1.0.0\n", "v1.1.0", false},
		{"# Changelog\n\n## 1.0.0\n", "", false},
		{"# Changelog\n", "", false},
	} {
		if fault := changelogFault(c.text, strings.Fields(c.tags)); (fault == "") != c.ok {
			t.Errorf("%q at %s: %q", c.text, c.tags, fault)
		}
	}
}

// The notes of a release are the newest section of the changelog.
func TestReleaseNotesAreTheNewestSection(t *testing.T) {
	needs(t, "bash", "awk")
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "CHANGELOG.md"), []byte("# Changelog\n\n## v1.1.0\n\nnew\n\n### Part\n\n## v1.0.0\n\nold\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(dir, "bin")
	fake(t, bin, "goreleaser", `[ "$*" = "release --clean --release-notes $RUNNER_TEMP/notes.md" ]`+"\n")
	if out, err := bash(t, dir, script(t, releaseWorkflow, "release", "Release"), "PATH="+bin+":"+os.Getenv("PATH"), "RUNNER_TEMP="+dir); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if got := must(t, dir, "cat notes.md"); got != "## v1.1.0\n\nnew\n\n### Part" {
		t.Errorf("the notes are %q", got)
	}
}
