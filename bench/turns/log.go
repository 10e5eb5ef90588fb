package turns

import (
	"bytes"
	"fmt"
	"os"
	"time"
)

// Log is what a player measured, in the form in which package overlay reads it.
type Log struct {
	Jobs    int               // that were timed at once
	Turns   [][]time.Duration // the times of each turn
	CPU     time.Duration     // of the process in them
	Window  time.Duration     // from the first to the last
	Own     time.Duration     // CPU time of the process in the window
	Delayed time.Duration     // for which its threads were ready and had no CPU
}

// Write writes the log to a file.
func (l Log) Write(path string) error {
	wall := time.Duration(0)
	for _, times := range l.Turns {
		for _, t := range times {
			wall += t
		}
	}
	var text bytes.Buffer
	fmt.Fprintf(&text, "%d %d %d %d\n%d 0 %d %d\n", l.Jobs, l.CPU, wall, l.Window, l.Window, l.Own, l.Delayed)
	for _, times := range l.Turns {
		for _, t := range times {
			fmt.Fprintf(&text, "%d ", t)
		}
		text.WriteByte('\n')
	}
	return os.WriteFile(path, text.Bytes(), 0o666)
}
