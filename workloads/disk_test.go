package workloads

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unsafe"
)

// Both checks look at what the file system has, not at what was handed to it.
func TestDiskChecksTheFiles(t *testing.T) {
	for _, variant := range forms(Disk) {
		for damage, spoil := range map[string]func(path string) error{
			"flipped":     func(path string) error { return spoilBlocks(path, 100) },
			"misnumbered": func(path string) error { return spoilBlocks(path, 0) },
			"end cut":     func(path string) error { return os.Truncate(path, diskBlock) },
		} {
			t.Run(variant+"/"+damage, func(t *testing.T) {
				job := newJob(t, Disk, Params{Size: Small, Workers: 2, Variant: variant})
				run(t, job, "pool", 2, 1)
				for _, path := range files(t, job) {
					if err := spoil(path); err != nil {
						t.Fatal(err)
					}
				}
				var err error
				if variant != "append" { // whose run would write the files anew
					err = job.Serial()
				}
				if err = errors.Join(err, job.Check()); err == nil {
					t.Error("it passed")
				} else {
					t.Log(err)
				}
			})
		}
	}
}

// spoilBlocks changes a byte of every block of a file.
func spoilBlocks(path string, offset int) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	for ; offset < len(data); offset += diskBlock {
		data[offset]++
	}
	return os.WriteFile(path, data, 0o600)
}

func files(t *testing.T, job Job) []string {
	t.Helper()
	var dir string
	switch j := job.(type) {
	case *diskAppendJob:
		dir = j.dir
	case *diskReadJob:
		dir = j.dir
	}
	list, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(list) == 0 {
		t.Fatalf("%d files in %s: %v", len(list), dir, err)
	}
	return list
}

func TestDiskLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	for _, variant := range forms(Disk) {
		job, err := Disk.New(Params{Size: Small, Workers: 1, Variant: variant, Dir: dir})
		if errors.Is(err, errors.ErrUnsupported) {
			t.Log(err)
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if name := filepath.Base(filepath.Dir(files(t, job)[0])); !strings.HasPrefix(name, "overlap-disk-") {
			t.Errorf("its directory is called %s", name)
		}
		run(t, job, "pool", 1, 3)
		if err := job.Close(); err != nil {
			t.Error(err)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Errorf("%s leaves %v, %v", variant, left, err)
		}
	}
}

func TestDiskRefusesFolders(t *testing.T) {
	for _, variant := range forms(Disk) {
		if _, err := Disk.New(Params{Size: Small, Workers: 1, Variant: variant, Dir: "/no/such"}); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s without a directory: %v", variant, err)
		}
		const memory = "/dev/shm"
		if variant == "cachedread" || !inMemory(memory) {
			continue
		}
		_, err := Disk.New(Params{Size: Small, Workers: 1, Variant: variant, Dir: memory})
		if !errors.Is(err, errors.ErrUnsupported) || !strings.Contains(err.Error(), memory) || !strings.Contains(err.Error(), "--disk") {
			t.Errorf("%s in memory: %v", variant, err)
		}
	}
}

func TestBlocksAreAligned(t *testing.T) {
	for range 100 {
		if at := uintptr(unsafe.Pointer(newBlock())); at%diskBlock != 0 {
			t.Fatalf("a block at %#x", at)
		}
	}
}
