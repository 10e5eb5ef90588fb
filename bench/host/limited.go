package host

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
)

// Limited is a cgroup of this process's own with a CPU quota, as a container has one.
type Limited struct{ dir, home string }

// NewLimited makes a cgroup whose processes have so many CPUs' worth of time together: in
// that of this process or, where it may not, as in v2, in the nearest one above. The
// machine's files are below root, which is "/" except in tests.
func NewLimited(root string, cpus float64) (*Limited, error) {
	t, done, err := openTree(root)
	if err != nil {
		return nil, err
	}
	defer done()
	list, _ := hierarchies(t, "cpu")
	err = errors.New("no control group for CPU time is in a mounted tree")
	for _, h := range list {
		for _, parent := range h.dirs {
			l := &Limited{filepath.Join(root, parent, "overlap-"+strconv.Itoa(os.Getpid())), filepath.Join(root, h.dirs[0])}
			if err = l.create(h.v2, cpus); err == nil {
				return l, nil
			}
		}
	}
	return nil, err
}

// create makes the directory with its quota in periods of 100 ms, which is the kernel's
// default for v1, too. Where the parent does not pass the controller on, it has no such file.
func (l *Limited) create(v2 bool, cpus float64) error {
	const period = 100_000
	quota := int(math.Round(cpus * period))
	file, text := "cpu.cfs_quota_us", strconv.Itoa(quota)
	if v2 {
		file, text = "cpu.max", fmt.Sprint(quota, period)
	}
	if err := os.Mkdir(l.dir, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(l.dir, file), []byte(text), 0o644); err != nil {
		os.Remove(l.dir)
		return err
	}
	return nil
}

// Join moves this process into the cgroup: processes that it starts from now on belong to it.
func (l *Limited) Join() error { return enter(l.dir) }

// Remove moves this process back to where it was and removes the cgroup.
func (l *Limited) Remove() error {
	if err := enter(l.home); err != nil {
		return err
	}
	return os.Remove(l.dir)
}

// enter moves this process, which is 0 to the kernel, into a cgroup.
func enter(dir string) error {
	return os.WriteFile(filepath.Join(dir, "cgroup.procs"), []byte("0"), 0o644)
}
