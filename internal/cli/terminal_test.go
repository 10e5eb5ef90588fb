package cli

import (
	"strings"
	"testing"
)

func TestColours(t *testing.T) {
	for _, c := range []struct {
		terminal bool
		env      string
		want     bool
	}{
		{true, "WT_SESSION=1", true},
		{false, "WT_SESSION=1", false},
		{true, "WT_SESSION=1 NO_COLOR=1", false},
		{true, "WT_SESSION=1 TERM=dumb", false},
		{false, "CLICOLOR_FORCE=1", true},
		{false, "CLICOLOR_FORCE=0", false},
		{false, "CLICOLOR_FORCE=1 NO_COLOR=1", false},
	} {
		env := map[string]string{}
		for pair := range strings.FieldsSeq(c.env) {
			key, value, _ := strings.Cut(pair, "=")
			env[key] = value
		}
		if got := coloured(c.terminal, func(key string) string { return env[key] }); got != c.want {
			t.Errorf("terminal %v with %s: colours %v", c.terminal, c.env, got)
		}
	}
}

// A pipe is as wide as COLUMNS says, where that can be.
func TestWidthOfAPipe(t *testing.T) {
	for text, want := range map[string]int{"": 0, "120": 120, "40": 40, "39": 0, "-1": 0, "x": 0, "10001": 0, "99999999999999999999": 0} {
		t.Setenv("COLUMNS", text)
		if got := terminalOf(new(strings.Builder)).Width; got != want {
			t.Errorf("COLUMNS=%s: %d, want %d", text, got, want)
		}
	}
}

// Notes fit where the width is known, and are one line each elsewhere.
func TestNotesFit(t *testing.T) {
	for columns, want := range map[string]string{
		"":   "note: a benchmark that needs more words than fit into a line\n  by itself\n",
		"40": "note: a benchmark that needs more words\n  than fit into a line\n  by itself\n",
	} {
		t.Setenv("COLUMNS", columns)
		var b strings.Builder
		notef(&b, "a benchmark that needs more words than fit into a %s\n  by itself", "line")
		if b.String() != want {
			t.Errorf("%q columns: %q", columns, b.String())
		}
	}
}
