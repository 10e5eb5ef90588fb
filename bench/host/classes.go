package host

import (
	"slices"
	"strconv"
	"strings"
)

// classesOf distinguishes performance and efficiency cores by the event sources of
// hybrid Intel CPUs, else by the capacity that the scheduler computes with,
// else by the highest clock. The map is empty if all cores are alike.
func classesOf(t tree, online []int) map[int]string {
	classes := map[int]string{}
	for _, source := range []struct{ name, class string }{
		{"cpu_core", Performance}, {"cpu_atom", Efficiency}, {"cpu_lowpower", Efficiency},
	} {
		ids, _ := t.list("sys/devices/" + source.name + "/cpus")
		for _, id := range ids {
			classes[id] = source.class
		}
	}
	if len(classes) > 0 {
		return classes
	}
	policies := policiesOf(t)
	for _, file := range []func(id int) string{
		func(id int) string { return cpuFile(id, "cpu_capacity") },
		func(id int) string { return policies.file(t, id, "cpuinfo_max_freq") },
	} {
		speeds := map[int]int{}
		for _, id := range online {
			if speed, ok := t.number(file(id)); ok && speed > 0 {
				speeds[id] = speed
			}
		}
		if split := widestGap(speeds); split > 0 {
			for id, speed := range speeds {
				classes[id] = Efficiency
				if speed > split {
					classes[id] = Performance
				}
			}
			return classes
		}
	}
	return classes
}

// unequal is the ratio of speeds from which cores are of two classes. The best
// cores of a server chip may clock a few per cent above the others.
const unequal = 1.15

// widestGap returns the speed below the widest gap, as a ratio, or 0 if no gap
// makes two classes.
func widestGap(speeds map[int]int) (below int) {
	var sorted []int
	for _, s := range speeds {
		sorted = append(sorted, s)
	}
	slices.Sort(sorted)
	widest := unequal
	for i := 1; i < len(sorted); i++ {
		if ratio := float64(sorted[i]) / float64(sorted[i-1]); ratio >= widest {
			widest, below = ratio, sorted[i-1]
		}
	}
	return below
}

// policies are the directories of cpufreq by CPU. A CPU's own directory is a link to
// one of them, and kubectl cp leaves links out.
type policies map[int]string

func policiesOf(t tree) policies {
	p := policies{}
	for _, n := range t.numbered(cpuDir+"/cpufreq", "policy") {
		dir := cpuDir + "/cpufreq/policy" + strconv.Itoa(n)
		p[n] = dir
		for _, field := range strings.Fields(t.text(dir + "/related_cpus")) {
			if id, err := strconv.Atoi(field); err == nil {
				p[id] = dir
			}
		}
	}
	return p
}

// file is the path of a CPU's file of cpufreq.
func (p policies) file(t tree, id int, name string) string {
	if own := cpuFile(id, "cpufreq/"+name); t.exists(own) || p[id] == "" {
		return own
	}
	return p[id] + "/" + name
}
