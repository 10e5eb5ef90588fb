package scratch_test

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"overlap/internal/scratch"
)

// The test binary is also the process that makes a directory and is killed.
func TestMain(m *testing.M) {
	if parent := os.Getenv("MAKE_FOLDER_IN"); parent != "" {
		f, err := scratch.Make(parent, "build")
		if err != nil {
			panic(err)
		}
		path := f.Path
		f = nil
		runtime.GC() // which must not end the lock
		runtime.GC()
		os.Stdout.WriteString(path + "\n")
		time.Sleep(time.Hour)
	}
	os.Exit(m.Run())
}

// another makes a directory in a process of its own, which kill ends.
func another(t *testing.T, parent string) (path string, kill func()) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "MAKE_FOLDER_IN="+parent)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	kill = sync.OnceFunc(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	t.Cleanup(kill)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(line), kill
}

func paths(list []*scratch.Dir) (all []string) {
	for _, f := range list {
		all = append(all, f.Path)
	}
	return all
}

func TestWhatAKilledProcessLeftIsFoundAndALiveOnesFolderNever(t *testing.T) {
	parent := t.TempDir()
	own, err := scratch.Make(parent, "build")
	if err != nil {
		t.Fatal(err)
	}
	live, _ := another(t, parent)
	dead, kill := another(t, parent)
	if err := os.WriteFile(filepath.Join(dead, "0.test.exe"), []byte("binary"), 0o777); err != nil {
		t.Fatal(err)
	}
	if list := scratch.Abandoned(parent); list != nil {
		t.Fatalf("all three live, and it takes %v of %s, %s, %s", paths(list), own.Path, live, dead)
	}
	kill()
	list := scratch.Abandoned(parent)
	if !slices.Equal(paths(list), []string{dead}) {
		t.Fatalf("it takes %v, want %s", paths(list), dead)
	}
	if again := scratch.Abandoned(parent); again != nil {
		t.Errorf("somebody else takes %v at the same time", paths(again))
	}
	if err := list[0].Remove(); err != nil {
		t.Error(err)
	}
	if err := own.Remove(); err != nil {
		t.Error(err)
	}
	entries, err := os.ReadDir(parent)
	if err != nil || len(entries) != 1 || entries[0].Name() != filepath.Base(live) {
		t.Errorf("there are %v, %v; want %s alone", entries, err, live)
	}
}

// Dirs that only look like ours, and what others have put into them.
func TestWhatIsNotOursStays(t *testing.T) {
	parent := t.TempDir()
	for _, name := range []string{"overlap-1234", "overlap-build-x", "overlap-rows", "overlap-build-1", "overlap-build-1-2.tmp", "my-overlap-build-1.tmp", "overlap-build-2.tmp/full"} {
		if err := os.MkdirAll(filepath.Join(parent, name), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(parent, "overlap-build-3.tmp"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if list := scratch.Abandoned(parent); list != nil {
		t.Errorf("it takes %v", paths(list))
	}
}

// A process can be killed before it has locked its directory.
func TestAnEmptyFolderIsRemoved(t *testing.T) {
	parent := t.TempDir()
	if err := os.Mkdir(filepath.Join(parent, "overlap-slices-77.tmp"), 0o777); err != nil {
		t.Fatal(err)
	}
	if list := scratch.Abandoned(parent); len(list) != 1 || list[0].Remove() != nil {
		t.Errorf("it takes %v", paths(list))
	}
	if entries, err := os.ReadDir(parent); err != nil || len(entries) > 0 {
		t.Errorf("%v, %v", entries, err)
	}
}

// However many tidy up while others make directories, nobody loses one.
func TestMakingBesideTidying(t *testing.T) {
	parent := t.TempDir()
	var stop atomic.Bool
	var makers, tidiers sync.WaitGroup
	for range 2 {
		tidiers.Go(func() {
			for !stop.Load() {
				for _, f := range scratch.Abandoned(parent) {
					_ = f.Remove()
				}
			}
		})
	}
	for range 4 {
		makers.Go(func() {
			for range 50 {
				f, err := scratch.Make(parent, "build")
				if err != nil {
					t.Error(err)
					return
				}
				file := filepath.Join(f.Path, "file")
				if err := os.WriteFile(file, nil, 0o666); err != nil {
					t.Error(err)
				}
				if _, err := os.Stat(file); err != nil {
					t.Error(err)
				}
				if err := f.Remove(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	makers.Wait()
	stop.Store(true)
	tidiers.Wait()
}
