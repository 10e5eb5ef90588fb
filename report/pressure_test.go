package report_test

import (
	"strings"
	"testing"

	"overlap/report/analyse"
)

// pressed is what a sweep says whose samples of the points with one of the
// marks in their line were under pressure, and have that many rounds fewer.
func pressed(t *testing.T, fewer int, marks ...string) analyse.Row {
	t.Helper()
	f := sweep("Known", func(w, p int) float64 { return max(8, 64/float64(w)) / float64(p) }, 2)
	for i := range f.order {
		f.order[i] = strings.Replace(f.order[i], "workers=16/", "workers=8/", 1)
	}
	f.times = map[string]float64{}
	for _, name := range f.order {
		f.times[name] = 10
		if strings.Contains(name, "workers=8/") {
			f.times[name] = 5
		}
		if strings.Contains(name, "workers=64/cores=2") {
			f.times[name] = 20
		}
	}
	f.add("Known/executor=serial/workers=1/cores=1", 9)
	var b strings.Builder
	copies := ""
	left := map[string]int{}
	for line := range strings.Lines(f.text()) {
		if strings.HasPrefix(line, "copies") {
			copies = line
		}
		for _, mark := range marks {
			if strings.Contains(copies+line, mark) && strings.HasPrefix(line, "Benchmark") {
				line = strings.Replace(line, "cpus-busy", "cpus-busy 0.6 pressure", 1)
				if left[mark]++; left[mark] <= fewer {
					line = "\n"
				}
			}
		}
		b.WriteString(line)
	}
	return analyze(t, save(t, b.String())).Rows[0]
}

// A row reports which of its numbers rest on samples under pressure, and how many
// samples there are.
func TestNumbersUnderPressureAreReported(t *testing.T) {
	for _, c := range []struct {
		name, mark, want string
		samples          int // of those that are left
	}{
		{"first", "pool/workers=1/cores=1 ", "the gains", 5},
		{"on one core", "pool/workers=8/cores=1 ", "the gains", 5},
		{"on all", "pool/workers=8/cores=2-2 ", "the gains", 5},
		{"slices", "copies: 1\nBenchmarkKnown/executor=pool/workers=1/cores=1/slices=2 ", "the ceiling", 5},
		{"copies", "copies: 2\n", "the ceiling", 5},
		{"serial", "executor=serial", "the comparison with the serial program", 5},
		{"worst", "pool/workers=64/cores=2-2 ", "the worst point", 5},
		{"other", "pool/workers=2/cores=2-2 ", "the curves", 12},
	} {
		r := pressed(t, 7, c.mark)
		if r.Workers != 8 || r.WorstWorkers != 64 {
			t.Fatalf("%s: %d workers, worst %d", c.name, r.Workers, r.WorstWorkers)
		}
		var said string
		for _, err := range r.Warnings {
			if strings.Contains(err.Error(), "pressure") {
				said += err.Error()
			}
		}
		if !strings.HasSuffix(said, "free of it: "+c.want+"; measure again on a quieter machine") {
			t.Errorf("%s: %q, want %s", c.name, said, c.want)
		}
		if known := c.want == "the gains" || c.want == "the ceiling"; known != strings.Contains(r.Verdict, "cannot tell: other programs used the CPUs") {
			t.Errorf("%s: %s", c.name, r.Verdict)
		}
		if r.Samples != c.samples {
			t.Errorf("%s: resting on %d samples, want %d", c.name, r.Samples, c.samples)
		}
	}
	if r := pressed(t, 0); len(r.Warnings) > 0 || r.Samples != 12 {
		t.Errorf("without pressure: %d samples, %v", r.Samples, r.Warnings)
	}
}
