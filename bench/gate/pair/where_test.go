package pair

import (
	"os"
	"path/filepath"
	"testing"
)

func TestModulesOfTheTree(t *testing.T) {
	top := t.TempDir()
	for _, dir := range []string{"mod/a/b", "go/strings", "cache/m@v1.2.3/a"} {
		if err := os.MkdirAll(filepath.Join(top, filepath.FromSlash(dir)), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		tree, dir, module, pkg string
		want                   string // none: the tree does not have the module
	}{
		{".", "mod", "x/m", "x/m", "mod"},
		{".", "mod/a/b", "x/m", "x/m/a/b", "mod"},
		{".", "mod/a", "x/m/a", "x/m/a", "mod/a"},
		{"mod", "mod", "x/m", "x/m", "."},
		{"mod", "mod/a/b", "x/m", "x/m/a/b", "."},
		{"mod", "go/strings", "strings", "strings", ""},
		{"mod", "cache/m@v1.2.3/a", "x/m", "x/m/a", ""},
		{".", "mod/a", "x/m", "x/m/b", ""},
		{".", "none", "x/m", "x/m", ""},
	} {
		got, ok := moduleDir(filepath.Join(top, c.tree), filepath.Join(top, filepath.FromSlash(c.dir)), c.module, c.pkg)
		if ok != (c.want != "") || ok && got != c.want {
			t.Errorf("%+v: %q, %v", c, got, ok)
		}
	}
}
