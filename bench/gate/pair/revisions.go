package pair

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"overlap/bench/gate"
	"overlap/internal/git"
	"overlap/internal/gocmd"
)

// Open finds the two revisions and gives each a tree. The pair must be closed, even
// after an error.
func Open(ctx context.Context, o Options) (*Pair, error) {
	p := &Pair{
		o:    o,
		base: side{name: "base", revision: cmp.Or(o.Base, o.Head), settings: o.BaseSettings},
		head: side{name: "head", revision: o.Head, settings: o.HeadSettings},
	}
	return p, p.open(ctx)
}

func (p *Pair) open(ctx context.Context) error {
	dir, err := filepath.Abs(p.o.Dir)
	if err != nil {
		return &OptionError{OptionDirectory, err}
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil { // as git has it
		return &OptionError{OptionDirectory, err}
	}
	repo, err := git.Open(ctx, dir)
	if err != nil {
		return &OptionError{OptionDirectory, err}
	}
	p.repo = repo
	if p.Cleared, err = repo.Tidy(ctx); err != nil {
		return err
	}
	if err := p.resolve(ctx, repo); err != nil {
		return err
	}
	for _, s := range []*side{&p.base, &p.head} {
		if s.revision == Worktree {
			s.top = repo.Top
		} else {
			if s.worktree, err = repo.Checkout(ctx, s.commit); err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
			s.top = s.worktree.Top
		}
		s.dir = filepath.Join(s.top, repo.Prefix)
		if info, err := os.Stat(s.dir); err != nil || !info.IsDir() {
			if err := p.tolerate(ctx, s, wrong(OptionDirectory, "%s has no directory %s", s.name, repo.Prefix)); err != nil {
				return err
			}
		}
	}
	if err := p.chooseToolchains(ctx); err != nil {
		return err
	}
	if err := p.settleEnv(ctx, dir, repo); err != nil {
		return err
	}
	switch {
	case p.isAA():
		p.note("base and head are the same commit: an A/A run, in which every finding is a false alarm")
	case p.Base.Dirty:
		p.note("base and head have changes that are not committed")
	case p.Head.Dirty:
		p.note("head has changes that are not committed")
	}
	return nil
}

// resolve finds the commits of the two sides.
func (p *Pair) resolve(ctx context.Context, repo *git.Repository) (err error) {
	option := OptionBase
	if p.o.Base == "" {
		option = OptionHead
	}
	if p.Base, err = p.resolveSide(ctx, repo, &p.base, option); err != nil {
		return err
	}
	p.Head, err = p.resolveSide(ctx, repo, &p.head, OptionHead)
	return err
}

func (p *Pair) resolveSide(ctx context.Context, repo *git.Repository, s *side, option Option) (r gate.Revision, err error) {
	r.Name, r.Settings = s.revision, s.settings.Settings
	revision := s.revision
	if revision == Worktree {
		if repo.Top == "" {
			return r, wrong(option, "the repository has no worktree here; name a revision")
		}
		results, err := realPath(p.o.Results)
		if err != nil {
			return r, &OptionError{OptionResults, err}
		}
		if r.Dirty, err = repo.Dirty(ctx, results); err != nil {
			return r, &OptionError{option, err}
		}
		revision = "HEAD"
	}
	if s.commit, err = repo.Resolve(ctx, revision); err != nil {
		return r, &OptionError{option, err}
	}
	r.Commit = s.commit
	return r, nil
}

// realPath returns the path as git spells it: absolute, and without symbolic links in its
// directory.
func realPath(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	if dir, err := filepath.EvalSymlinks(filepath.Dir(path)); err == nil {
		path = filepath.Join(dir, filepath.Base(path))
	}
	return path, nil
}

// settleEnv gives both sides the same settings of the go command: those of the user's
// directory, as far as both can have them, and to each what the user gave it.
func (p *Pair) settleEnv(ctx context.Context, dir string, repo *git.Repository) error {
	own, err := goEnv(ctx, dir, nil)
	if err != nil {
		return err
	}
	// With -mod=mod a build may write to go.mod, which is in the user's tree.
	flags := slices.DeleteFunc(strings.Fields(own["GOFLAGS"]), func(f string) bool { return strings.TrimLeft(f, "-") == "mod=mod" })
	modules := map[string]string{}
	for _, s := range p.sides() {
		module, err := p.setEnv(ctx, s, own, strings.Join(flags, " "), repo)
		if err = p.tolerate(ctx, s, err); err != nil {
			return err
		}
		modules[s.name] = module
	}
	chosen, differ := p.base.settings.Go+p.head.settings.Go != "", p.base.version != p.head.version && !p.baseMissing
	if chosen || differ { // also if the go.mod of each revision asks for its own
		p.Base.Go, p.Head.Go = cmp.Or(p.base.version, p.Base.Go), p.head.version
	}
	p.module = filepath.Dir(modules["head"])
	if !p.baseMissing && modules["base"] != modules["head"] {
		return wrong(OptionDirectory, "it belongs to different modules: %s in base, %s in head", modules["base"], modules["head"])
	}
	return nil
}

// setEnv gives a side its settings, and returns where in its tree its module is.
func (p *Pair) setEnv(ctx context.Context, s *side, own map[string]string, flags string, repo *git.Repository) (module string, err error) {
	work := "off"
	if own["GOWORK"] != "" && own["GOWORK"] != "off" {
		work = p.findWorkspace(s, own["GOWORK"], repo.Top)
	}
	flags, replaced, err := mergeFlags(flags, s.settings.Tags, s.settings.Build)
	if err != nil {
		return "", &OptionError{s.option("flags"), err}
	}
	if replaced != nil {
		p.note("%s has its own flags instead of %s of GOFLAGS", s.name, strings.Join(replaced, " "))
	}
	s.env = append(s.goEnviron(), "GOFLAGS="+flags, "GOWORK="+work)
	env, err := goEnv(ctx, s.dir, s.env)
	if err != nil {
		return "", fmt.Errorf("%s: %w", s.name, err)
	}
	s.version = release(env["GOVERSION"])
	if env["GOMOD"] == "" || env["GOMOD"] == os.DevNull {
		return "", fmt.Errorf("%s has no go.mod in %s or above it", s.name, filepath.Join(".", repo.Prefix))
	}
	if module, err = filepath.Rel(s.top, env["GOMOD"]); err != nil || !filepath.IsLocal(module) {
		return "", fmt.Errorf("%s has no go.mod in its repository; %s is outside it", s.name, env["GOMOD"])
	}
	if err := p.linkOutside(ctx, s, env["GOMOD"], work); err != nil {
		return "", err
	}
	return module, s.checkToolchain(ctx)
}

// findWorkspace returns where a side has the user's go.work, or off.
func (p *Pair) findWorkspace(s *side, path, top string) string {
	inside, err := filepath.Rel(top, path)
	if err != nil || !filepath.IsLocal(inside) || top == "" {
		if s.name == "base" {
			p.note("%s is not in the repository: both sides are built without it", path)
		}
		return "off"
	}
	path = filepath.Join(s.top, inside)
	if _, err := os.Stat(path); err != nil {
		p.note("%s has no %s and is built without it", s.name, inside)
		return "off"
	}
	return path
}

// goEnv asks the go command for its settings in a directory.
func goEnv(ctx context.Context, dir string, env []string) (map[string]string, error) {
	out, err := gocmd.Go{Dir: dir, Env: env}.Run(ctx, "env", "-json", "GOFLAGS", "GOWORK", "GOMOD", "GOVERSION")
	if err != nil {
		return nil, err
	}
	return decode[map[string]string](out)
}
