package cli

import (
	"context"
	"embed"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"overlap/internal/git"
	"overlap/internal/proc"
)

// selfModule is the module that the self-test compares with its variants. The
// files end in .txt, so that go build does not take them for its own.
//
//go:embed selftest/*.txt
var selfModule embed.FS

// selfFiles are the files of that module, by name.
func selfFiles() (map[string]string, error) {
	entries, err := selfModule.ReadDir("selftest")
	if err != nil {
		return nil, fmt.Errorf("read the module of the self-test: %w", err)
	}
	files := map[string]string{}
	for _, e := range entries {
		text, err := selfModule.ReadFile("selftest/" + e.Name())
		if err != nil {
			return nil, fmt.Errorf("read the module of the self-test: %w", err)
		}
		files[strings.TrimSuffix(e.Name(), ".txt")] = string(text)
	}
	return files, nil
}

// edit is what a variant of the module changes: one text in one file.
type edit struct{ file, from, to string }

// apply returns the files with the edit. The text must be there once: an edit
// that changed nothing would be a case that tests nothing.
func (e edit) apply(files map[string]string) (map[string]string, error) {
	if n := strings.Count(files[e.file], e.from); n != 1 {
		return nil, fmt.Errorf("the self-test edits %q in its %s, which is there %d times", e.from, e.file, n)
	}
	edited := maps.Clone(files)
	edited[e.file] = strings.Replace(files[e.file], e.from, e.to, 1)
	return edited, nil
}

// makeRepository makes a git repository in dir with the module as the tag base,
// and a tag for each case.
func makeRepository(ctx context.Context, dir string, cases []selfCase) error {
	files, err := selfFiles()
	if err != nil {
		return err
	}
	if _, err := git.Run(ctx, dir, selfEnvironment(os.Environ()), "init", "-q"); err != nil {
		return err
	}
	if err := selfCommit(ctx, dir, "base", files); err != nil {
		return err
	}
	for _, c := range cases {
		edited, err := c.edit.apply(files)
		if err != nil {
			return err
		}
		if err := selfCommit(ctx, dir, c.name, edited); err != nil {
			return err
		}
	}
	return nil
}

// selfCommit commits the files under a tag.
func selfCommit(ctx context.Context, dir, tag string, files map[string]string) error {
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			return fmt.Errorf("write the module of the self-test: %w", err)
		}
	}
	for _, args := range [][]string{{"add", "-A"}, {"commit", "-q", "-m", tag}, {"tag", tag}} {
		if _, err := git.Run(ctx, dir, selfEnvironment(os.Environ()), args...); err != nil {
			return err
		}
	}
	return nil
}

// selfCheck runs overlap check in the environment of the self-test and returns its exit
// code. The end of the context interrupts the check, so that it removes what it has made.
func selfCheck(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	self, err := os.Executable()
	if err != nil {
		fmt.Fprintf(stderr, "overlap: find this program to start a check with: %v\n", err)
		return exitUnmeasured
	}
	cmd := exec.CommandContext(ctx, self, append([]string{checkVerb}, args...)...)
	cmd.Env, cmd.Stdout, cmd.Stderr = selfEnvironment(os.Environ()), stdout, stderr
	proc.Lead(cmd)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second // then it is killed
	if err := cmd.Start(); err != nil {
		fmt.Fprintf(stderr, "overlap: start a check: %v\n", err)
		return exitUnmeasured
	}
	defer proc.End(cmd.Process)
	_ = cmd.Wait() // the exit code says more
	return cmd.ProcessState.ExitCode()
}

// selfEnvironment is the environment of git, and of the checks, which call git
// and go: the user's settings of both must not decide how the self-test ends (a
// commit that has to be signed, a hook, a GIT_DIR of the hook that runs this, a
// workspace), and nothing is fetched. GOTOOLCHAIN stays: it may be what makes go
// run at all.
func selfEnvironment(environ []string) []string {
	env := slices.DeleteFunc(slices.Clone(environ), func(s string) bool {
		return strings.HasPrefix(s, "GIT_") || strings.HasPrefix(s, "OVERLAP_") ||
			strings.HasPrefix(s, "GITHUB_ACTIONS=") || strings.HasPrefix(s, "GITHUB_STEP_SUMMARY=")
	})
	return append(env,
		"GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=overlap", "GIT_AUTHOR_EMAIL=overlap@localhost",
		"GIT_COMMITTER_NAME=overlap", "GIT_COMMITTER_EMAIL=overlap@localhost",
		"GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off", "GO111MODULE=on",
	)
}
