package git

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"overlap/internal/scratch"
)

// Worktree is a commit that is checked out into a temporary directory. Its path below
// that directory is the path of the user's tree below the root of the file system, so
// that Link can put a target where a path that leaves the repository leads.
type Worktree struct {
	Top string // where the commit is

	repository *Repository
	temp       string // the directory, as git lists it
	made       *scratch.Dir
}

// Purpose is the purpose of the temporary directories, see scratch.Make.
const Purpose = "check"

// origin is the file in a temporary directory that names a directory of the repository.
const origin = "repository"

// Checkout checks a commit out. Remove must be called. Submodules are not checked out,
// which could need the network and a password.
func (r *Repository) Checkout(ctx context.Context, commit string) (w *Worktree, err error) {
	made, err := scratch.Make("", Purpose)
	if err != nil {
		return nil, fmt.Errorf("worktree: %w", err)
	}
	w = &Worktree{repository: r, made: made, temp: made.Path}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.Remove())
		}
	}()
	if w.temp, err = filepath.EvalSymlinks(made.Path); err != nil {
		return nil, fmt.Errorf("directory for a worktree: %w", err)
	}
	if err := os.WriteFile(filepath.Join(w.temp, origin), []byte(r.dir), 0o666); err != nil {
		return nil, fmt.Errorf("directory for a worktree: %w", err)
	}
	top := r.Top
	if top == "" {
		top = "repository"
	}
	w.Top = w.mirror(top)
	if err := os.MkdirAll(filepath.Dir(w.Top), 0o777); err != nil {
		return nil, fmt.Errorf("directory for a worktree: %w", err)
	}
	_, err = r.run(ctx, "worktree", "add", "--quiet", "--detach", w.Top, commit)
	return w, err
}

// mirror maps a path of the file system into the temporary directory.
func (w *Worktree) mirror(path string) string {
	return filepath.Join(w.temp, "tree", strings.TrimPrefix(path, filepath.VolumeName(path)))
}

// Link makes a path that leaves the worktree a link to where it would lead from the
// user's tree, and returns that target. It returns an empty string if the path stays
// within.
func (w *Worktree) Link(path string) (target string, err error) {
	if inside, err := filepath.Rel(w.Top, path); err == nil && filepath.IsLocal(inside) {
		return "", nil
	}
	outside, err := filepath.Rel(filepath.Join(w.temp, "tree"), path)
	if err != nil || !filepath.IsLocal(outside) || w.repository.Top == "" {
		return "", fmt.Errorf("%s leaves the repository and leads nowhere", path)
	}
	root := filepath.VolumeName(w.repository.Top) + string(filepath.Separator)
	target = filepath.Join(root, outside)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return "", fmt.Errorf("link to %s: %w", target, err)
	}
	if err := os.Symlink(target, path); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", fmt.Errorf("link to %s: %w", target, err)
	}
	return target, nil
}

// Remove removes the worktree, even if the context of Checkout has ended.
func (w *Worktree) Remove() error {
	var errs []error
	if w.Top != "" && w.repository.registered(w.Top) {
		_, err := w.repository.run(context.Background(), "worktree", "remove", "--force", "--force", w.Top)
		errs = append(errs, err)
	}
	return errors.Join(append(errs, w.made.Remove())...)
}

func (r *Repository) registered(top string) bool {
	return slices.Contains(r.worktrees(context.Background()), top)
}

// worktrees are the directories of the repository's worktrees; none if git fails.
func (r *Repository) worktrees(ctx context.Context) (paths []string) {
	out, err := r.run(ctx, "worktree", "list", "--porcelain")
	if err != nil {
		return nil
	}
	for line := range strings.Lines(out) {
		if path, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "worktree "); ok {
			paths = append(paths, filepath.FromSlash(path))
		}
	}
	return paths
}

// Clear removes a directory that Checkout made and a killed process left behind, and
// the worktree in it from its repository, if that is still there.
func Clear(ctx context.Context, left *scratch.Dir) error {
	if dir, err := os.ReadFile(filepath.Join(left.Path, origin)); err == nil {
		if r, err := Open(ctx, string(dir)); err == nil {
			if err := r.forget(ctx, left.Path); err != nil {
				return err
			}
		}
	}
	return left.Remove()
}

// forget removes the worktrees in a temporary directory.
func (r *Repository) forget(ctx context.Context, temp string) error {
	if real, err := filepath.EvalSymlinks(temp); err == nil {
		temp = real
	}
	for _, path := range r.worktrees(ctx) {
		if temporary(path) == temp {
			if _, err := r.run(ctx, "worktree", "remove", "--force", "--force", path); err != nil {
				return err
			}
		}
	}
	return nil
}

// temporary returns the directory made by Checkout that a worktree is in, or "".
func temporary(worktree string) string {
	for dir := worktree; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if scratch.Purpose(dir) == Purpose {
			return dir
		}
	}
	return ""
}

// Tidy removes the worktrees of this repository that killed processes left behind,
// wherever they are, and returns their directories. Worktrees of living processes stay,
// as do those that Checkout did not make: git worktree prune would remove the entry of
// one on a disk that is not mounted.
func (r *Repository) Tidy(ctx context.Context) (removed []string, err error) {
	for _, path := range r.worktrees(ctx) {
		temp := temporary(path)
		if temp == "" {
			continue
		}
		left, ok := scratch.Take(temp)
		if !ok {
			if _, err := os.Lstat(temp); !errors.Is(err, fs.ErrNotExist) {
				continue
			}
			left = &scratch.Dir{Path: temp}
		}
		if err := errors.Join(r.forget(ctx, temp), left.Remove()); err != nil {
			return removed, err
		}
		removed = append(removed, temp)
	}
	return removed, nil
}
