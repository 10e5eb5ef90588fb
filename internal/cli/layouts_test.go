package cli_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/gonum/stat"

	"overlap/bench/gate"
	"overlap/bench/host"
)

// TestLayouts finds out whether overlap check takes another binary for other code,
// on a machine that does nothing else:
//
//		OVERLAP_LAYOUTS=quiet,beside,zerolog,slower go test -count=1 -timeout 3h -v -run '^TestLayouts$' ./internal/cli
//
//	  - quiet: OVERLAP_LAYOUTS_REPORTS (50) reports of ten points each, on the module
//	    testdata/moved and variants of it that differ elsewhere: in a longer text, a
//	    function that nobody calls, or the order of files. At most one may have a
//	    false alarm. About half a minute each.
//	  - beside: the same beside a loop that is bound to the CPU of the benchmarks.
//	  - once: the same as quiet, but with each side linked once, as checks did before
//	    layouts were drawn, to see that the module can tell one from the other.
//	  - zerolog: v1.34.0 and v1.35.1, BenchmarkInfo, three times, a minute each: never
//	    slower. It asks the module proxy for both.
//	  - slower: five reports on a variant with 5 % more work, 20 s a benchmark: found in
//	    four of five where layouts differ by less than 2 %. A quarter of an hour.
//
// OVERLAP_LAYOUTS_RESULTS is a directory that keeps the samples of all reports.
func TestLayouts(t *testing.T) {
	modes := os.Getenv("OVERLAP_LAYOUTS")
	if modes == "" {
		t.Skip("takes an hour of a machine that does nothing else: set OVERLAP_LAYOUTS")
	}
	reports, err := strconv.Atoi(cmp.Or(os.Getenv("OVERLAP_LAYOUTS_REPORTS"), "50"))
	if err != nil {
		t.Fatal(err)
	}
	for mode := range strings.SplitSeq(modes, ",") {
		t.Run(mode, func(t *testing.T) {
			switch mode {
			case "quiet":
				falseAlarms(t, reports, "--budget=57s")
			case "beside":
				besideALoop(t)
				falseAlarms(t, reports, "--budget=75s", "--wait=0s")
			case "once":
				t.Setenv("GOFLAGS", "-ldflags=-randlayout=0")
				falseAlarms(t, reports, "--budget=57s")
			case "zerolog":
				zerolog(t, 3)
			case "slower":
				slower(t, 5)
			default:
				t.Errorf("there is no mode %q", mode)
			}
		})
	}
}

// elsewhere are edits of the module that change no function that is timed.
var elsewhere = map[string]func(t *testing.T, dir string){
	"text": func(t *testing.T, dir string) {
		replace(t, filepath.Join(dir, "units.go"), `"first"`, `"second, with a longer text, which nobody reads either, and which moves those behind it"`)
	},
	"unused": func(t *testing.T, dir string) {
		save(t, filepath.Join(dir, "later.go"), "package moved\n\n// kept is what keeps later in the binary.\nvar kept func([]string) int\n\nfunc init() { kept = later }\n\n// later is called by nobody.\nfunc later(list []string) (n int) {\n\tfor i, s := range list {\n\t\tif len(s) > i {\n\t\t\tn += int(s[i]) * len(list)\n\t\t}\n\t}\n\treturn n\n}\n")
	},
	"files": func(t *testing.T, dir string) {
		for from, to := range map[string]string{"numbers.go": "z.go", "text.go": "a.go"} {
			if err := os.Rename(filepath.Join(dir, from), filepath.Join(dir, to)); err != nil {
				t.Fatal(err)
			}
		}
	},
}

func replace(t *testing.T, path, from, to string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(string(text), from) != 1 {
		t.Fatalf("%s has %q %d times", path, from, strings.Count(string(text), from))
	}
	save(t, path, strings.Replace(string(text), from, to, 1))
}

// movedModule is a repository with the module as base, and a branch for each edit.
func movedModule(t *testing.T, edits map[string]func(*testing.T, string)) string {
	t.Helper()
	for _, name := range []string{"AUTHOR_NAME", "AUTHOR_EMAIL", "COMMITTER_NAME", "COMMITTER_EMAIL"} {
		t.Setenv("GIT_"+name, "someone@example.com")
	}
	t.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/moved")); err != nil {
		t.Fatal(err)
	}
	inRepo(t, dir, "init", "-q", "-b", "base")
	inRepo(t, dir, "add", "-A")
	inRepo(t, dir, "commit", "-q", "-m", "base")
	for name, edit := range edits {
		inRepo(t, dir, "checkout", "-q", "-b", name, "base")
		edit(t, dir)
		inRepo(t, dir, "add", "-A")
		inRepo(t, dir, "commit", "-q", "-m", name)
	}
	return dir
}

