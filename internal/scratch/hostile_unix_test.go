//go:build unix

package scratch_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"overlap/internal/scratch"
)

// In the directory for temporary files anybody can make what looks like a lock.
func TestHostileLocksNeitherBlockNorLeadElsewhere(t *testing.T) {
	parent, victim := t.TempDir(), filepath.Join(t.TempDir(), "victim")
	if err := os.WriteFile(victim, []byte("precious"), 0o666); err != nil {
		t.Fatal(err)
	}
	for name, put := range map[string]func(path string) error{
		"overlap-build-1.tmp": func(path string) error { return syscall.Mkfifo(path, 0o666) },
		"overlap-build-2.tmp": func(path string) error { return os.Symlink(victim, path) },
		"overlap-build-3.tmp": func(path string) error { return os.Mkdir(path, 0o777) },
	} {
		dir := filepath.Join(parent, name)
		if err := os.Mkdir(dir, 0o777); err != nil {
			t.Fatal(err)
		}
		if err := put(filepath.Join(dir, "lock")); err != nil {
			t.Skip(err)
		}
	}
	if err := os.Symlink(filepath.Dir(victim), filepath.Join(parent, "overlap-build-4.tmp")); err != nil {
		t.Fatal(err)
	}
	if list := scratch.Abandoned(parent); list != nil {
		t.Errorf("it takes %v", paths(list))
	}
	if text, err := os.ReadFile(victim); err != nil || string(text) != "precious" {
		t.Errorf("%q, %v", text, err)
	}
}
