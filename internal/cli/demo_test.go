package cli

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rivo/uniseg"

	"overlap/bench"
	"overlap/bench/sweep"
	"overlap/internal/interval"
	"overlap/internal/table"
	"overlap/report/analyse"
	"overlap/report/trace"
)

// demoShops are recordings with one cashier and with two.
func demoShops(t *testing.T) (shops []trace.Timeline) {
	t.Helper()
	for _, name := range []string{"1core", "2cores"} {
		data, err := os.ReadFile("../../report/testdata/" + name + ".trace")
		if err != nil {
			t.Fatal(err)
		}
		s, err := trace.ReadTimeline(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		shops = append(shops, s)
	}
	return shops
}

func TestDemoDrawing(t *testing.T) {
	shops := demoShops(t)
	var b strings.Builder
	for _, width := range []int{40, 80, 120} {
		for _, colour := range []bool{false, true} {
			for _, share := range []float64{0.5, 1} {
				fmt.Fprintf(&b, "-- %d columns, colour %v, %.0f %% --\n", width, colour, 100*share)
				b.WriteString(strings.Join(drawShops(table.Terminal{Width: width, Colour: colour}, shops, share), "\n") + "\n")
			}
		}
	}
	got := strings.ReplaceAll(b.String(), "\x1b", "^[")
	const golden = "testdata/demo.golden"
	if flag.Lookup("update").Value.String() == "true" {
		if err := os.WriteFile(golden, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("it draws\n%s", got)
	}
}

// On every terminal the drawing fits, colours change nothing else, and what was drawn
// stays while time goes on.
func TestDemoDrawingFits(t *testing.T) {
	shops := demoShops(t)
	drawShops(table.Terminal{Width: 1}, shops, 1) // must not panic
	for width := 40; width <= 200; width++ {
		whole := drawShops(table.Terminal{Width: width}, shops, 1)
		for _, line := range whole {
			if n := uniseg.StringWidth(line); n > width {
				t.Fatalf("%d columns of %d: %s", n, width, line)
			}
		}
		if last := whole[len(whole)-1]; uniseg.StringWidth(last) != width {
			t.Errorf("at %d columns the axis is %q", width, last)
		}
		painted := strings.Join(drawShops(table.Terminal{Width: width, Colour: true}, shops, 1), "\n")
		for _, style := range []string{table.Bold, table.Blue, table.Yellow, "0"} {
			painted = strings.ReplaceAll(painted, "\x1b["+style+"m", "")
		}
		if painted != strings.Join(whole, "\n") {
			t.Errorf("colours change the drawing to\n%s", painted)
		}
		cell := shops[0].Length / float64(width-shopLabel)
		lane := func(now float64) string { return drawLane(table.Terminal{}, shops[0], 0, cell, now) }
		for _, share := range []float64{0, 0.1, 0.25, 0.9} {
			if early := lane(share * shops[0].Length); !strings.HasPrefix(lane(1), early) || uniseg.StringWidth(early) != int(share*float64(width-shopLabel)+1e-6) {
				t.Errorf("at %d columns, %.0f %% is %q", width, 100*share, early)
			}
		}
	}
}

// A cell shows whom the core scans for most of it, and nobody if it is idle for longer.
func TestDemoLane(t *testing.T) {
	scan := func(queue, number, proc int, from, to float64) trace.Customer {
		return trace.Customer{Queue: queue, Number: number, Start: from, End: to, Stretches: []trace.Stretch{{Start: from, End: to, State: trace.Running, Proc: proc}}}
	}
	waits := trace.Customer{Queue: 1, Number: 9, Start: 0, End: 12, Stretches: []trace.Stretch{{Start: 0, End: 12, State: trace.Waiting, Proc: -1}}}
	s := trace.Timeline{Procs: 2, Length: 12, InProgress: 2, Running: 1, Customers: []trace.Customer{
		waits, scan(0, 1, 0, 0, 1.6), scan(1, 12, 0, 1.6, 6), scan(0, 2, 1, 0, 12), scan(0, 3, 0, 7.4, 8.2), scan(0, 13, 0, 10, 12),
	}}
	for core, want := range []string{"A1B12━·A··A━", "A2━━━━━━━━━━"} {
		if got := drawLane(table.Terminal{}, s, core, 1, 12); strings.TrimSuffix(got, "━") != strings.TrimSuffix(want, "━") {
			t.Errorf("core %d: %q, want %q", core+1, got, want)
		}
	}
	if got, want := countsText(s, 7.5), "now 3 customers in progress (concurrency), 2 scanned at once (parallelism)"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := countsText(s, 12); !strings.HasPrefix(got, "on average 2.0 customers in progress (concurrency), 1.0 scanned") {
		t.Error(got)
	}
}

// The frames follow the clock, each in place of the last, and an interrupt ends them.
func TestDemoPlays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b strings.Builder
		var shares []float64
		frame := func(share float64) []string {
			shares = append(shares, share)
			return []string{"one", "two"}
		}
		began := time.Now()
		if err := play(t.Context(), &b, frame); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took != playTime || len(shares) != int(playTime/frameTime)+1 || shares[0] != 0 || shares[len(shares)/2] != 0.5 || shares[len(shares)-1] != 1 {
			t.Errorf("%v, %d frames: %v", took, len(shares), shares)
		}
		if first := "one\x1b[K\ntwo\x1b[K\n\x1b[J"; !strings.HasPrefix(b.String(), first+"\x1b[2A"+first) || strings.Count(b.String(), "\x1b[2A") != len(shares)-1 {
			t.Errorf("%.80q", b.String())
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(sweep.ErrInterrupted) })
		began = time.Now()
		if err := play(ctx, &b, frame); !errors.Is(err, sweep.ErrInterrupted) || time.Since(began) != time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
	})
}

