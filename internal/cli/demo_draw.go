package cli

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"overlap/internal/table"
	"overlap/report/trace"
)

// A recording of milliseconds is played for playTime, in frames.
const (
	playTime  = 4 * time.Second
	frameTime = 50 * time.Millisecond
)

// play shows frames in the same place until the share of the recording that is over,
// which each frame gets, is 1. It stops as soon as ctx ends.
func play(ctx context.Context, w io.Writer, frame func(share float64) []string) error {
	frames := time.NewTicker(frameTime)
	defer frames.Stop()
	back := ""
	for began := time.Now(); ; {
		share := min(1, float64(time.Since(began))/float64(playTime))
		lines := frame(share)
		// Each line is replaced, not cleared before: that would flicker.
		if _, err := fmt.Fprintf(w, "%s%s\x1b[K\n\x1b[J", back, strings.Join(lines, "\x1b[K\n")); err != nil || share == 1 {
			return err
		}
		back = fmt.Sprintf("\x1b[%dA", len(lines))
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-frames.C:
		}
	}
}

// shopLabel is the width of the names of lanes.
const shopLabel = len("core 1  ")

// drawShops draws recordings of cashiers below each other, on one scale of time, as far as
// a share of the longest.
func drawShops(t table.Terminal, shops []trace.Timeline, share float64) (lines []string) {
	end := 0.0
	for _, s := range shops {
		end = max(end, s.Length)
	}
	width := max(t.Columns()-shopLabel, 8)
	for _, s := range shops {
		lines = append(lines, "", t.Paint(table.Bold, table.Count(s.Procs, "cashier")+", 2 queues"))
		for core := range s.Procs {
			label := table.Left(fmt.Sprintf("core %d", core+1), shopLabel)
			lines = append(lines, strings.TrimRight(label+drawLane(t, s, core, end/float64(width), share*end), " "))
		}
		lines = append(lines, t.Wrap(countsText(s, share*end), "  ", "    ")...)
	}
	last := fmt.Sprintf("%.1f ms", 1e3*end)
	axis := "0" + table.Right(last, width-1)
	return append(lines, "", strings.Repeat(" ", shopLabel)+axis)
}

// countsText says how many customers are in progress and how many are scanned: on average
// when all are served, until then at this moment.
func countsText(s trace.Timeline, now float64) string {
	if now >= s.Length {
		return fmt.Sprintf("on average %.1f customers in progress (concurrency), %.1f scanned at once (parallelism); all served after %.1f\u00a0ms", s.InProgress, s.Running, 1e3*s.Length)
	}
	inProgress, running := 0, 0
	for _, c := range s.Customers {
		if c.Start <= now && now < c.End {
			inProgress++
		}
		for _, x := range c.Stretches {
			if x.State == trace.Running && x.Start <= now && now < x.End {
				running++
			}
		}
	}
	return fmt.Sprintf("now %s in progress (concurrency), %d scanned at once (parallelism)", table.Count(inProgress, "customer"), running)
}

// drawLane draws whom a core scans until now, in cells of so many seconds.
func drawLane(t table.Terminal, s trace.Timeline, core int, cell, now float64) string {
	var b strings.Builder
	who := scanned(s, core, cell)
	for from := 0; from < len(who); {
		to := from + 1
		for to < len(who) && who[to] == who[from] {
			to++
		}
		style, text := "", strings.Repeat("·", to-from)
		if c := who[from]; c != nil {
			style = []string{table.Blue, table.Yellow}[c.Queue%2]
			name := c.Name()
			if len(name) > to-from {
				name = name[:1]
			}
			text = name + strings.Repeat("━", to-from-len(name))
		}
		over := min(to, int(now/cell+1e-6)) - from
		if over <= 0 {
			break
		}
		b.WriteString(t.Paint(style, string([]rune(text)[:over])))
		from = to
	}
	return b.String()
}

// scanned returns whom a core scans for most of each cell; nil is nobody. The last cell is
// the one in which the recording ends.
func scanned(s trace.Timeline, core int, cell float64) []*trace.Customer {
	n := int(s.Length/cell + 1 - 1e-6)
	who, most, total := make([]*trace.Customer, n), make([]float64, n), make([]float64, n)
	for i := range s.Customers {
		c := &s.Customers[i]
		times := map[int]float64{}
		for _, x := range c.Stretches {
			if x.State != trace.Running || x.Proc != core {
				continue
			}
			for at := int(x.Start / cell); at < n && float64(at)*cell < x.End; at++ {
				times[at] += min(x.End, float64(at+1)*cell) - max(x.Start, float64(at)*cell)
			}
		}
		for at, long := range times {
			total[at] += long
			if long > most[at] {
				who[at], most[at] = c, long
			}
		}
	}
	for at := range who {
		if total[at] < cell/2 {
			who[at] = nil
		}
	}
	return who
}
