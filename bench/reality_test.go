package bench

import (
	"context"
	"runtime"
	"strings"
	"testing"

	"overlap/bench/host"
	"overlap/primitives"
)

func TestCheckLabelFindsWhatDiffers(t *testing.T) {
	cpus, err := host.Affinity()
	if err != nil {
		t.Fatal(err)
	}
	ex := primitives.NewPool(primitives.Config{Workers: 2})
	defer ex.Shutdown(context.Background())
	now := runtime.GOMAXPROCS(0)
	for _, c := range []struct {
		s     sample
		procs int
		want  string
	}{
		{sample{workers: 2, cpus: cpus, procs: []int{now}}, now, ""},
		{sample{workers: 2, cpus: cpus, procs: []int{now + 1}}, now, "its label would say one of"},
		{sample{workers: 2, cpus: cpus, procs: []int{now + 1}}, now + 1, "GOMAXPROCS changed from"},
		{sample{executor: "pool", workers: 3, cpus: cpus, procs: []int{now}}, now, "has 2 workers, the label says 3"},
		{sample{workers: 2, cpus: append([]int{99}, cpus...), procs: []int{now}}, now, "the sample is labelled for CPUs"},
	} {
		err := c.s.checkLabel(c.procs, ex)
		if !host.CanBind && strings.Contains(c.want, "CPUs") {
			continue
		}
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %q", c.s, err, c.want)
		}
	}
}
