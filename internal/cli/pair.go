package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"overlap/bench/gate"
	"overlap/bench/host"
	"overlap/bench/sweep"
	"overlap/internal/git"
	"overlap/internal/gocmd"
	"overlap/internal/scratch"
)

// pair is the two sides of a check, and what of them is to be measured.
type pair struct {
	check   *checkCmd
	report  *gate.Report
	streams *streams
	host    host.Host
	levels  []sweep.Level
	cpus    []int // in the order in which they are taken

	base, head side
	points     []sweep.Point
	alone      []sweep.Point    // of head, compared with nothing
	omitted    []sweep.Omission // of either side, by names that say which
	broken     bool             // head does not run what base runs
	baseBroken bool             // base does not run what head may run
	gone       bool             // base cannot be built at all
}

// side is one of the two builds.
type side struct {
	name     string // base or head
	commit   string
	dir      string // of the module, or a folder in it
	top      string // of the tree
	env      []string
	worktree *git.Worktree // nil for the user's tree

	tested  map[string]gocmd.Package // packages that match, by import path
	replace map[string]string        // sweep.Foreign.Replace
	folders map[string]string        // sweep.Foreign.Dirs

	foreign *sweep.Foreign // nil for overlap's own suite
	relink  func(ctx context.Context, pkg string, flags ...string) error
	work    *scratch.Dir // of overlap's own binary
	sampler interface {
		sweep.Sampler
		sweep.Slicer
	}
}

// close removes what was built and checked out.
func (p *pair) close() error {
	var errs []error
	for _, s := range []*side{&p.base, &p.head} {
		if s.foreign != nil {
			errs = append(errs, s.foreign.Close())
		}
		if s.work != nil {
			errs = append(errs, s.work.Remove())
		}
		if s.worktree != nil {
			errs = append(errs, s.worktree.Remove())
		}
	}
	return errors.Join(errs...)
}

