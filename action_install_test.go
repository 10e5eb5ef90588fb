package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// release writes a directory as the address of a release has it, and returns the
// checksums: a program in an archive for each system that .goreleaser.yaml names.
func release(t *testing.T, dir string) (checksums string) {
	t.Helper()
	for _, target := range readReleaser(t).targets(t) {
		name := "overlap"
		if target.goos == "windows" {
			name = "overlap.exe"
		}
		program := "#!/bin/bash\necho released for " + target.goos + "/" + target.goarch + "\n"
		var text bytes.Buffer
		z := gzip.NewWriter(&text)
		w := tar.NewWriter(z)
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o755, Size: int64(len(program))}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(program)); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, target.archive), text.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
		checksums += fmt.Sprintf("%x  %s\n", sha256.Sum256(text.Bytes()), target.archive)
	}
	return checksums
}

// The tag of a release is installed from its binary, if that has the checksum of the
// release; everything else is built from the code of the action.
func TestActionInstalls(t *testing.T) {
	needs(t, "bash", "tar", "awk")
	dir := t.TempDir()
	bin, assets := filepath.Join(dir, "bin"), filepath.Join(dir, "assets")
	if err := os.Mkdir(assets, 0o777); err != nil {
		t.Fatal(err)
	}
	checksums := release(t, assets)
	fake(t, bin, "curl", `while [ $# -gt 0 ]; do
	[ "$1" != --output ] || out="$2"
	url="$1"
	shift
done
echo "$url" >> "$LOG"
cp "$ASSETS/${url##*/}" "$out" 2> /dev/null || { echo "curl: 404" >&2; exit 22; }
`)
	fake(t, bin, "go", `[ "$1 $2 $3 $4" != "list -C $GITHUB_ACTION_PATH -m" ] || { echo example.com/overlap; exit; }
echo "go $* with $GOFLAGS$GOOS $GOTOOLCHAIN" >> "$LOG"
while [ $# -gt 0 ]; do
	[ "$1" != -o ] || out="$2"
	shift
done
printf '#!/bin/bash\necho built\n' > "$out"
chmod +x "$out"
`)
	wrong := regexp.MustCompile(`(?m)^[0-9a-f]{4}`).ReplaceAllString(checksums, "0000")
	for _, c := range []struct {
		why, ref, runner, checksums string
		code                        int
		prints                      string // by the program
		tag                         string // of what was built
	}{
		{"a release on Linux", "v1.2.3", "Linux-X64", checksums, 0, "released for linux/amd64", ""},
		{"a release on macOS", "v1.2.3-rc.1", "macOS-ARM64", checksums, 0, "released for darwin/arm64", ""},
		{"a release on Windows", "v10.20.30", "Windows-X64", checksums, 0, "released for windows/amd64", ""},
		{"another binary than that of the release", "v1.2.3", "Linux-X64", wrong, 3, "", ""},
		{"a binary that the checksums do not name", "v1.2.3", "Linux-X64", strings.ReplaceAll(checksums, "linux", "plan9"), 3, "", ""},
		{"no release", "v1.2.3", "Linux-X64", "", 0, "built", "v1.2.3"},
		{"another processor", "v1.2.3", "Linux-ARM", checksums, 0, "built", "v1.2.3"},
		{"a tag that moves", "v1", "Linux-X64", checksums, 0, "built", "v1"},
		{"a branch", "main", "Linux-X64", checksums, 0, "built", "main"},
		{"a commit", "0123456789abcdef0123456789abcdef01234567", "Windows-ARM64", checksums, 0, "built", "0123456789abcdef0123456789abcdef01234567"},
		{"the code of the workflow's own repository", "", "Linux-X64", checksums, 0, "built", ""},
		{"a branch with a hostile name", "v1.2.3;touch owned -X a=b", "Linux-X64", checksums, 0, "built", ""},
	} {
		temp, log, path := filepath.Join(dir, "temp"), filepath.Join(dir, "log"), filepath.Join(dir, "path")
		must(t, dir, "rm -rf temp log path assets/checksums.txt && mkdir temp")
		if c.checksums != "" {
			if err := os.WriteFile(filepath.Join(assets, "checksums.txt"), []byte(c.checksums), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		system, arch, _ := strings.Cut(c.runner, "-")
		out, err := bash(t, dir, actionScript(t, "Install overlap"), "PATH="+bin+":"+os.Getenv("PATH"), "LOG="+log, "ASSETS="+assets,
			"RUNNER_TEMP="+temp, "RUNNER_OS="+system, "RUNNER_ARCH="+arch, "GITHUB_PATH="+path, "GITHUB_SERVER_URL=https://github.example",
			"GITHUB_ACTION_PATH="+filepath.Join(dir, "the action"), "ACTION_REF="+c.ref, "ACTION_REPOSITORY=some/overlap", "GOFLAGS=-mod=vendor", "GOOS=js")
		if exitCode(err) != c.code || !strings.Contains(out, c.prints) {
			t.Errorf("%s: exit %d, want %d and %q\n%s", c.why, exitCode(err), c.code, c.prints, out)
		}
		if c.code != 0 {
			if text, _ := os.ReadFile(path); len(text) > 0 || !strings.Contains(out, "::error title=overlap::overlap_linux_amd64.tar.gz of v1.2.3 ") {
				t.Errorf("%s: the PATH gets %q\n%s", c.why, text, out)
			}
			continue
		}
		if got := must(t, dir, "cat path"); got != filepath.Join(temp, "overlap-program") {
			t.Errorf("%s: the PATH gets %s", c.why, got)
		}
		calls := must(t, dir, "cat log")
		var want string
		if version := regexp.MustCompile(`^v\d+\.\d+\.\d+[^;]*$`); version.MatchString(c.ref) && c.runner != "Linux-ARM" {
			want = "https://github.example/some/overlap/releases/download/" + c.ref + "/checksums.txt\n"
		}
		if c.prints == "built" {
			program := filepath.Join(temp, "overlap-program/overlap")
			if system == "Windows" {
				program += ".exe"
			}
			want += "go build -C " + filepath.Join(dir, "the action") + " -trimpath -ldflags -X example.com/overlap/internal/cli.tag=" + c.tag + " -o " + program + " . with  auto"
			if calls != want {
				t.Errorf("%s: it called\n%s\nand not\n%s", c.why, calls, want)
			}
		} else if !strings.HasPrefix(calls, want) || strings.Count(calls, "\n") != 1 {
			t.Errorf("%s: it called\n%s", c.why, calls)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "owned")); err == nil {
		t.Error("a name was run")
	}
}
