package cli

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// A run makes its recordings after its last sample: the page shows them although
// the result file stays as it is.
func TestServedPageShowsRecordings(t *testing.T) {
	trace, err := os.ReadFile("../../report/testdata/1core.trace")
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		f := newGrowing(t, firstPoint)
		h := (&live{path: f.path, say: func(string) {}}).handler()
		_, before := get(t, h, "/")
		beside := strings.TrimSuffix(f.path, ".txt") + ".1core.trace"
		if err := os.WriteFile(beside, trace, 0o666); err != nil {
			t.Fatal(err)
		}
		rested()
		body, after := get(t, h, "/")
		if holds(t, body, "Two queues of customers"); after == before {
			t.Error("the same ETag with a recording and without")
		}
		if json, _ := get(t, h, "/report.json"); !strings.Contains(json, `"timelines"`) {
			t.Error("no timelines in the JSON")
		}
		get(t, h, "/timeline.svg")
	})
}

// Looking may take a twentieth of a core, so a long look is followed by a long
// rest. The clock of the bubble stands still while the server looks, but not in
// what it says.
func TestLongLookIsFollowedByLongRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newGrowing(t, "Benchmark broken\nBenchmarkEp/executor=pool/workers=1/cores=1 1 10\n")
		l := &live{path: f.path, say: func(string) { time.Sleep(10 * time.Second) }}
		h := l.handler()
		get(t, h, "/")
		f.write(os.O_TRUNC, firstPoint)
		for _, c := range []struct {
			wait time.Duration
			want bool
		}{{lookEvery, false}, {(lookShare-1)*10*time.Second - lookEvery - time.Second, false}, {time.Second, true}} {
			time.Sleep(c.wait)
			if body, _ := get(t, h, "/"); strings.Contains(body, `<section id="ep"`) != c.want {
				t.Errorf("after %v more: it looked again: %v, want %v", c.wait, !c.want, c.want)
			}
		}
	})
}

func TestServeRefusesWhatCannotGrow(t *testing.T) {
	dir := t.TempDir()
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	if _, err := io.WriteString(z, firstPoint); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	packed := filepath.Join(dir, "run.txt.gz")
	if err := os.WriteFile(packed, zipped.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	events := filepath.Join(dir, "run.json")
	if err := os.WriteFile(events, []byte(`{"Action":"start","Package":"x"}`+"\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		events:                         "is JSON, as of go test -json: leave out --serve",
		"-":                            "standard input does not allow: name a file",
		dir:                            "is no regular file: name the .txt file of a run",
		packed:                         "unpack it with gunzip -k",
		filepath.Join(dir, "none.txt"): "result file: ",
	} {
		if err := servable(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", path, err, want)
		}
		var errs strings.Builder
		if code := Main(t.Context(), []string{"report", "--serve", path}, io.Discard, &errs); code != 1 || !strings.Contains(errs.String(), want) {
			t.Errorf("%s: exit %d: %s", path, code, errs.String())
		}
	}
}
