package cli

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"

	"golang.org/x/term"

	"overlap/internal/table"
)

// terminalOf returns the width of w, from COLUMNS if w is not a terminal, and whether to
// use colours.
func terminalOf(w io.Writer) table.Terminal {
	f, ok := fileOf(w)
	t := table.Terminal{Colour: coloured(isTerminal(w), os.Getenv), Width: widthOf(os.Getenv("COLUMNS"))}
	if ok && isTerminal(w) {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil {
			t.Width = width
		}
	}
	return t
}

// notef writes a note, in lines that fit if the width is known: elsewhere, as in a log, a note
// is one line to search for.
func notef(w io.Writer, format string, args ...any) {
	lines := strings.Split("note: "+fmt.Sprintf(format, args...), "\n")
	if t := terminalOf(w); t.Width > 0 {
		var fit []string
		for _, line := range lines {
			first := line[:len(line)-len(strings.TrimLeft(line, " "))]
			fit = append(fit, t.Wrap(line[len(first):], first, first+"  ")...)
		}
		lines = fit
	}
	fmt.Fprintln(w, strings.Join(lines, "\n"))
}

// widthOf reads the variable COLUMNS; it returns 0 if no table fits into that width.
func widthOf(text string) int {
	if n, err := strconv.Atoi(text); err == nil && n >= fewestColumns && n <= mostColumns {
		return n
	}
	return 0
}

// Fewer columns than fewestColumns break every line of numbers, and nobody has
// more than mostColumns.
const (
	fewestColumns = 40
	mostColumns   = 10000
)

// coloured follows no-color.org, whose variable wins, and bixense.com/clicolors
// for logs that show colours without being a terminal. Only the newer terminals
// of Windows know the sequences without being asked.
func coloured(terminal bool, env func(string) string) bool {
	force := env("CLICOLOR_FORCE")
	switch {
	case env("NO_COLOR") != "" || env("TERM") == "dumb":
		return false
	case force != "" && force != "0":
		return true
	}
	return terminal && knowsSequences(env)
}

// knowsSequences reports whether a terminal knows the control sequences of ECMA-48.
func knowsSequences(env func(string) string) bool {
	return env("TERM") != "dumb" && (runtime.GOOS != "windows" || env("WT_SESSION") != "")
}

// canRedraw reports whether w is a terminal on which so many lines can be replaced.
func canRedraw(w io.Writer, lines int) bool {
	f, ok := fileOf(w)
	if !ok || !isTerminal(w) || !knowsSequences(os.Getenv) {
		return false
	}
	_, height, err := term.GetSize(int(f.Fd()))
	return err == nil && lines < height
}