// checkReport is what overlap check says with these arguments.
func checkReport(t *testing.T, args ...string) (r gate.Report, code int) {
	t.Helper()
	cmd := exec.Command(os.Args[0], append([]string{"check", "--json", "--cores=1", "--curves=never", "--results=" + cmp.Or(os.Getenv("OVERLAP_LAYOUTS_RESULTS"), t.TempDir())}, args...)...)
	cmd.Env = append(os.Environ(), "BE_OVERLAP=1")
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); cmd.ProcessState == nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(out.Bytes(), &r); err != nil || !r.Complete || len(r.Problems) > 0 || len(r.Changes) == 0 {
		t.Fatalf("overlap check %q: %v, exit %d, %d comparisons: %s", args, err, cmd.ProcessState.ExitCode(), len(r.Changes), errs.String())
	}
	return r, cmd.ProcessState.ExitCode()
}

// falseAlarms counts the reports on the same code that find a difference.
func falseAlarms(t *testing.T, reports int, args ...string) {
	t.Setenv("CHECK_SLOT", "20ms") // a quarter of the time; the error rate does not depend on it
	dir := movedModule(t, elsewhere)
	names := slices.Sorted(maps.Keys(elsewhere))
	alarms, odd := 0, 0
	all, moved := spreads{}, shifts{}
	began := time.Now()
	for i := range reports {
		variant := names[i%len(names)]
		r, code := checkReport(t, append([]string{"--dir=" + dir, "--base=base", "--head=" + variant}, args...)...)
		all.add(r)
		moved.add(variant, r)
		var called, unlikely []string
		for _, c := range r.Changes {
			switch what := fmt.Sprintf("%s %s %s %+.1f %% [%+.1f, %+.1f], p %.2g, adjusted %.2g", c.Benchmark, c.Quantity, c.Word(), 100*(c.Ratio-1), 100*(c.Low-1), 100*(c.High-1), c.P, c.Adjusted); {
			case c.Verdict == gate.Worse || c.Verdict == gate.Better:
				called = append(called, what)
			case !c.Exact && c.Adjusted <= r.Alpha:
				unlikely = append(unlikely, what)
			}
		}
		if called != nil {
			alarms++
		}
		if called != nil || unlikely != nil {
			odd++
		}
		t.Logf("%3d %-6s exit %d, %d blocks, false alarms %q, within the threshold %q", i+1, variant, code, r.Blocks, called, unlikely)
	}
	all.log(t)
	moved.log(t)
	t.Logf("%d of %d reports have a false alarm, %d a difference that chance does not explain, of whatever size; %v", alarms, reports, odd, time.Since(began).Round(time.Second))
	if most := max(1, reports/100); alarms > most {
		t.Errorf("%d of %d reports have a false alarm, at most %d may", alarms, reports, most)
	}
}

// spreads are how much layouts differ in some reports, by benchmark, and what the
// reports see with and without that.
type spreads map[string][][3]float64

func (s spreads) add(r gate.Report) {
	for _, c := range r.Changes {
		if c.Quantity == gate.Time && c.Layouts != nil {
			s[c.Benchmark] = append(s[c.Benchmark], [3]float64{c.Layouts.Differ, c.Floor, c.Layouts.Floor})
		}
	}
}

func (s spreads) log(t *testing.T) {
	for _, name := range slices.Sorted(maps.Keys(s)) {
		var middle [3]float64
		for i := range middle {
			var list []float64
			for _, v := range s[name] {
				list = append(list, v[i])
			}
			slices.Sort(list)
			middle[i] = 100 * list[len(list)/2]
		}
		t.Logf("%-8s layouts differ by %.2f %%; detects ≥ %.2f %%, in code that does not move ≥ %.2f %% (medians of %d reports)", name, middle[0], middle[1], middle[2], len(s[name]))
	}
}

// shifts are the logs of the ratios of some reports, by benchmark and variant. Where
// their mean is not 0, the edit itself does something that no layout of the functions
// undoes, such as another place of the data.
type shifts map[[2]string][]float64

func (s shifts) add(variant string, r gate.Report) {
	for _, c := range r.Changes {
		if c.Quantity == gate.Time {
			key := [2]string{c.Benchmark, variant}
			s[key] = append(s[key], math.Log(c.Ratio))
		}
	}
}

