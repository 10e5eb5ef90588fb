package git

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// Worktree is a commit that is checked out into a temporary folder. Below that
// folder it has the path that the user's tree has below the root of the file
// system, so that a path which leaves the repository leads to a place where Link
// can put what it means.
type Worktree struct {
	Top string // where the commit is

	repository *Repository
	temp       string
	lock       *os.File // is locked as long as this process lives
}

// prefix begins the names of the temporary folders, and leftover finds one in
// a path.
const prefix = "overlap-check-"

var leftover = regexp.MustCompile(`^(.*[/\\]` + prefix + `[0-9]+)[/\\]tree[/\\]`)

// Checkout checks a commit out. Remove removes it, and must be called. Submodules
// are not checked out: that could need the network, and a password.
func (r *Repository) Checkout(ctx context.Context, commit string) (w *Worktree, err error) {
	temp, err := os.MkdirTemp("", prefix+"*")
	if err != nil {
		return nil, fmt.Errorf("folder for a worktree: %w", err)
	}
	w = &Worktree{repository: r, temp: temp}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.Remove())
		}
	}()
	if w.temp, err = filepath.EvalSymlinks(temp); err != nil { // as git lists it
		return nil, fmt.Errorf("folder for a worktree: %w", err)
	}
	if w.lock, err = lockFile(filepath.Join(w.temp, "lock")); err != nil {
		return nil, fmt.Errorf("folder for a worktree: %w", err)
	}
	top := r.Top
	if top == "" {
		top = "repository"
	}
	w.Top = w.mirror(top)
	if err := os.MkdirAll(filepath.Dir(w.Top), 0o777); err != nil {
		return nil, fmt.Errorf("folder for a worktree: %w", err)
	}
	_, err = r.run(ctx, "worktree", "add", "--quiet", "--detach", w.Top, commit)
	return w, err
}

// mirror is where in the temporary folder a path of the file system is.
func (w *Worktree) mirror(path string) string {
	return filepath.Join(w.temp, "tree", strings.TrimPrefix(path, filepath.VolumeName(path)))
}

// Link puts a link to where the path, which begins in the worktree and leaves
// it, would lead from the user's tree, and returns that place. It returns an
// empty string if the path stays within.
func (w *Worktree) Link(path string) (target string, err error) {
	if inside, err := filepath.Rel(w.Top, path); err == nil && filepath.IsLocal(inside) {
		return "", nil
	}
	outside, err := filepath.Rel(filepath.Join(w.temp, "tree"), path)
	if err != nil || !filepath.IsLocal(outside) || w.repository.Top == "" {
		return "", fmt.Errorf("%s leaves the repository, to where nothing is", path)
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

// Remove removes the worktree. It does so even if the context of Checkout has
// ended.
func (w *Worktree) Remove() error {
	var errs []error
	if w.Top != "" && w.repository.registered(w.Top) {
		_, err := w.repository.run(context.Background(), "worktree", "remove", "--force", "--force", w.Top)
		errs = append(errs, err)
	}
	if w.lock != nil {
		w.lock.Close() // it was never written to
	}
	if err := os.RemoveAll(w.temp); err != nil {
		errs = append(errs, fmt.Errorf("a worktree is left behind: %w", err))
	}
	return errors.Join(errs...)
}

func (r *Repository) registered(top string) bool {
	for _, path := range r.worktrees(context.Background()) {
		if path == top {
			return true
		}
	}
	return false
}

// worktrees are the folders of the repository's worktrees; none if git does not
// tell.
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

// Tidy removes the worktrees of processes that were killed before they could,
// and returns their folders. Those of processes that live stay, and so do all
// that Checkout did not make: git worktree prune would take the entry of one on
// a disk that is not mounted.
func (r *Repository) Tidy(ctx context.Context) (removed []string, err error) {
	for _, path := range r.worktrees(ctx) {
		m := leftover.FindStringSubmatch(path)
		if m == nil || !abandoned(m[1]) {
			continue
		}
		if _, err := r.run(ctx, "worktree", "remove", "--force", "--force", path); err != nil {
			return removed, err
		}
		if err := os.RemoveAll(m[1]); err != nil {
			return removed, fmt.Errorf("remove what a killed process left behind: %w", err)
		}
		removed = append(removed, path)
	}
	return removed, nil
}
