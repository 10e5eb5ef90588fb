package cli

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"overlap/report"
	"overlap/report/chart"
)

// Pictures of an earlier report that the new one lacks are gone; what is
// somebody else's stays.
func TestReportRemovesItsOldPictures(t *testing.T) {
	f := newGrowing(t, firstPoint)
	dir := t.TempDir()
	put := func(names ...string) {
		for _, name := range names {
			if err := os.WriteFile(filepath.Join(dir, name), []byte("old"), 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
	run := func() {
		if code := Main(t.Context(), []string{"report", "-o", dir, f.path}, io.Discard, io.Discard); code != 0 {
			t.Fatalf("exit %d", code)
		}
	}
	put("latency.png", "timeline.svg")
	run()
	if !exists(filepath.Join(dir, "latency.png")) || !exists(filepath.Join(dir, "timeline.svg")) {
		t.Error("files are gone from a folder that held no report")
	}
	put("mine.png", "latency.txt", "row.svg")
	run()
	for name, want := range map[string]bool{
		"latency.png": false, "timeline.svg": false, "mine.png": true, "latency.txt": true, "row.svg": true,
		"gains.svg": true, "gains.png": true, "index.html": true, "report.json": true,
	} {
		if exists(filepath.Join(dir, name)) != want {
			t.Errorf("%s is there: %v, want %v", name, !want, want)
		}
	}
}

// A chart that is new must be in the list, or its old picture stays.
func TestPictureNamesAreComplete(t *testing.T) {
	paths, err := filepath.Glob("../../results/reference/*.txt")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no reference results: %v", err)
	}
	d, err := report.Load(paths...)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range chart.All(report.Analyze(d)) {
		if !slices.Contains(pictureNames, c.Name) {
			t.Errorf("%s is not in the list", c.Name)
		}
	}
}