// open finds the two revisions and gives each a tree.
func (p *pair) open(ctx context.Context) error {
	c := p.check
	dir, err := filepath.Abs(c.Dir)
	if err != nil {
		return fmt.Errorf("--dir: %w", err)
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil { // as git has it
		return fmt.Errorf("--dir: %w", err)
	}
	repo, err := git.Open(ctx, dir)
	if err != nil {
		return fmt.Errorf("--dir: %w", err)
	}
	removed, err := repo.Tidy(ctx)
	noteRemoved(p.streams, removed)
	if err != nil {
		return err
	}
	if err := p.resolve(ctx, repo); err != nil {
		return err
	}
	for _, s := range []*side{&p.base, &p.head} {
		if s.name == "head" && c.Head == worktree {
			s.top = repo.Top
		} else {
			if s.worktree, err = repo.Checkout(ctx, s.commit); err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
			s.top = s.worktree.Top
		}
		s.dir = filepath.Join(s.top, repo.Prefix)
		if info, err := os.Stat(s.dir); err != nil || !info.IsDir() {
			if err := p.without(ctx, s, fmt.Errorf("--dir: %s has no folder %s", s.name, repo.Prefix)); err != nil {
				return err
			}
		}
	}
	return p.settle(ctx, dir, repo)
}

// resolve finds the commits of the two sides.
func (p *pair) resolve(ctx context.Context, repo *git.Repository) (err error) {
	c, r := p.check, p.report
	p.base.name, p.head.name = "base", "head"
	r.Base.Name, r.Head.Name = c.Base, c.Head
	if p.base.commit, err = repo.Resolve(ctx, c.Base); err != nil {
		return fmt.Errorf("--base: %w", err)
	}
	revision := c.Head
	if c.Head == worktree {
		if repo.Top == "" {
			return errors.New("--head worktree: the repository has no worktree here; name a revision")
		}
		results, err := realPath(c.Results)
		if err != nil {
			return fmt.Errorf("--results: %w", err)
		}
		if r.Head.Dirty, err = repo.Dirty(ctx, results); err != nil {
			return fmt.Errorf("--head worktree: %w", err)
		}
		revision = "HEAD"
	}
	if p.head.commit, err = repo.Resolve(ctx, revision); err != nil {
		return fmt.Errorf("--head: %w", err)
	}
	r.Base.Commit, r.Head.Commit = p.base.commit, p.head.commit
	if p.same() {
		r.Notes = append(r.Notes, "base and head are the same commit: an A/A run, in which every finding is a false alarm")
	} else if r.Head.Dirty {
		r.Notes = append(r.Notes, "head has changes that are not committed")
	}
	return nil
}

// realPath is the path as git has it: absolute, and without symbolic links in what
// is there of it.
func realPath(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	if folder, err := filepath.EvalSymlinks(filepath.Dir(path)); err == nil {
		path = filepath.Join(folder, filepath.Base(path))
	}
	return path, nil
}

// same reports whether somebody asked for a commit to be measured against
// itself. A clean worktree is not that: who has changed nothing yet has nothing
// to wait for.
func (p *pair) same() bool { return p.check.Head != worktree && p.base.commit == p.head.commit }

// settle gives both sides the same settings of the go command, as near as they
// can have them to those of the user's folder.
func (p *pair) settle(ctx context.Context, dir string, repo *git.Repository) error {
	own, err := goEnv(ctx, dir, nil)
	if err != nil {
		return err
	}
	// With -mod=mod a build may write to go.mod, which is in the user's tree.
	flags := slices.DeleteFunc(strings.Fields(own["GOFLAGS"]), func(f string) bool { return strings.TrimLeft(f, "-") == "mod=mod" })
	modules := map[string]string{}
	for _, s := range p.sides() {
		module, err := p.configure(ctx, s, own, flags, repo)
		if err = p.without(ctx, s, err); err != nil {
			return err
		}
		modules[s.name] = module
	}
	if !p.gone && modules["base"] != modules["head"] {
		return fmt.Errorf("--dir is in different modules: base has %s, head has %s", modules["base"], modules["head"])
	}
	return nil
}

// configure gives a side its settings, and returns where in its tree its module is.
func (p *pair) configure(ctx context.Context, s *side, own map[string]string, flags []string, repo *git.Repository) (module string, err error) {
	work := "off"
	if own["GOWORK"] != "" && own["GOWORK"] != "off" {
		work = p.workspace(s, own["GOWORK"], repo.Top)
	}
	s.env = []string{"GOFLAGS=" + strings.Join(flags, " "), "GOWORK=" + work}
	env, err := goEnv(ctx, s.dir, s.env)
	if err != nil {
		return "", fmt.Errorf("%s: %w", s.name, err)
	}
	if env["GOMOD"] == "" || env["GOMOD"] == os.DevNull {
		return "", fmt.Errorf("%s has no go.mod in %s or above it", s.name, filepath.Join(".", repo.Prefix))
	}
	if module, err = filepath.Rel(s.top, env["GOMOD"]); err != nil || !filepath.IsLocal(module) {
		return "", fmt.Errorf("%s has no go.mod in its repository: that of %s is outside", s.name, env["GOMOD"])
	}
	return module, p.link(ctx, s, env["GOMOD"], work)
}

// workspace is where a side has the user's go.work, or off.
func (p *pair) workspace(s *side, path, top string) string {
	inside, err := filepath.Rel(top, path)
	if err != nil || !filepath.IsLocal(inside) || top == "" {
		if s.name == "base" {
			p.report.Notes = append(p.report.Notes, fmt.Sprintf("%s is not in the repository: both sides are built without it", path))
		}
		return "off"
	}
	path = filepath.Join(s.top, inside)
	if _, err := os.Stat(path); err != nil {
		p.report.Notes = append(p.report.Notes, fmt.Sprintf("%s has no %s: it is built without", s.name, inside))
		return "off"
	}
	return path
}

// goEnv asks the go command for its settings in a folder.
func goEnv(ctx context.Context, dir string, env []string) (map[string]string, error) {
	out, err := gocmd.Go{Dir: dir, Env: env}.Run(ctx, "env", "-json", "GOFLAGS", "GOWORK", "GOMOD")
	if err != nil {
		return nil, err
	}
	return decode[map[string]string](out)
}

// command is the go command for a side. It makes temporary files only when it
// builds, which a side does in a folder of its own.
func (s *side) command() gocmd.Go {
	return gocmd.Go{Dir: s.dir, Env: s.env, Temp: s.work}
}
