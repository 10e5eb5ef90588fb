// Package git does what comparing two revisions needs: it resolves revisions and checks
// commits out beside the user's tree. It never writes to that tree, its index or a
// branch; it adds only worktrees to the repository, and removes them.
//
// It runs the git command. A library would not know the user's filters, partial clones
// and worktrees as git does.
package git

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"overlap/internal/proc"
	"overlap/internal/table"
)

// Repository is a repository and a directory in it.
type Repository struct {
	Top    string // the user's tree, or empty if the repository is bare
	Prefix string // the directory's path below Top; empty for Top itself

	dir     string // where git is started
	shallow bool
}

// Open finds the repository that the directory is in.
func Open(ctx context.Context, dir string) (*Repository, error) {
	r := &Repository{dir: dir}
	out, err := r.run(ctx, "rev-parse", "--is-inside-work-tree", "--is-shallow-repository")
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	facts := strings.Fields(out)
	r.shallow = slices.Contains(facts[1:], "true")
	if facts[0] != "true" {
		return r, nil
	}
	if out, err = r.run(ctx, "rev-parse", "--show-toplevel"); err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	r.Top = filepath.FromSlash(strings.TrimSuffix(out, "\n"))
	if out, err = r.run(ctx, "rev-parse", "--show-prefix"); err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	r.Prefix = filepath.FromSlash(strings.TrimSuffix(strings.TrimSuffix(out, "\n"), "/"))
	return r, nil
}

var hash = regexp.MustCompile(`^[0-9a-f]{40}([0-9a-f]{24})?$`)

// Resolve returns the full hash of the commit that a revision names. A revision that
// begins with a dash is not taken for a flag.
func (r *Repository) Resolve(ctx context.Context, revision string) (string, error) {
	commit, err := r.commit(ctx, revision)
	if err == nil || ctx.Err() != nil {
		return commit, err
	}
	if _, none := r.commit(ctx, "HEAD"); none != nil && ctx.Err() == nil {
		return "", errors.New("the repository has no commit yet: there is nothing to compare with")
	}
	if r.shallow {
		return "", fmt.Errorf("no commit %q in this shallow clone: fetch the whole history with git fetch --unshallow, or in GitHub's actions/checkout with fetch-depth: 0", revision)
	}
	return "", fmt.Errorf("no commit %q in this repository: git fetch gets commits of others, git log --all lists all", revision)
}

func (r *Repository) commit(ctx context.Context, revision string) (string, error) {
	out, err := r.run(ctx, "rev-parse", "--verify", "--quiet", "--end-of-options", revision+"^{commit}")
	if err != nil {
		return "", err
	}
	// A revision such as ^main names what is left out, not a commit.
	if out = strings.TrimSpace(out); !hash.MatchString(out) {
		return "", fmt.Errorf("%q is not one commit", revision)
	}
	return out, nil
}

// Dirty reports whether the user's tree differs from its commit. Untracked files count;
// ignored files and those in the directory except do not.
func (r *Repository) Dirty(ctx context.Context, except string) (bool, error) {
	args := []string{"status", "--porcelain", "--", ":/"}
	if inside, err := filepath.Rel(r.Top, except); err == nil && filepath.IsLocal(inside) && inside != "." {
		args = append(args, ":(exclude,top,literal)"+filepath.ToSlash(inside))
	}
	out, err := r.run(ctx, args...)
	return out != "", err
}

func (r *Repository) run(ctx context.Context, args ...string) (string, error) {
	return Run(ctx, r.dir, os.Environ(), args...)
}

// Run runs git in a directory and returns its output. It drops the variables that tell a
// hook its repository, runs no hooks, never prompts and takes no optional locks. The
// error has what git wrote to standard error.
func Run(ctx context.Context, dir string, env []string, args ...string) (string, error) {
	settings := []string{"-c", "core.hooksPath=" + os.DevNull, "-c", "core.fsmonitor=false"}
	cmd := exec.CommandContext(ctx, "git", append(settings, args...)...)
	cmd.Dir = dir
	cmd.Env = slices.DeleteFunc(slices.Clone(env), func(s string) bool {
		name, _, _ := strings.Cut(s, "=")
		return slices.Contains(local, name)
	})
	cmd.Env = append(cmd.Env, "GIT_OPTIONAL_LOCKS=0", "GIT_TERMINAL_PROMPT=0", "LC_ALL=C")
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := proc.Run(cmd); err != nil {
		if ctx.Err() != nil {
			return "", context.Cause(ctx)
		}
		if errors.Is(err, exec.ErrNotFound) {
			return "", fmt.Errorf("git is needed: %w; install it from https://git-scm.com", err)
		}
		return "", fmt.Errorf("git %s: %w: %s", args[0], err, table.Excerpt(stderr.String(), 2<<10))
	}
	return stdout.String(), nil
}

// local are the variables of git rev-parse --local-env-vars that choose a
// repository.
var local = []string{"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE"}
