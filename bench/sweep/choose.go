package sweep

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"overlap/bench/host"
	"overlap/workloads"
)

// Place returns the CPUs to use, in order, and the highest level of parallelism on them.
// A CPU quota limits that level. Second threads of a core count only if the settings ask
// for them. The error is a *SettingError.
func (s Settings) Place(h host.Host) (cpus []int, highest int, err error) {
	if s.CPUs == "" {
		if cpus, err = h.Order(s.Placement); err != nil {
			return nil, 0, &SettingError{"Placement", err}
		}
		return cpus, h.WithinQuota(s.HighestLevel(h, cpus)), nil
	}
	if s.Placement != host.OnePerCore {
		return nil, 0, wrong("CPUs", "the list is the order: leave the placement out")
	}
	if cpus, err = host.ParseList(s.CPUs); err != nil {
		return nil, 0, &SettingError{"CPUs", err}
	}
	for _, id := range cpus {
		if !slices.Contains(h.IDs(), id) {
			return nil, 0, wrong("CPUs", "this process may not use CPU %d, only %s", id, host.FormatList(h.IDs()))
		}
	}
	if !host.CanBind {
		return nil, 0, wrong("CPUs", "this system cannot bind a process to CPUs")
	}
	return cpus, len(cpus), nil
}

// HighestLevel returns the highest level of parallelism on the CPUs of a placement,
// whatever the quota.
func (s Settings) HighestLevel(h host.Host, cpus []int) int {
	if s.Placement == host.OnePerCore || s.Placement == host.Scatter {
		return h.Cores()
	}
	return len(cpus)
}

// Grid returns the grid of the workloads that the settings choose, at these levels. Its
// default numbers of workers may exceed the limits of the machine; see Grid.LimitErrors.
// By default, jobs are medium, or a multiple of it in which each worker has a task.
func (s Settings) Grid(levels []Level) (Grid, error) {
	g := Grid{
		Size: workloads.Size(s.Size), Executors: Unique(s.Executors), Workers: Unique(s.Workers),
		Variants: s.Variants, Weak: s.Scaling == "weak", Levels: levels,
	}
	var err error
	if g.Workloads, err = Choose(s.Workloads, s.Kinds); err != nil {
		return g, err
	}
	if err := workloads.CheckVariants(g.Workloads, s.Variants); err != nil {
		return g, &SettingError{"Variants", err}
	}
	if err := g.Check(); err != nil {
		return g, err
	}
	g.Limits = host.ReadLimits()
	if g.Workers == nil {
		g.Workers = Workers(g.Levels)
		if s.Quick {
			g.Workers = slices.DeleteFunc(g.Workers, func(w int) bool { return w == 4 || w > 16 && levels[len(levels)-1].Cores <= 16 })
		}
	}
	if s.Size == "" {
		g.Size = workloads.Medium
		if !g.Weak { // which has tasks for each worker
			g.Size = g.Size.Times((slices.Max(g.Workers) + mediumTasks - 1) / mediumTasks)
		}
	}
	if errs := g.LimitErrors(); s.Workers != nil && len(errs) > 0 { // those of the default list are left out
		return g, &SettingError{"Workers", errors.Join(errs...)}
	}
	if g.omitted = g.MemoryErrors(); len(g.omitted) > 0 { // likewise
		if len(s.Workloads) > 0 && !slices.Contains(s.Workloads, "all") || len(g.omitted) == len(g.Workloads) {
			return g, &SettingError{"Workloads", errors.Join(g.omitted...)}
		}
		g.Workloads = slices.DeleteFunc(slices.Clone(g.Workloads), func(w workloads.Workload) bool {
			return slices.ContainsFunc(g.omitted, func(err error) bool { return err.(*MemoryError).Workload == w.Name })
		})
	}
	chosen := func(p Point) bool { return p.Slices == 1 && slices.Contains(g.Executors, p.Executor) }
	if !slices.ContainsFunc(g.FixedPoints(), chosen) {
		return g, wrong("Workers", "they leave no point to measure: inline and serial have 1 worker")
	}
	return g, nil
}

// mediumTasks is how many tasks a medium job has of the default workloads, at least.
const mediumTasks = 64

// Unique sorts a list and drops what is in it twice; nil stays nil.
func Unique[T cmp.Ordered](list []T) []T {
	return slices.Compact(slices.Sorted(slices.Values(list)))
}

// Choose returns the workloads with these names and of these kinds, in the order of the
// names. Without names it chooses among workloads.Default, or among all if there are
// kinds. The error is a *SettingError.
func Choose(names, kinds []string) ([]workloads.Workload, error) {
	for _, k := range kinds {
		if !slices.Contains(workloads.Kinds(), workloads.Kind(k)) {
			return nil, wrong("Kinds", "unknown kind %q: there are %v", k, workloads.Kinds())
		}
	}
	candidates := workloads.All()
	if len(names) == 0 && len(kinds) == 0 {
		candidates = workloads.Default()
	} else if len(names) > 0 && !slices.Contains(names, "all") {
		candidates = nil
		for _, name := range names {
			w, err := workloads.Lookup(name)
			if err != nil {
				return nil, &SettingError{"Workloads", err}
			}
			candidates = append(candidates, w)
		}
	}
	var chosen []workloads.Workload
	for _, w := range candidates {
		known := func(x workloads.Workload) bool { return x.Name == w.Name }
		if (kinds == nil || slices.Contains(kinds, string(w.Kind))) && !slices.ContainsFunc(chosen, known) {
			chosen = append(chosen, w)
		}
	}
	if len(chosen) == 0 {
		return nil, wrong("Kinds", "none of the workloads is of kind %s", strings.Join(kinds, " or "))
	}
	return chosen, nil
}
