package bench_test

import (
	"bytes"
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/perf/benchfmt"
	"golang.org/x/perf/benchunit"

	"overlap/bench"
	"overlap/bench/host"
	"overlap/workloads"
)

func TestEveryWorkloadHasItsBenchmark(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "bench_test.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range workloads.All() {
		if file.Scope.Lookup(bench.BenchmarkName(w)) == nil {
			t.Errorf("bench_test.go has no func %s", bench.BenchmarkName(w))
		}
	}
}

// benchmark runs this test binary as go test would, bound to the given CPUs,
// and returns what it wrote.
func benchmark(t *testing.T, cpus []int, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	cmd := exec.Command(os.Args[0], append([]string{"-test.run=^$"}, args...)...)
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := host.Start(cpus, cmd.Start); err != nil {
		t.Fatal(err)
	}
	err := cmd.Wait()
	return out.String(), err
}

func results(t *testing.T, text string) []*benchfmt.Result {
	t.Helper()
	var list []*benchfmt.Result
	for r := benchfmt.NewReader(strings.NewReader(text), "output"); r.Scan(); {
		switch rec := r.Result().(type) {
		case *benchfmt.Result:
			list = append(list, rec.Clone())
		case *benchfmt.SyntaxError:
			t.Error(rec)
		}
	}
	return list
}

func affinity(t *testing.T) []int {
	cpus, err := host.Affinity()
	if err != nil {
		t.Fatal(err)
	}
	return cpus
}

// lineUnits returns the units that every line has on this system, as benchfmt reads them.
func lineUnits() (units []string) {
	_, err := os.Stat("/proc/self/schedstat")
	scheduler, events := err == nil, runtime.GOOS != "windows"
	present := map[string]bool{ // of the units that some lines lack
		"p50-ns/arrival": false, "p99-ns/arrival": false, "due-items/s": false, // only in open loops
		"fairness":          false,                   // only with enough tasks
		"undisturbed-ns/op": false, "timings": false, // only in sweeps
		"throttled-cpus": false, // only under a CPU quota
		"runq-cpus":      scheduler, "steal-cpus": scheduler, "idle-cpus": scheduler, "pressure": scheduler,
		"vol-switches/op": events, "invol-switches/op": events, "minor-faults/op": events, "major-faults/op": events,
	}
	for _, unit := range bench.Units() {
		if here, listed := present[unit]; here || !listed {
			_, unit = benchunit.Tidy(1, unit)
			units = append(units, unit)
		}
	}
	return units
}

func TestLinesCarryLabelsUnitsAndConfiguration(t *testing.T) {
	cpus := affinity(t)
	out, err := benchmark(t, cpus, "-test.bench=Ep|Sleepers", "-test.benchtime=2x", "-test.cpu=1,2", "-size=small", "-workers=1,3")
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	list := results(t, out)
	var names []string
	for _, r := range list {
		names = append(names, string(r.Name))
		for _, unit := range lineUnits() {
			if v, ok := r.Value(unit); !ok || !(v > 0) {
				t.Errorf("%s has no %s, or %v; lineUnits lists the units that some lines lack", r.Name, unit, v)
			}
		}
		for key, want := range map[string]string{"cpus": host.FormatList(cpus), "goos": ".+", "host": ".+", "kinds": "Ep=cpu .*Sleepers=wait", "expect": "Ep=linear .*Sleepers=waiting"} {
			if got := r.GetConfig(key); !regexp.MustCompile(want).MatchString(got) {
				t.Errorf("%s: %s is %q, want %s", r.Name, key, got, want)
			}
		}
	}
	var want []string
	for _, w := range []string{"Ep", "Sleepers"} {
		for _, workers := range []int{1, 3} {
			for _, suffix := range []string{"", "-2"} {
				want = append(want, fmt.Sprintf("%s/executor=pool/workers=%d/cores=%d/size=small%s", w, workers, len(cpus), suffix))
			}
		}
	}
	if strings.Join(names, "\n") != strings.Join(want, "\n") {
		t.Errorf("lines\n%s\nwant\n%s", strings.Join(names, "\n"), strings.Join(want, "\n"))
	}
}

// With -benchtime=1x testing measures before it applies -cpu; the label must
// hold all the same.
func TestOneIterationIsMeasuredAtItsLabel(t *testing.T) {
	out, err := benchmark(t, affinity(t), "-test.bench=Sleepers", "-test.benchtime=1x", "-test.cpu=3,1", "-size=small", "-workers=1")
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if n := len(results(t, out)); n != 2 {
		t.Errorf("%d results, want 2\n%s", n, out)
	}
}

