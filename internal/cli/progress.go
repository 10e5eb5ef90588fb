package cli

import (
	"fmt"
	"io"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"overlap/bench/sweep"
	"overlap/internal/table"
)

// progress shows how far a sweep is: a bar on a terminal, elsewhere a line for each of
// the first rounds, and then one every few seconds.
type progress struct {
	w     io.Writer
	bar   *progressbar.ProgressBar // nil without a terminal
	board *board                   // above the bar; nil where nothing can be replaced in place
	round int
	said  time.Time
}

// betweenLines is the time between lines: logs keep them all.
const betweenLines = 5 * time.Second

func newProgress(w io.Writer) *progress {
	p := &progress{w: w}
	if f, ok := fileOf(w); ok && isTerminal(w) {
		p.bar, p.board = newBar(f), newBoard(f)
	}
	return p
}

// newBar makes a bar that is no wider than w, if w is a terminal.
func newBar(w io.Writer) *progressbar.ProgressBar {
	return progressbar.NewOptions(1,
		progressbar.OptionSetWriter(w),
		progressbar.OptionSetWidth(24),
		progressbar.OptionSetPredictTime(false), // the sweep knows its rounds, the bar would only guess
		progressbar.OptionSetElapsedTime(false),
		progressbar.OptionShowCount(),
		progressbar.OptionClearOnFinish(),
	)
}

func isTerminal(w io.Writer) bool {
	f, ok := fileOf(w)
	return ok && term.IsTerminal(int(f.Fd()))
}

func (p *progress) show(g sweep.Progress) {
	left := ""
	if g.Left > 0 {
		left = fmt.Sprintf(", %v left", g.Left.Round(time.Second))
	}
	if p.bar != nil {
		p.bar.ChangeMax(max(g.Total, g.Done+1))
		p.bar.Describe(fmt.Sprintf("round %d/%d%s", g.Round, g.Rounds, left))
		_ = p.bar.Set(g.Done) // measuring goes on without the terminal
		return
	}
	if g.Round != p.round && (g.Round <= 3 || time.Since(p.said) >= betweenLines) {
		p.round, p.said = g.Round, time.Now()
		if g.Done == 0 {
			fmt.Fprintf(p.w, "round 1: calibrating %s\n", table.Count(g.Total, "point"))
			return
		}
		fmt.Fprintf(p.w, "round %d of %d: %d of %s%s\n", g.Round, g.Rounds, g.Done, table.Count(g.Total, "sample"), left)
	}
}

// step shows what is done next, after so many of all steps; on a terminal only.
func (p *progress) step(done, all int, next string) {
	if p.bar != nil {
		p.bar.ChangeMax(all)
		p.bar.Describe(next)
		_ = p.bar.Set(done) // likewise
	}
}

// timed returns what shows how many of some things are done, and for how long the others
// take if they take as long: with a bar, or with a line every few seconds.
func (p *progress) timed() func(what string, done, all int) {
	doing, began := "", time.Time{}
	return func(what string, done, all int) {
		if what != doing {
			doing, began, p.said = what, time.Now(), time.Now()
		}
		left := ""
		if done > 0 {
			left = fmt.Sprintf(", %v left", (time.Since(began) / time.Duration(done) * time.Duration(all-done)).Round(time.Second))
		}
		switch {
		case p.bar != nil:
			p.step(done, all, what+left)
		case time.Since(p.said) >= betweenLines:
			p.said = time.Now()
			fmt.Fprintf(p.w, "%s: %d of %d%s\n", what, done, all, left)
		}
	}
}

func (p *progress) finish() {
	if p.bar != nil {
		_ = p.bar.Finish() // likewise
	}
}

// say shows a line beside the bar.
func (p *progress) say(text string) {
	if p.bar != nil {
		_ = p.bar.Clear()
	}
	if p.board != nil {
		p.board.say(text)
		return
	}
	fmt.Fprintln(p.w, text)
}

// place shows lines above the bar, in place of those before. There is a board.
func (p *progress) place(lines []string) {
	_ = p.bar.Clear()
	p.board.draw(lines)
	_ = p.bar.Add(0) // shows it again
}
