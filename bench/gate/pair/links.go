package pair

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
)

// modFile is what go mod edit -json and go work edit -json say of directories.
type modFile struct {
	Use     []struct{ DiskPath string }
	Replace []struct {
		New struct{ Path, Version string }
	}
}

// linkOutside links directories outside the repository that a side's go.mod or go.work
// refers to, so that relative paths resolve as they do in the user's tree. Both sides
// are then built with what is there now.
func (p *Pair) linkOutside(ctx context.Context, s *side, module, work string) error {
	if s.worktree == nil {
		return nil
	}
	for _, file := range []struct{ verb, path string }{{"mod", module}, {"work", work}} {
		if file.path == "off" {
			continue
		}
		text, err := s.command().Run(ctx, file.verb, "edit", "-json", file.path)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		m, err := decode[modFile](text)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		for _, path := range m.directories() {
			if filepath.IsAbs(path) {
				continue
			}
			target, err := s.worktree.Link(filepath.Join(filepath.Dir(file.path), path))
			if err != nil {
				return fmt.Errorf("%s: %s: %w", s.name, filepath.Base(file.path), err)
			}
			note := fmt.Sprintf("%s is outside the repository: it is built as it is now", target)
			if target != "" && !slices.Contains(p.Notes, note) {
				p.note("%s", note)
			}
		}
	}
	return nil
}

// directories are the paths in the file, as they are written there.
func (m modFile) directories() (paths []string) {
	for _, u := range m.Use {
		paths = append(paths, filepath.FromSlash(u.DiskPath))
	}
	for _, r := range m.Replace {
		if r.New.Version == "" {
			paths = append(paths, filepath.FromSlash(r.New.Path))
		}
	}
	return paths
}

func decode[T any](text string) (v T, err error) {
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		return v, fmt.Errorf("read what the go command said: %w", err)
	}
	return v, nil
}
