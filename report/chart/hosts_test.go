package chart_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"overlap/report/analyse"
	"overlap/report/chart"
	"overlap/report/load"
	"overlap/report/write"
)

// twoHosts is results of two machines, of 2 and of 4 cores, on which a workload
// runs under two executors, another one in two sizes of task, and an open loop
// under two loads.
func twoHosts() string {
	var b strings.Builder
	b.WriteString("kinds: Ep=cpu Grain=spawn Request=mixed\n")
	for host, cores := range map[string]int{"alpha": 2, "beta": 4} {
		fmt.Fprintf(&b, "host: %s\n", host)
		line := func(name string, p, ns int, more string) {
			fmt.Fprintf(&b, "Benchmark%s-%d 1 %d ns/op 1 cpus-busy 1 tasks-inflight %s\n", name, p, ns, more)
		}
		for _, p := range []int{1, cores} {
			at := fmt.Sprintf("workers=%d/cores=%d", cores, p)
			for _, executor := range []string{"pool", "spawn"} {
				for _, variant := range []string{"1us", "4us"} {
					line(fmt.Sprintf("Grain/executor=%s/%s/variant=%s", executor, at, variant), p, 9000/p, "1e8 items/s")
					line(fmt.Sprintf("Grain/executor=%s/workers=1/cores=1/variant=%s", executor, variant), 1, 9000, "1e8 items/s")
				}
				line("Ep/executor="+executor+"/"+at, p, 9000/p, "")
				line("Ep/executor="+executor+"/workers=1/cores=1", 1, 9000, "")
			}
			for i, variant := range []string{"open", "double"} {
				latency := fmt.Sprintf("%d items/s %d due-items/s 5000 p50-ns/arrival 9000 p99-ns/arrival", 1000*(i+1), 1000*(i+1))
				line("Request/executor=pool/"+at+"/variant="+variant, p, 9000/p, latency)
				line("Request/executor=pool/workers=1/cores=1/variant="+variant, 1, 9000, latency)
			}
		}
		line("Ep/executor=serial/workers=1/cores=1", 1, 8000, "")
		line("Grain/executor=serial/workers=1/cores=1/variant=1us", 1, 8000, "1e9 items/s")
		line("Grain/executor=serial/workers=1/cores=1/variant=4us", 1, 8000, "2.5e8 items/s")
	}
	return strings.ReplaceAll(b.String(), "-1 1 ", " 1 ")
}

// What two machines measured is never in one panel, and each panel says whose it is.
func TestHostsHavePanelsOfTheirOwn(t *testing.T) {
	a := analysisOf(t, twoHosts())
	said := map[string]string{}
	for _, c := range chart.All(a) {
		said[c.Name] = c.Alt
		svg, err := c.SVG(chart.Light)
		if err != nil {
			t.Fatal(err)
		}
		said[c.Name] += string(svg)
	}
	for name, want := range map[string][]string{
		"executors": {" ep @alpha: pool ", " ep @beta: pool "},
		"crossover": {"grain @alpha on 1 core: ", "grain @alpha on 2 cores: ", "grain @beta on 1 core: ", "grain @beta on 4 cores: "},
		"latency":   {"request open pool @alpha on 2 cores ", "request open pool @beta on 4 cores "},
	} {
		for _, text := range want {
			if strings.Count(said[name], text) != 1 {
				t.Errorf("%s does not say %q once:\n%s", name, text, said[name][:min(len(said[name]), 900)])
			}
		}
	}
	if (analyse.Crossover{Column: "alpha"}).SameButExecutor(analyse.Crossover{Column: "beta"}) {
		t.Error("hosts of one core each are merged")
	}
	if n := len(a.Crossovers); n != 8 {
		t.Errorf("%d crossovers, want two executors on two numbers of cores of two hosts", n)
	}
	for _, s := range a.Served() {
		if len(s.Latencies) != 4 {
			t.Errorf("%s: %d latencies, want two loads on 1 and on all cores", s.Name, len(s.Latencies))
		}
	}
	if notes := strings.Join(write.PageNotes(a), "\n"); strings.Count(notes, " of grain @alpha of which ") != 2 {
		t.Errorf("the notes do not tell the hosts apart:\n%s", notes)
	}
	var out strings.Builder
	if err := write.JSON(&out, a); err != nil || !regexp.MustCompile(`"size": "medium",\s*"column": "beta",\s*"p": 4`).MatchString(out.String()) {
		t.Errorf("the crossovers in JSON have no column (%v)", err)
	}
}

// Columns of executors are of one machine: they stand beside each other.
func TestExecutorsAsColumnsAreRivals(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.txt")
	if err := os.WriteFile(path, []byte(twoHosts()), 0o666); err != nil {
		t.Fatal(err)
	}
	for col, want := range map[string]string{"/executor": " ep: pool 3.56, spawn 3.56.", "/variant": " ep: pool 3.56, spawn 3.56."} {
		d, err := load.Input{Paths: []string{path}, Filter: "host:beta (.name:Ep OR .name:Request)", Col: col}.Load()
		if err != nil {
			t.Fatal(err)
		}
		a := analyse.Analyze(d)
		if c, ok := chart.Executors(a); !ok || !strings.HasSuffix(c.Alt, want) {
			t.Errorf("%s: %v, %q, want%s", col, ok, c.Alt, want)
		}
		if served := a.Served(); len(served) != 1 || len(served[0].Latencies) != 4 {
			t.Errorf("%s: the loads are not together: %+v", col, served)
		}
	}
}

// A legend that panels of different machines share does not say the cores of one.
func TestLegendsOfDifferentMachines(t *testing.T) {
	a := analysisOf(t, twoHosts())
	one := *a
	one.Rows = slices.DeleteFunc(slices.Clone(a.Rows), func(r analyse.Row) bool { return r.P != 2 })
	for _, c := range []struct {
		of         *analyse.Analysis
		all, other string
	}{{a, "all cores", "4 cores"}, {&one, "2 cores", "all cores"}} {
		latency, _ := chart.Latency(c.of)
		workers, _ := chart.Workers(c.of)
		for _, picture := range []chart.Chart{workers, latency} {
			svg, err := picture.SVG(chart.Light)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(svg), ">"+c.all) || strings.Contains(string(svg), ">"+c.other) {
				t.Errorf("the legend of %s does not say %s, or says %s", picture.Name, c.all, c.other)
			}
		}
	}
}
