package host_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"overlap/bench/host"
)

func TestUnknownPoliciesNameThoseThereAre(t *testing.T) {
	h := host.Host{CPUs: []host.CPU{{ID: 3, Node: 2}}}
	for _, policy := range []string{"", "spread", "node:", "node:0", "node:02", "node", "class:", "class:slow", "class:performance", "smt", "compact:1", "a\x1b\nb"} {
		order, err := h.Order(policy)
		if err == nil {
			t.Errorf("%q gives %v", policy, order)
			continue
		}
		if text := err.Error(); !strings.HasSuffix(text, "there are compact, scatter, one-per-core, node:2") || strings.ContainsAny(text, "\x1b\n") {
			t.Errorf("%q: %q", policy, text)
		}
	}
}

// Wherever the CPUs are, every policy takes each of them at most once. Compact, scatter
// and one-per-core take all, and the last two no second thread while a core is left.
func TestOrdersOfRandomMachines(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var h host.Host
		place := rapid.IntRange(-1, 2)
		for id := range rapid.IntRange(1, 24).Draw(t, "cpus") {
			h.CPUs = append(h.CPUs, host.CPU{
				ID: 3 * id, Package: place.Draw(t, "package"), Die: place.Draw(t, "die"), Node: place.Draw(t, "node"),
				LLC: place.Draw(t, "llc"), Core: rapid.IntRange(-1, 9).Draw(t, "core"),
				Class: rapid.SampledFrom([]string{"", host.Performance, host.Efficiency}).Draw(t, "class"),
			})
		}
		for i, policy := range h.Policies() {
			order, err := h.Order(policy)
			if err != nil {
				t.Fatalf("%s: %v", policy, err)
			}
			sorted := slices.Sorted(slices.Values(order))
			if len(slices.Compact(sorted)) != len(order) || i < 3 && !slices.Equal(sorted, h.IDs()) {
				t.Errorf("%s takes %v of %v", policy, order, h.IDs())
			}
			shuffled := host.Host{CPUs: slices.Clone(h.CPUs)}
			slices.Reverse(shuffled.CPUs)
			if again, _ := shuffled.Order(policy); !slices.Equal(again, order) {
				t.Errorf("%s depends on the order in which CPUs are listed: %v, then %v", policy, order, again)
			}
		}
		for _, policy := range []string{"one-per-core", "scatter"} {
			order, _ := h.Order(policy)
			first := host.Host{}
			for _, id := range order[:h.Cores()] {
				first.CPUs = append(first.CPUs, h.CPUs[id/3])
			}
			if first.Cores() != h.Cores() {
				t.Errorf("the first %d CPUs of %s are on %d cores", h.Cores(), policy, first.Cores())
			}
		}
	})
}

// A thread may move to CPUs of the same class, node and cache, and to no others.
func TestAlike(t *testing.T) {
	h := host.Host{CPUs: []host.CPU{
		{ID: 0, Class: host.Performance}, {ID: 1, Class: host.Performance, Core: 1}, {ID: 2, Class: host.Efficiency, Core: 2},
		{ID: 3, Class: host.Performance, Core: 3, LLC: 1}, {ID: 4, Class: host.Performance, Core: 4, Node: 1}, {ID: 5, Class: host.Performance, Core: 5},
	}}
	for want, cpus := range map[string][]int{"0-1,5": {0, 1, 2, 3, 4, 5}, "2": {2, 0, 1}, "1,5": {5, 1, 9}, "": nil} {
		if got := host.FormatList(h.Alike(cpus)); got != want {
			t.Errorf("alike among %v: %s, want %s", cpus, got, want)
		}
	}
}