func TestMaskIsInTheLabel(t *testing.T) {
	if !host.CanBind {
		t.Skip("this system cannot bind")
	}
	one := affinity(t)[:1]
	out, err := benchmark(t, one, "-test.bench=Sleepers", "-test.benchtime=2x", "-size=small", "-workers=2")
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	list := results(t, out)
	if len(list) != 1 || string(list[0].Name) != "Sleepers/executor=pool/workers=2/cores=1/size=small" {
		t.Errorf("on one CPU:\n%s", out)
	}
}

func TestFalseLabelsFail(t *testing.T) {
	for _, c := range []struct{ flag, want string }{
		{"-cores=999", "-cores=999: the process is bound to"},
		{"-executors=pond", `-executors: unknown executor "pond"`},
		{"-size=huge", `-size: unknown size "huge"`},
		{"-variants=odd", `-variants: unknown variant "odd"`},
		{"-slices=0", "-slices: must be at least 1, not 0"},
		{"-workers=0", `"0" is not a list`},
	} {
		out, err := benchmark(t, affinity(t), "-test.bench=Sleepers", "-test.benchtime=1x", c.flag)
		if err == nil || !strings.Contains(out, c.want) {
			t.Errorf("%s: %v\n%s\nwant %q", c.flag, err, out, c.want)
		}
	}
}

// The serial program is a point like others, and so is what runs in other
// processes; what cannot run there says so instead of being left out.
func TestSerialAndProcesses(t *testing.T) {
	out, err := benchmark(t, affinity(t), "-test.bench=^BenchmarkEp$", "-test.benchtime=2x", "-test.cpu=1", "-size=small", "-workers=1,2", "-executors=serial,processes")
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var names []string
	for _, r := range results(t, out) {
		name, _, _ := strings.Cut(string(r.Name), "/cores")
		names = append(names, name)
		if busy, ok := r.Value("cpus-busy"); !ok || !(busy > 0) {
			t.Errorf("%s has %v CPUs busy", r.Name, busy)
		}
	}
	if got, want := strings.Join(names, " "), "Ep/executor=serial/workers=1 Ep/executor=processes/workers=1 Ep/executor=processes/workers=2"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	out, err = benchmark(t, affinity(t), "-test.bench=^BenchmarkNstream$", "-test.benchtime=1x", "-size=small", "-executors=processes")
	if err == nil || !strings.Contains(out, "nstream cannot run under processes: its tasks share three arrays") {
		t.Errorf("nstream in other processes: %v\n%s", err, out)
	}
}

func TestWeakScalingIsInTheLabel(t *testing.T) {
	out, err := benchmark(t, affinity(t), "-test.bench=^BenchmarkEp$", "-test.benchtime=2x", "-test.cpu=1", "-size=small", "-workers=3", "-weak")
	if list := results(t, out); err != nil || len(list) != 1 || !strings.HasSuffix(string(list[0].Name), "/size=small/scaling=weak") {
		t.Errorf("%v\n%s", err, out)
	}
}

// In an open loop the latency from when a message was due is reported, too; in
// a closed one it would say nothing new.
func TestOpenLoopsReportArrivals(t *testing.T) {
	out, err := benchmark(t, affinity(t), "-test.bench=^Benchmark(Netecho|Request)$", "-test.benchtime=2x", "-test.cpu=1", "-size=small", "-workers=2", "-variants=all")
	list := results(t, out)
	if err != nil || len(list) != 10 {
		t.Fatalf("%d results, %v\n%s", len(list), err, out)
	}
	for _, r := range list {
		_, has := r.Value("p99-sec/arrival")
		if open := strings.Contains(string(r.Name), "/variant=open"); has != open {
			t.Errorf("%s reports arrivals: %t", r.Name, has)
		}
		due, has := r.Value("due-items/s")
		times := map[string]float64{"open": 1, "open2x": 2, "open4x": 4, "open8x": 8}[variantOf(r)]
		want := 4000 * times
		if strings.HasPrefix(string(r.Name), "Request/") {
			want = 1000 * times
		}
		if has != (times > 0) || due != want {
			t.Errorf("%s: %v items a second are due, want %v", r.Name, due, want)
		}
	}
}

// variantOf is the variant that a result's name tells.
func variantOf(r *benchfmt.Result) string {
	_, variant, _ := strings.Cut(string(r.Name), "/variant=")
	return variant
}
