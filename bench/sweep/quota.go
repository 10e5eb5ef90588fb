package sweep

import (
	"context"
	"fmt"
	"math"
	"slices"

	"overlap/bench/host"
)

// withinQuota measures the points of a group that the CPU quota treats as it did when the
// sweep began. The others fail, and are not even started: their turns would use up what
// the rest of the group may use, and the kernel would stop that, too. If the quota changes
// meanwhile, all are lost for the same reason.
func (s *sweep) withinQuota(ctx context.Context, group []Point, groups int) ([]Entry, error) {
	if s.Quota == nil {
		return s.measure(ctx, group, groups)
	}
	now := s.Quota()
	var left []Point
	var place []int // of those in the group
	entries := make([]Entry, len(group))
	for i, p := range group {
		if p.uses() > tighter(s.quota, now) {
			entries[i] = Entry{Point: p.String(), Round: s.round, Err: fmt.Errorf("the CPU quota was %s when the run began and is %s now", host.FormatQuota(s.quota), host.FormatQuota(now))}
			continue
		}
		left, place = append(left, p), append(place, i)
	}
	if len(left) > 0 {
		measured, err := s.measure(ctx, left, groups)
		if err != nil {
			return nil, err
		}
		later := s.Quota()
		lost := slices.ContainsFunc(left, func(p Point) bool { return p.uses() > tighter(now, later) })
		for i, e := range measured {
			if lost {
				e.Result, e.Err = nil, fmt.Errorf("the CPU quota changed from %s to %s during the sample", host.FormatQuota(now), host.FormatQuota(later))
			}
			entries[place[i]] = e
		}
	}
	for i := range entries {
		entries[i].Rest = len(entries) - i - 1
	}
	return entries, nil
}

// uses returns how many CPUs a point can keep busy.
func (p Point) uses() float64 { return float64(min(p.Cores, p.Procs) * p.Copies) }

// tighter returns the tighter of two quotas, and no limit if they are the same.
func tighter(a, b float64) float64 {
	limit := func(quota float64) float64 {
		if quota == 0 {
			return math.Inf(1)
		}
		return quota
	}
	if a == b {
		return limit(0)
	}
	return min(limit(a), limit(b))
}
