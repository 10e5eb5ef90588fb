package cli

import (
	"errors"
	"fmt"
	"slices"

	"overlap/bench/sweep"
	"overlap/internal/scratch"
	"overlap/workloads"
)

// isDisk reports whether w is the workload that needs a directory.
func isDisk(w workloads.Workload) bool { return w.Name == workloads.Disk.Name }

// disk makes and tries the directory for the files of the workload disk, if the grid
// has it. It belongs to this process because samples may be ended before they can
// clean up; done removes it.
//
// If the directory is unsuitable, and the user named neither the workload nor a directory,
// the workload is left out with a note: on many systems the directory for temporary files
// is in memory.
func (r *run) disk(g *sweep.Grid) (dir string, done func() error, err error) {
	done = func() error { return nil }
	if !slices.ContainsFunc(g.Workloads, isDisk) {
		return "", done, nil
	}
	made, err := scratch.Make(r.Disk, "disk")
	if err != nil {
		return "", done, fmt.Errorf("--disk: %w", err)
	}
	dir, done = made.Path, made.Remove
	err = tryDisk(dir, g.Variants)
	if errors.Is(err, errors.ErrUnsupported) && r.Disk == "" && !slices.Contains(r.Workloads, workloads.Disk.Name) {
		notef(r.err, "disk is left out: %v", err)
		g.Workloads = slices.DeleteFunc(slices.Clone(g.Workloads), isDisk)
		return dir, done, nil
	}
	return dir, done, err
}

// tryDisk sets up a small job of each variant.
func tryDisk(dir string, variants []string) error {
	for _, variant := range workloads.Disk.Choose(variants) {
		job, err := workloads.Disk.New(workloads.Params{Size: workloads.Small, Workers: 1, Variant: variant, Dir: dir})
		if err != nil {
			return err
		}
		if err := job.Close(); err != nil {
			return fmt.Errorf("disk: %w", err)
		}
	}
	return nil
}
