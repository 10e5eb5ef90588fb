package sweep

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"time"

	"golang.org/x/perf/benchfmt"

	"overlap/bench/host"
	"overlap/bench/overlay"
	"overlap/bench/turns"
	"overlap/internal/proc"
)

// player is a process of a block.
type player struct {
	seat   *turns.Seat
	proc   *process
	point  Point // as which it was started
	file   string
	tidy   func(*benchfmt.Result)
	limit  time.Duration // of a turn
	ctx    context.Context
	cancel context.CancelCauseFunc
	parts  []*part // of the turns that it took
	cpus   []int   // that it is bound to at the moment
	family bool    // it has child processes, which stay where they are and whose CPU time is unknown
	fits   bool    // it needs a turn to find out how many jobs make one
	err    error   // why it is out
	result *benchfmt.Result
	slices overlay.Slices
}

// start starts a process for every point, and one for each copy. A single share of a job
// needs none if there are copies of it: each of them takes turns alone as well.
func (t *sitting) start(ctx context.Context) {
	for i, p := range t.Points {
		part := &part{point: p}
		t.parts = append(t.parts, part)
		if p.Slices > 1 && p.Copies == 1 && slices.ContainsFunc(t.Points, p.isShareOf) {
			part.alone = true
			continue
		}
		for n := range p.Copies {
			part.players = append(part.players, t.seat(ctx, t.by, p, n, t.Jobs[i]))
		}
	}
	for _, part := range t.parts {
		for _, other := range t.parts {
			if part.alone && part.point.isShareOf(other.point) {
				part.players = other.players
			}
		}
	}
	t.await()
}

// await waits until all players are ready, and lets those that need it find out how many
// jobs make a turn, one after the other.
func (t *sitting) await() {
	var ready sync.WaitGroup
	for _, q := range t.players {
		if q.err == nil {
			ready.Go(func() {
				late := watch(q)
				defer late.Stop()
				q.err = q.seat.Await()
			})
		}
	}
	ready.Wait()
	for _, q := range t.players {
		if q.err == nil && q.fits {
			late := watch(q)
			q.err = turns.Give(turns.Turn{}, q.seat)
			late.Stop()
		}
	}
}

// isShareOf reports whether q is several copies of the share p at once.
func (p Point) isShareOf(q Point) bool {
	same := q
	same.Copies = p.Copies
	return p.Copies == 1 && q.Copies > 1 && p == same
}

// seat starts the process of a copy.
func (t *sitting) seat(ctx context.Context, by launchers, p Point, copied, jobs int) *player {
	q := &player{point: p, file: filepath.Join(t.dir, strconv.Itoa(len(t.players)))}
	t.players = append(t.players, q)
	l, tidy, err := by.turning(p, jobs, min(pieceTime, t.Settle), q.file)
	if err != nil {
		q.err = err
		return q
	}
	cpus := l.placement[:p.Cores]
	switch {
	case p.Copies > 1 && host.CanBind:
		cpus = l.placement[copied:][:1]
	case p.Slices > 1 && host.CanBind:
		cpus = l.placement[(t.Number-1)%p.Slices:][:1]
	}
	s, err := turns.NewSeat()
	if err != nil {
		q.err = err
		return q
	}
	defer s.Sit()
	q.ctx, q.cancel = context.WithCancelCause(ctx)
	q.seat, q.tidy = s, tidy
	cmd := l.command(q.ctx, p, 0, cpus, false)
	cmd.ExtraFiles = s.Files()
	q.proc, q.err = launch(q.ctx, cmd, cpus, false, false, l.prints, l.word)
	q.limit, q.cpus, q.fits = l.limit, cpus, l.fits
	return q
}

// watch ends players that take longer than their limit, unless it is stopped before.
func watch(all ...*player) *time.Timer {
	if len(all) == 0 {
		return time.NewTimer(0)
	}
	return time.AfterFunc(all[0].limit, func() {
		for _, q := range all {
			q.cancel(errLate{q.limit})
		}
	})
}

// cpus are all that processes are bound to.
func (t *sitting) cpus() (all []int) {
	for _, q := range t.players {
		if q.proc != nil {
			all = append(all, q.proc.cpus...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// end ends the processes and reads what they measured.
func (t *sitting) end() {
	for _, q := range t.players {
		if q.err == nil {
			q.err = q.bind(q.proc.cpus) // as its result is labelled
		}
		if q.err == nil {
			q.err = q.seat.End()
		}
		if q.seat != nil {
			q.seat.Close() // whoever still waits for a turn ends
			q.seat = nil
		}
	}
	var done sync.WaitGroup
	for _, q := range t.players {
		if q.proc == nil {
			continue
		}
		done.Go(func() {
			late := watch(q)
			defer late.Stop()
			r, err := q.proc.result(q.ctx, q.point)
			if err == nil && q.err == nil {
				q.slices, err = overlay.ReadSlices(q.file)
			}
			if err == nil && q.err == nil && len(q.slices.Turns) != len(q.parts) {
				err = fmt.Errorf("it had %d turns and timed %d", len(q.parts), len(q.slices.Turns))
			}
			if err != nil && q.err == nil && len(q.parts) == 0 {
				err = errNoTurns // and therefore no result; another one is to blame
			}
			if err != nil {
				if q.err == nil || follows(q.err) {
					q.err = err
				}
				return
			}
			q.tidy(r)
			q.result = r
		})
	}
	done.Wait()
}

// close ends whoever is left.
func (t *sitting) close() {
	if t.probes != nil {
		defer t.probes.Close() // their threads may have started players
	}
	for _, q := range t.players {
		if q.seat != nil {
			q.seat.Close()
		}
		if q.proc != nil && !q.proc.hasEnded() { // else its number may be another's
			_ = proc.Kill(q.proc.cmd.Process)
			_ = q.proc.wait()
		}
		if q.cancel != nil {
			q.cancel(nil)
		}
	}
}

// bind binds a player that waits for its turn.
func (q *player) bind(cpus []int) error {
	if slices.Equal(q.cpus, cpus) {
		return nil
	}
	q.cpus = cpus // or some of its threads
	return host.Rebind(q.proc.cmd.Process.Pid, cpus)
}
