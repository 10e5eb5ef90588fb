package host

import (
	"slices"
	"strings"
)

// governor names the policies that set the clocks of the CPUs.
func governor(t tree, cpus []int) string {
	var names []string
	policies := policiesOf(t)
	for _, id := range cpus {
		if name := t.line(policies.file(t, id, "scaling_governor")); name != "" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), ",")
}

// turbo says whether clocks may exceed the nominal one. The files are in
// Documentation/admin-guide/pm/intel_pstate.rst and cpufreq.rst.
func turbo(t tree) string {
	switch {
	case t.text(cpuDir+"/intel_pstate/no_turbo") == "0", t.text(cpuDir+"/cpufreq/boost") == "1":
		return "on"
	case t.text(cpuDir+"/intel_pstate/no_turbo") == "1", t.text(cpuDir+"/cpufreq/boost") == "0":
		return "off"
	}
	return ""
}
