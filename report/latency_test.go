package report_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"overlap/report/analyse"
	"overlap/report/load"
	"overlap/report/write"
)

func closeTo(got, want float64) bool { return math.Abs(got-want) <= 1e-9*math.Abs(want) }

// read is the analysis of a file.
func read(t *testing.T, text string) *analyse.Analysis {
	t.Helper()
	d, err := load.Read(strings.NewReader(text), "run.txt")
	if err != nil {
		t.Fatal(err)
	}
	return analyse.Analyze(d)
}

func TestLatenciesAreGeometricMeansInSeconds(t *testing.T) {
	a := read(t, `kinds: Sleepers=wait
BenchmarkSleepers/executor=pool/workers=1/cores=1 1 1000 ns/op 1000 p50-ns/task 2000 p99-ns/task 500 items/s 0.5 cpus-busy
BenchmarkSleepers/executor=pool/workers=1/cores=1 1 1000 ns/op 4000 p50-ns/task 8000 p99-ns/task 500 items/s 0.5 cpus-busy
BenchmarkSleepers/executor=pool/workers=1/cores=1 1 1000 ns/op 9000000 p50-ns/task 9000000 p99-ns/task 500 items/s 0.5 cpus-busy 0.9 pressure
BenchmarkSleepers/executor=pool/workers=1/cores=1 1 1000 ns/op 2000 p50-ns/task 4000 p99-ns/task 500 items/s 0.5 cpus-busy
BenchmarkSleepers/executor=pool/workers=1/cores=2-2 1 1000 ns/op 3000 p50-ns/task 500 items/s 0.5 cpus-busy
BenchmarkSleepers/executor=pool/workers=2/cores=1 1 1000 ns/op
BenchmarkSleepers/executor=pool/workers=2/cores=2-2 1 1000 ns/op
`)
	list := a.Rows[0].Latencies
	if len(list) != 2 {
		t.Fatalf("%+v, want the two points whose tasks were timed", list)
	}
	one, two := list[0], list[1]
	if !closeTo(one.P50.Value, 2e-6) || !closeTo(one.P99.Value, 4e-6) || one.P != 1 || one.Workers != 1 || one.Arrivals {
		t.Errorf("%+v, want 2 µs and 4 µs", one)
	}
	if !(one.P50.Low < 1e-6 && one.P50.High > 4e-6) { // three samples that differ fourfold
		t.Errorf("interval %+v", one.P50)
	}
	if !closeTo(one.Load, 500) || !closeTo(one.Capacity, 1000) {
		t.Errorf("load %v, capacity %v, want 500 done at half a core", one.Load, one.Capacity)
	}
	if two.P != 2 || !closeTo(two.P50.Value, 3e-6) || !math.IsNaN(two.P99.Value) || !math.IsNaN(two.P50.Low) || !closeTo(two.Capacity, 2000) {
		t.Errorf("%+v, want 3 µs without interval, and no 99th percentile", two)
	}
}

// open is a line of an open loop.
func open(variant, workers string, due, arrival string) string {
	return "BenchmarkRequest/executor=pool/workers=" + workers + "/cores=1/variant=" + variant + " 1 1000 ns/op 7 p50-ns/task " + arrival + " p50-ns/arrival " +
		arrival + " p99-ns/arrival 400 items/s " + due + " due-items/s 0.25 cpus-busy\n"
}

func TestOpenLoopsAreServedUnderTheirLoads(t *testing.T) {
	var b strings.Builder
	b.WriteString("kinds: Request=mixed\n")
	for _, v := range []struct{ variant, due, arrival string }{{"quick", "4000", "9000"}, {"open", "1000", "2000"}, {"twice", "2000", "3000"}} {
		b.WriteString(open(v.variant, "1", v.due, "50000") + open(v.variant, "16", v.due, v.arrival))
	}
	b.WriteString(open("open", "64", "1000", "2000"))
	b.WriteString("BenchmarkRequest/executor=pool/workers=1/cores=1 1 1000 ns/op 7 p50-ns/task\n") // closed
	a := read(t, b.String())
	served := a.Served()
	if len(served) != 1 || served[0].Name != "request open" {
		t.Fatalf("%+v", served)
	}
	var loads, times []float64
	for _, l := range served[0].Latencies {
		if l.Workers != 16 || !l.Arrivals || !closeTo(l.Capacity, 1600) {
			t.Errorf("%+v, want 16 workers, which all loads have", l)
		}
		loads, times = append(loads, l.Load), append(times, l.P50.Value)
	}
	for i, want := range []struct{ loadFiles, p50 float64 }{{1000, 2e-6}, {2000, 3e-6}, {4000, 9e-6}} {
		if len(loads) != 3 || !closeTo(loads[i], want.loadFiles) || !closeTo(times[i], want.p50) {
			t.Fatalf("loads %v, medians %v", loads, times)
		}
	}
	for _, r := range a.Rows {
		if got := served[0].Holds(r); got != (r.Variant != "") {
			t.Errorf("%q is one of the loads: %v", r.Name(), got)
		}
	}
	if one := read(t, "kinds: Request=mixed\n"+open("open", "1", "1000", "2000")); len(one.Served()) != 0 {
		t.Error("one load is no axis")
	}
}

func TestLatenciesOfGarbageAreAbsent(t *testing.T) {
	for _, value := range []string{"-5", "0", "NaN", "+Inf", "1e300"} {
		a := read(t, "BenchmarkEp/executor=pool/workers=1/cores=1 1 5 ns/op "+value+" p50-ns/task "+value+" due-items/s\n")
		if len(a.Rows) != 1 || len(a.Rows[0].Latencies) != 0 {
			t.Errorf("%s: %+v", value, a.Rows)
		}
	}
}

// What the charts draw is in the JSON as well; what is unknown is null.
func TestJSONHoldsLatenciesAndGrid(t *testing.T) {
	var b strings.Builder
	text := "kinds: Request=mixed\n" + open("open", "1", "1000", "2000") + "BenchmarkEp/executor=pool/workers=1/cores=1 1 5 ns/op 3 p99-ns/task\n"
	if err := write.JSON(&b, read(t, text)); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Rows []struct {
			Latencies []map[string]any
			Grid      []struct{ Gomaxprocs, Workers int }
		}
	}
	if err := json.Unmarshal([]byte(b.String()), &got); err != nil {
		t.Fatal(err)
	}
	request, ep := got.Rows[0].Latencies[0], got.Rows[1].Latencies[0]
	if request["since_due"] != true || request["load"] != 1000.0 || request["capacity"] != 1600.0 || ep["p50"] != nil || ep["load"] != nil {
		t.Errorf("%v and %v", request, ep)
	}
	if g := got.Rows[1].Grid; len(g) != 1 || g[0].Gomaxprocs != 1 || g[0].Workers != 1 {
		t.Errorf("grid %v", g)
	}
}

func TestTimesThatNoClockTellsAreRefused(t *testing.T) {
	for _, ns := range []string{"1e-300", "1e300"} {
		if _, err := load.Read(strings.NewReader("BenchmarkEp/executor=pool/workers=1/cores=1 1 "+ns+" ns/op\n"), "run.txt"); err == nil {
			t.Errorf("%s ns are believed", ns)
		}
	}
}
