package cli_test

import (
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"overlap/bench/sweep"
	"overlap/internal/cli"
	"overlap/report/load"
)

// small are the flags of a sweep of a hundred samples that take some milliseconds
// each. Without a precision, and with one number of workers, what it visits does not depend
// on how long they take.
func small(dir string) []string {
	return []string{"run", "--workloads=counter", "--workers=1", "--size=small", "--sample=1ms", "--budget=1h", "--rounds=30", "--precision=0%", "--wait=0s", "--seed=11", "--results=" + dir, "--name=here"}
}

func command(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), "BE_OVERLAP=1")
	cmd.Stderr = new(bytes.Buffer)
	return cmd
}

// points are the points of a result file in their order, with their rounds.
func points(t *testing.T, path string) (list []sweep.Entry) {
	t.Helper()
	_, entries, err := sweep.ReadRun(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		list = append(list, sweep.Entry{Point: e.Point, Round: e.Round})
	}
	return list
}

// However often a sweep is killed, and whenever, going on makes of it the sweep
// that it would have been: no sample twice, none lost, the same order. It is killed
// some samples later, and some milliseconds: by time alone a busy machine would
// never get beyond the first.
func TestKilledFiftyTimesAndGoneOn(t *testing.T) {
	if testing.Short() {
		t.Skip("half a minute")
	}
	whole := command(small(t.TempDir())...)
	if err := whole.Run(); err != nil {
		t.Fatalf("%v\n%s", err, whole.Stderr)
	}
	_, rest, _ := strings.Cut(whole.Stderr.(*bytes.Buffer).String(), "whole rounds: ")
	path, _, _ := strings.Cut(rest, "\n") // notes may follow
	want := points(t, path)

	dir := t.TempDir()
	file := func() string {
		files, _ := filepath.Glob(filepath.Join(dir, "here", "*.txt"))
		if len(files) == 0 {
			return ""
		}
		return files[0]
	}
	stored := func() []byte {
		text, _ := os.ReadFile(file()) // nothing if it is not there yet
		return text
	}
	kills, during := 0, map[int]bool{} // numbers of entries at the kills
	var before []byte
	for kills < 50 {
		if file() != "" && !bytes.Contains(before, []byte("\n")) { // its plan is not in it: resume says to start anew
			if err := os.Remove(file()); err != nil {
				t.Fatal(err)
			}
		}
		cmd := command(small(dir)...)
		if file() != "" {
			cmd = command("run", "--resume="+file())
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		enough := bytes.Count(before, sampleLine) + rand.IntN(8)
		for len(ended) == 0 && bytes.Count(stored(), sampleLine) < enough {
			time.Sleep(time.Millisecond)
		}
		time.Sleep(time.Duration(rand.IntN(20)) * time.Millisecond)
		killed := cmd.Process.Kill() == nil
		if err := <-ended; !killed || err == nil { // it has ended before
			if err != nil {
				t.Fatalf("after %d kills: %v\n%s", kills, err, cmd.Stderr)
			}
			if got := points(t, file()); !slices.Equal(got, want) {
				t.Fatalf("after %d kills it ended with %d of %d entries", kills, len(got), len(want))
			}
			if err := os.Remove(file()); err != nil { // once more from the beginning
				t.Fatal(err)
			}
			before = nil
			continue
		}
		kills++
		if file() == "" {
			continue
		}
		now := stored()
		if _, entries, err := sweep.ReadRun(file()); err == nil {
			during[len(entries)] = true
		}
		if !bytes.HasPrefix(now, before[:certain(before)]) {
			t.Fatalf("after %d kills what was stored before has changed", kills)
		}
		before = now
	}
	last := command("run", "--resume="+file())
	if file() == "" {
		last = command(small(dir)...)
	}
	if err := last.Run(); err != nil {
		t.Fatalf("%v\n%s", err, last.Stderr)
	}
	if got := points(t, file()); !slices.Equal(got, want) {
		t.Errorf("after %d kills there are %d entries, uncut %d", kills, len(got), len(want))
	}
	if len(during) < 20 {
		t.Errorf("the kills came at %d different numbers of samples only", len(during))
	}
	d, err := load.Load(file())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range d.Points {
		if n := len(d.Samples(p)); n != 30 {
			t.Errorf("%+v has %d samples, want 30", p, n)
		}
	}
}

// sampleLine is what stands before each sample.
var sampleLine = []byte("\n# sample: ")

// certain is where the last sample that is certainly whole ends.
func certain(text []byte) int {
	at := bytes.LastIndex(text, sampleLine)
	return max(at+1, 0)
}

func TestResumeSaysWhyItCannotGoOn(t *testing.T) {
	dir := t.TempDir()
	var out, errs strings.Builder
	args := append(small(dir), "--rounds=1")
	if code := cli.Main(t.Context(), args, &out, &errs); code != 0 {
		t.Fatal(errs.String())
	}
	files, _ := filepath.Glob(filepath.Join(dir, "here", "*.txt"))
	text, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name     string
		old, new string
		args     []string
		want     string
	}{
		{"complete", "", "", nil, "continuing after"},
		{"flags", "", "", []string{"--rounds=3"}, "--resume takes no other flags"},
		{"build", `"Build":"`, `"Build":"0`, nil, "another build of overlap"},
		{"gogc", "\ngogc: ", "\ngogc: 7", nil, "gogc was \"7"},
		{"mask", "\nmask: ", "\nmask: 977,", nil, "mask was \"977,"},
		{"host", "\nhost: ", "\nhost: not", nil, "host was \"nothere\" and is \"here\" now"},
		{"cpus", `"Placement":[`, `"Placement":[977,`, nil, "was measured on CPUs [977"},
		{"plan", `"Build":`, `Build:`, nil, "its plan cannot be read"},
		{"seed", `"Seed":11`, `"Seed":12`, nil, "these are not the samples of this plan"},
		{"none", "# plan", "# plane", nil, "does not begin with the plan of a run"},
		{"begun", string(text), "", nil, "its run was killed as it began"},
		{"torn", string(text[20:]), "", nil, "its run was killed as it began"},
	} {
		path := filepath.Join(dir, c.name+".txt")
		if err := os.WriteFile(path, []byte(strings.Replace(string(text), c.old, c.new, 1)), 0o666); err != nil {
			t.Fatal(err)
		}
		var errs strings.Builder
		code := cli.Main(t.Context(), append([]string{"run", "--resume=" + path}, c.args...), &out, &errs)
		if now, err := os.ReadFile(path); err != nil || c.name != "complete" && len(now) != len(text)+len(c.new)-len(c.old) {
			t.Errorf("%s: a file that was refused has changed or is gone: %v", c.name, err)
		}
		if (code == 0) != (c.name == "complete") || !strings.Contains(errs.String(), c.want) {
			t.Errorf("%s: exit %d, want %q:\n%s", c.name, code, c.want, errs.String())
		}
	}
}
