package workloads

import "testing"

// Nodes that are shared would count the same.
func TestEveryNodeIsAllocated(t *testing.T) {
	const depth, nodes = 6, 1<<7 - 1
	if got := testing.AllocsPerRun(10, func() { plant(depth) }); got < nodes {
		t.Errorf("a tree of %d nodes takes %v allocations", nodes, got)
	}
}
