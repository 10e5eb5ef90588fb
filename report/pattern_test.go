package report_test

import (
	"compress/gzip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"overlap/report/load"
)

// twice writes a text plainly and compressed, the second under a name that does
// not tell.
func twice(t *testing.T, text string) []string {
	t.Helper()
	dir := t.TempDir()
	plain, packed := filepath.Join(dir, "a run.txt"), filepath.Join(dir, "packed")
	if err := os.WriteFile(plain, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(packed)
	if err != nil {
		t.Fatal(err)
	}
	w := gzip.NewWriter(f)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return []string{plain, packed}
}

// The commands of each row print its lines and measure its benchmarks, wherever
// the axes stand in the names and whatever makes a row.
func TestCommandsOfRowsFindTheirLines(t *testing.T) {
	for _, tool := range []string{"sh", "grep", "zgrep"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("there is no %s", tool)
		}
	}
	line := func(names ...string) (lines []string) {
		for _, name := range names {
			lines = append(lines, "Benchmark"+name+" 1 5 ns/op", "Benchmark"+name+"-2 1 5 ns/op")
		}
		return lines
	}
	for _, c := range []struct {
		about  string
		in     load.Input
		mine   []string // of the first row
		others []string
	}{
		{"an axis before another part", load.Input{}, line("Two/clients=1/n=5", "Two/clients=4/n=5"), line("Two/clients=1/n=55", "Twos/clients=1/n=5")},
		{"a row of one part", load.Input{Row: "/impl"}, line("Map/impl=a/n=1", "Set/impl=a"), line("Map/impl=b/n=1", "Set/impl=b")},
		{"a row whose parts mix", load.Input{Row: "note", Filter: ".name:/^(Map|Set)$/"}, line("Map/n=1", "Set/n=2"), append([]string{"note: x"}, line("Map/n=2", "Set/n=1")...)},
		{"signs of a pattern", load.Input{}, line("A.b[(|)]$/^x*=1+"), line("Aab[(|)]$/^x*=1+", "A.b[(|)]$/^x*=11")},
	} {
		for _, path := range twice(t, strings.Join(append(c.mine[:len(c.mine):len(c.mine)], c.others...), "\n")+"\n") {
			c.in.Paths = []string{path}
			a := input(t, c.in)
			command := a.Show(a.Rows[0])
			out, err := exec.Command("sh", "-c", command).Output()
			if got := strings.TrimSpace(string(out)); err != nil || got != strings.Join(c.mine, "\n") {
				t.Errorf("%s: %s prints\n%s(%v), want\n%s", c.about, command, got, err, strings.Join(c.mine, "\n"))
			}
			pattern := strings.Split(a.Repeat(a.Rows[0]), "'")[3]
			for _, mine := range c.mine {
				name, _, _ := strings.Cut(mine, " ")
				if !measures(t, pattern, strings.TrimSuffix(name, "-2")) {
					t.Errorf("%s: go test -bench %s does not measure %s", c.about, pattern, name)
				}
			}
			if c.in.Row == "" {
				name, _, _ := strings.Cut(c.others[0], " ")
				if measures(t, pattern, name) {
					t.Errorf("%s: go test -bench %s measures %s", c.about, pattern, name)
				}
			}
		}
	}
}

// measures is what go test does with a pattern: each of its alternatives has a
// regular expression per level, and what is above the last is not measured.
func measures(t *testing.T, pattern, name string) bool {
	t.Helper()
	levels := strings.Split(name, "/")
alternatives:
	for _, whole := range strings.Split(pattern, "$|^") {
		parts := strings.Split(whole, "$/^")
		if len(parts) > len(levels) {
			continue
		}
		for i, part := range parts {
			part = "^" + strings.TrimSuffix(strings.TrimPrefix(part, "^"), "$") + "$"
			fits, err := regexp.MatchString(part, levels[i])
			if err != nil {
				t.Fatal(err)
			}
			if !fits {
				continue alternatives
			}
		}
		return true
	}
	return false
}
