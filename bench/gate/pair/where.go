package pair

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"overlap/bench/sweep"
	"overlap/internal/git"
)

// Recorders return what records the two builds, after linking the packages of points as the
// linker does by itself: other layouts were for measuring.
func (p *Pair) Recorders(ctx context.Context, points []sweep.Point) (base, head sweep.Recorder, err error) {
	var packages []string
	for _, point := range points {
		if !slices.Contains(packages, point.Package) {
			packages = append(packages, point.Package)
		}
	}
	return p.base.sampler, p.head.sampler, errors.Join(p.link(ctx, packages, [2]int64{})...)
}

// Edits returns the Go files that differ between the two trees. Test files are left out if
// both builds have the same ones.
func (p *Pair) Edits(ctx context.Context) ([]git.FileDiff, error) {
	head := p.head.commit
	if p.o.Head == Worktree {
		head = "" // as it is
	}
	files, err := p.repo.Diff(ctx, p.base.commit, head)
	return slices.DeleteFunc(files, func(f git.FileDiff) bool {
		return p.o.Tests != OwnTests && (strings.HasSuffix(f.Base, "_test.go") || strings.HasSuffix(f.Head, "_test.go"))
	}), err
}

// Module returns the path of the module of a point, and its directory in the tree, with
// slashes: what the names of files in its binaries begin with, and what they stand for. It
// returns false if the tree does not have the module: benchmarks may be of Go itself, or of a
// module that this one requires.
func (p *Pair) Module(point sweep.Point) (module, dir string, inTree bool) {
	if p.Suite() {
		return ownModule, filepath.ToSlash(p.module), true
	}
	module = p.head.sampler.Code(point)[0]
	dir, inTree = moduleDir(p.head.top, p.head.tests[point.Package].Dir, module, point.Package)
	return module, dir, inTree
}

// moduleDir returns the directory in a tree of the module of a package that is in a directory.
// A workspace has several modules.
func moduleDir(top, dir, module, pkg string) (string, bool) {
	inside, ok := insideTree(top, dir)
	if !ok || pkg == module {
		return inside, ok
	}
	below, ok := strings.CutPrefix(pkg, module+"/")
	if inside == below {
		return ".", ok
	}
	inside, found := strings.CutSuffix(inside, "/"+below)
	return inside, ok && found
}

// maxSource limits the size of a source file, in bytes.
const maxSource = 4 << 20

// Source returns the text of a file of head by its path in the tree, nil if it cannot be read.
// The path is anybody's: what leads out of the tree, and what is no file, is not read.
func (p *Pair) Source(path string) []byte {
	root, err := os.OpenRoot(p.head.top)
	if err != nil {
		return nil
	}
	defer root.Close()
	path = filepath.FromSlash(path)
	if info, err := root.Stat(path); err != nil || !info.Mode().IsRegular() { // a pipe would block
		return nil
	}
	f, err := root.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxSource))
	if err != nil {
		return nil
	}
	return text
}

// insideTree returns the path of a file or directory from the top of a tree, with slashes, if
// it is in it. Either may be named by a link.
func insideTree(top, path string) (string, bool) {
	for _, p := range []*string{&top, &path} {
		real, err := filepath.EvalSymlinks(*p)
		if err != nil {
			return "", false
		}
		*p = real
	}
	return git.Below(path, top)
}
