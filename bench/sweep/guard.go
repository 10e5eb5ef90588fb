package sweep

import (
	"context"
	"fmt"
	"time"
)

// Guard waits for others to leave the CPUs alone. Its Wait is a Config.Quiet.
type Guard struct {
	// Others measures how many of the CPUs others keep busy, which may take a
	// while; ok is false where the system does not report it.
	Others func(ctx context.Context) (cpus float64, ok bool)

	CPUs     int           // that samples run on
	Allowed  float64       // CPUs that others may use
	Patience time.Duration // for all waits of a sweep together; 0 for none
	Option   string        // by which the user sets Patience, for messages
	Say      func(string)  // shows the user why nothing happens

	waited    time.Duration
	exhausted bool // the patience is
}

// Wait returns when others use no more than Allowed of the CPUs, when ctx ends, or
// when the patience is exhausted; from then on it does not wait.
func (g *Guard) Wait(ctx context.Context) {
	began, waiting := time.Now(), false
	for g.Patience > 0 && !g.exhausted && ctx.Err() == nil {
		others, ok := g.Others(ctx)
		if !ok || others <= g.Allowed {
			if waiting {
				g.Say("the machine is quiet: measuring")
			}
			break
		}
		if left := g.Patience - g.waited - time.Since(began); left <= 0 {
			g.exhausted = true
			g.Say(fmt.Sprintf("others still use %.1f of %d CPUs: measuring anyway; disturbed samples are marked, and left out where it matters", others, g.CPUs))
		} else if !waiting {
			waiting = true
			g.Say(fmt.Sprintf("others use %.1f of %d CPUs: waiting up to %v for a quiet machine (%s)", others, g.CPUs, left.Round(time.Second), g.Option))
		}
	}
	g.waited += time.Since(began)
}
