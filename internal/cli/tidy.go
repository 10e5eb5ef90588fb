package cli

import (
	"context"
	"strings"

	"overlap/internal/git"
	"overlap/internal/proc"
	"overlap/internal/scratch"
)

// tidy removes from a directory what killed runs and checks left behind, and ends what
// their benchmarks had started. It notes what cannot be removed: that does not prevent a
// measurement.
func tidy(ctx context.Context, s *streams, dir string) {
	var removed []string
	for _, left := range scratch.Abandoned(dir) {
		proc.KillMarked(left.Mark())
		remove := left.Remove
		if scratch.Purpose(left.Path) == git.Purpose {
			remove = func() error { return git.Clear(ctx, left) }
		}
		if err := remove(); err != nil {
			notef(s.err, "%s, which a killed run left behind, cannot be removed: %v", left.Path, err)
			continue
		}
		removed = append(removed, left.Path)
	}
	noteRemoved(s, removed)
}

func noteRemoved(s *streams, paths []string) {
	if len(paths) > 0 {
		notef(s.err, "removed what a killed run left behind: %s", strings.Join(paths, ", "))
	}
}
