package cli_test

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"testing"

	"overlap/internal/cli"
	"overlap/report/analyse"
	"overlap/report/load"
)

// The command that a report gives for measuring a row again is one that this
// program takes, and measures the row's points.
func TestRepeatIsACommand(t *testing.T) {
	files, err := filepath.Glob("../../results/reference/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no reference run (%v)", err)
	}
	d, err := load.Load(files...)
	if err != nil {
		t.Fatal(err)
	}
	a := analyse.Analyze(d)
	for _, r := range a.Rows {
		words := strings.Fields(a.Repeat(r))
		for i, word := range words {
			if i > 0 && words[i-1] == "--cores" {
				words[i] = strings.Split(word, ",")[0] // the machine of the test may have one
			}
		}
		var out, diagnostics bytes.Buffer
		if code := cli.Main(context.Background(), append(words[1:], "--list"), &out, &diagnostics); code != 0 {
			t.Errorf("%s: exit status %d: %s", a.Repeat(r), code, diagnostics.String())
		}
		if want := r.Workload + "/executor=pool/workers=1/cores=1"; !strings.Contains(out.String(), want) {
			t.Errorf("%s does not measure %s:\n%s", a.Repeat(r), want, out.String())
		}
	}
}
