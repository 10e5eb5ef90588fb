package cli

import (
	"io"
	"os"
	"path/filepath"
	"testing"
)

// Pictures of an earlier report that the new one lacks are gone; what is
// somebody else's stays.
func TestReportRemovesItsOldPictures(t *testing.T) {
	f := newGrowing(t, firstPoint)
	dir := t.TempDir()
	put := func(text string, names ...string) {
		for _, name := range names {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
	run := func() {
		if code := Main(t.Context(), []string{"report", "-o", dir, f.path}, io.Discard, io.Discard); code != 0 {
			t.Fatalf("exit %d", code)
		}
	}
	put("mine", "heat.png", "timeline.svg", "timeline.png", "mine.png", "latency.txt", "row.svg")
	run()
	ours, err := os.ReadFile(filepath.Join(dir, "gains.svg"))
	if err != nil {
		t.Fatal(err)
	}
	put(string(ours), "latency.svg", "latency.png")
	run()
	for name, want := range map[string]bool{
		"latency.png": false, "latency.svg": false, "heat.png": true, "timeline.svg": true, "timeline.png": true, "mine.png": true, "latency.txt": true, "row.svg": true,
		"gains.svg": true, "gains.png": true, "index.html": true, "report.json": true,
	} {
		if exists(filepath.Join(dir, name)) != want {
			t.Errorf("%s is there: %v, want %v", name, !want, want)
		}
	}
}
