package main

import (
	"fmt"
	"io"
	"os"
	"time"
)

// progress prints the progress of the session on standard error: a line that is
// overwritten on a terminal, and a line for every tenth elsewhere.
type progress struct {
	out        io.Writer
	terminal   bool
	done, all  int
	start      time.Time
	lastTenth  int
	lineLength int
}

func newProgress(out io.Writer, all int) *progress {
	p := &progress{out: out, all: all, start: time.Now()}
	if f, ok := out.(*os.File); ok {
		info, err := f.Stat()
		p.terminal = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return p
}

// step begins a step with this title; one without a title is skipped.
func (p *progress) step(title string) {
	share := float64(p.done) / float64(max(1, p.all))
	p.done++
	if title == "" {
		return
	}
	eta := "?"
	if spent := time.Since(p.start); share > 0 {
		eta = (time.Duration(float64(spent)*(1-share)/share) + time.Second/2).Truncate(time.Second).String()
	}
	text := fmt.Sprintf("%3.0f %%  ETA %s", 100*share, eta)
	if p.terminal {
		text += "  " + title
		fmt.Fprintf(p.out, "\r%-*s", p.lineLength, text)
		p.lineLength = len(text)
	} else if tenth := int(10 * share); tenth > p.lastTenth {
		p.lastTenth = tenth
		fmt.Fprintln(p.out, text)
	}
}

// say prints a line of its own.
func (p *progress) say(text string) {
	p.clear()
	fmt.Fprintln(p.out, text)
}

// clear removes the progress line.
func (p *progress) clear() {
	if p.terminal {
		fmt.Fprintf(p.out, "\r%*s\r", p.lineLength, "")
		p.lineLength = 0
	}
}
