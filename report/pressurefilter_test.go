package report_test

import (
	"fmt"
	"strings"
	"testing"

	"overlap/report/load"
)

// crowded is a sweep in which others disturbed one sample of each point.
func crowded(names ...string) string {
	var b strings.Builder
	for i := range 12 {
		pressure := 0.01
		if i == 3 {
			pressure = 0.5
		}
		for _, name := range names {
			fmt.Fprintf(&b, "Benchmark%s 1 %d ns/op %g pressure\n", name, 100+i, pressure)
		}
	}
	return b.String()
}

func TestAFilterOnUnitsLeavesNoSampleIn(t *testing.T) {
	text := crowded("Ep/executor=pool/workers=1/cores=1", "Ep/executor=pool/workers=1/cores=2-2")
	for filter, warns := range map[string]int{"": 0, ".name:Ep": 0, ".unit:(sec/op OR pressure)": 0, ".unit:sec/op": 1, ".unit:ns/op": 1, "-.unit:pressure": 1} {
		a := input(t, load.Input{Paths: []string{save(t, text)}, Filter: filter})
		if a.Samples != 24 || a.LeftOut != 2 || warned(a, "the filter chooses results by their time") != warns {
			t.Errorf("filter %q: %d of %d samples are left out; %v", filter, a.LeftOut, a.Samples, a.Warnings)
		}
	}
	for _, filter := range []string{".unit:pressure", "-.unit:sec/op"} {
		_, err := load.Input{Paths: []string{save(t, text)}, Filter: filter}.Load()
		if err == nil || !strings.HasPrefix(err.Error(), fmt.Sprintf("filter %q leaves no result that has a time", filter)) {
			t.Errorf("filter %q: %v", filter, err)
		}
	}
}

// Other people measure the pressure of water.
func TestPressureIsTheSuitesOwn(t *testing.T) {
	text := crowded("Pump", "Pump-2")
	if a := analyze(t, save(t, text)); a.LeftOut != 0 {
		t.Errorf("%d samples are left out for a unit of that name", a.LeftOut)
	}
	if a := analyze(t, save(t, "Unit pressure better=lower\n"+text)); a.LeftOut != 2 {
		t.Errorf("%d samples are left out for a unit that the file describes, want 2", a.LeftOut)
	}
}
