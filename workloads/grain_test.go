package workloads

import "testing"

// The sizes of task are 4 times apart, and all variants the same work.
func TestGrainsAreFourTimesAsLarge(t *testing.T) {
	for size, numbers := range map[Size]int{Small: 3 << 16, Medium: 3 << 22} {
		steps := 3 << 6
		for _, variant := range []string{"250ns", "1us", "4us", "16us", "64us", "250us"} {
			job := newJob(t, Grain, Params{Size: size, Workers: 1, Variant: variant}).(*grainJob)
			if got := int(job.args[0].Steps); got != steps || job.Items()*steps != numbers {
				t.Errorf("%s %s: %d tasks of %d numbers, want %d in all", size, variant, job.Items(), got, numbers)
			}
			steps *= 4
		}
	}
	if job := newJob(t, Grain, Params{Size: Medium, Workers: 1}).(*grainJob); job.Items() != 1024 {
		t.Errorf("%d tasks without a variant, want those of 16 µs", job.Items())
	}
}