func (s shifts) log(t *testing.T) {
	for _, key := range slices.SortedFunc(maps.Keys(s), func(a, b [2]string) int { return slices.Compare(a[:], b[:]) }) {
		mean, sd := stat.MeanStdDev(s[key], nil)
		n := float64(len(s[key]))
		t.Logf("%-8s %-6s %+.2f %%, standard error %.2f %%, of %.0f reports", key[0], key[1], 100*math.Expm1(mean), 100*sd/math.Sqrt(n), n)
	}
}

// besideALoop runs a loop on the CPU of the benchmarks until the test ends.
func besideALoop(t *testing.T) {
	h, err := host.Read()
	if err != nil {
		t.Fatal(err)
	}
	loop := exec.Command(os.Args[0])
	loop.Env = append(os.Environ(), "BE_HOG=1")
	if err := host.Start(h.OnePerCore()[:1], loop.Start); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		loop.Process.Kill()
		loop.Wait()
	})
}

// zerolog compares two versions of which the newer was called 11 % and 19 % slower,
// by the layouts of the two binaries that there were.
func zerolog(t *testing.T, reports int) {
	edits := map[string]func(*testing.T, string){}
	for _, version := range []string{"v1.34.0", "v1.35.1"} {
		edits[version] = func(t *testing.T, dir string) {
			inRepo(t, dir, "rm", "-q", "-r", ".")
			download(t, dir, "github.com/rs/zerolog@"+version)
		}
	}
	dir := movedModule(t, edits)
	for range reports {
		r, code := checkReport(t, "--dir="+dir, "--base=v1.34.0", "--head=v1.35.1", "--pkg=.", "--bench=^BenchmarkInfo$", "--budget=1m")
		for _, c := range r.Changes {
			if c.Exact {
				continue
			}
			if c.Layouts == nil {
				t.Fatal("no layouts were drawn")
			}
			t.Logf("exit %d: %s %s: %+.1f %% [%+.1f, %+.1f], layouts differ by %.1f %% [%.1f, %.1f], detects ≥ %.1f %%, in code that does not move ≥ %.1f %%, %d blocks", code, c.Quantity, c.Word(),
				100*(c.Ratio-1), 100*(c.Low-1), 100*(c.High-1), 100*c.Layouts.Differ, 100*c.Layouts.Low, 100*c.Layouts.High, 100*c.Floor, 100*c.Layouts.Floor, c.Blocks)
			if c.Verdict == gate.Worse {
				t.Errorf("v1.35.1 is called slower in the %s", c.Quantity)
			}
		}
	}
}

// download puts the files of a module into a directory.
func download(t *testing.T, dir, module string) {
	t.Helper()
	cmd := exec.Command("go", "mod", "download", "-json", module)
	cmd.Dir = t.TempDir() // in no module
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go mod download %s: %v", module, err)
	}
	var found struct{ Dir string }
	if err := json.Unmarshal(out, &found); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(dir, os.DirFS(found.Dir)); err != nil {
		t.Fatal(err)
	}
}

// slower looks how often 5 % more work is found, at 20 s a benchmark.
func slower(t *testing.T, reports int) {
	dir := movedModule(t, map[string]func(*testing.T, string){"slower": func(t *testing.T, dir string) {
		replace(t, filepath.Join(dir, "units.go"), "Units = 100", "Units = 105")
	}})
	all := spreads{}
	found, steady := 0, 0
	for i := range reports {
		r, code := checkReport(t, "--dir="+dir, "--base=base", "--head=slower", "--budget=200s")
		all.add(r)
		t.Logf("%d: exit %d, %d blocks", i+1, code, r.Blocks)
		for _, c := range r.Changes {
			if c.Quantity != gate.Time {
				continue
			}
			differ := math.NaN()
			if c.Layouts != nil {
				differ = c.Layouts.Differ
			}
			if differ < .02 {
				steady++
				if c.Verdict == gate.Worse {
					found++
				}
			}
			t.Logf("   %-8s %-22s %+.1f %% [%+.1f, %+.1f], layouts differ by %.1f %%", c.Benchmark, c.Word(), 100*(c.Ratio-1), 100*(c.Low-1), 100*(c.High-1), 100*differ)
		}
	}
	all.log(t)
	t.Logf("found in %d of %d where layouts differ by less than 2 %%", found, steady)
	if steady == 0 || float64(found) < .8*float64(steady) {
		t.Errorf("5 %% more work was found in %d of %d", found, steady)
	}
}