// What helps is said in the words of the demonstration where the class says it, and
// nothing is claimed of a row that proves nothing.
func TestDemoSentences(t *testing.T) {
	near := func(x float64) interval.Interval { return interval.Interval{Value: x, Low: x / 1.01, High: x * 1.01} }
	wide := interval.Interval{Value: 1.5, Low: 0.9, High: 2.5}
	row := func(workers, p int, gc, gp, s interval.Interval, class analyse.Class, reason string) analyse.Row {
		return analyse.Row{Workers: workers, P: p, Concurrency: gc, Parallelism: gp, Speedup: s, Class: class, Verdict: string(class) + ": " + reason}
	}
	unknown := interval.Interval{Value: 1.4, Low: math.NaN(), High: math.NaN()}
	for _, c := range []struct {
		row            analyse.Row
		gains, verdict string
	}{
		{row(16, 2, near(15.6), near(1), near(15.6), analyse.Waits, "16 workers give 15.6×"), "16 workers, 2 cores: G_c 15.6 ±0.2 × G_p 1.00 ±0.01 = S 15.6 ±0.2", "concurrency helps: 16 workers give 15.6×"},
		{row(2, 2, near(1), near(1.9), near(1.9), analyse.Scales, "2 cores give 1.90×"), "2 workers, 2 cores: G_c 1.00 ±0.01 × G_p 1.90 ±0.02 = S 1.90 ±0.02", "parallelism helps: 2 cores give 1.90×"},
		{row(1, 2, near(1), near(0.5), near(0.5), analyse.Contends, "2 workers"), "1 worker, 2 cores: G_c 1.00 ±0.01 × G_p 0.50 ±0.01 = S 0.50 ±0.01", "more workers hurt: 2 workers"},
		{row(2, 2, near(3), near(1.5), near(4.5), analyse.Mixes, "x"), "", "both help: x"},
		{row(2, 2, near(1), near(1), near(1), analyse.Serial, "x"), "", "one worker is enough: x"},
		{row(2, 2, near(1), wide, wide, analyse.Undecided, "too noisy: G_p is 1.50 ±1.00"), "2 workers, 2 cores: G_c 1.00 ±0.01 × G_p 1.50 ±1.00 = S 1.50 ±1.00", "cannot tell: too noisy: G_p is 1.50 ±1.00"},
		{row(2, 2, unknown, unknown, unknown, analyse.Undecided, "2 samples"), "2 workers, 2 cores: G_c 1.40 × G_p 1.40 = S 1.40", "cannot tell: 2 samples"},
		{row(2, 1, near(2), near(1), near(2), analyse.OneCore, "workers help"), "2 workers, 1 core: G_c 2.00 ±0.02", "one core: workers help"},
	} {
		if got := gainsText(c.row); c.gains != "" && got != c.gains {
			t.Errorf("%s, want %s", got, c.gains)
		}
		if got := lessonText(c.row); got != c.verdict {
			t.Errorf("%s, want %s", got, c.verdict)
		}
	}
}

// The gains of a lesson need three points, and one core has two of them.
func TestDemoPlan(t *testing.T) {
	for cores, want := range map[int]int{1: 2 * len(lessons), 2: 3 * len(lessons)} {
		plan, err := newDemoPlan([]int{0, 1, 2, 3}, cores)
		if err != nil {
			t.Fatal(err)
		}
		points := plan.FixedPoints()
		for _, p := range points {
			if p.Executor == bench.SerialExecutor || p.Copies != 1 || min(p.Cores, p.Procs) > cores {
				t.Errorf("%s", p)
			}
		}
		if len(points) != want {
			t.Errorf("%d cores: %d points, want %d: %v", cores, len(points), want, points)
		}
	}
}
