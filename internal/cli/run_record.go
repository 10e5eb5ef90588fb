package cli

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"overlap/bench"
	"overlap/bench/host"
	"overlap/bench/record"
	"overlap/bench/sweep"
	"overlap/workloads"
)

// recordVerb makes this program a process that records. Like sampleVerb, it is not part
// of the documented command line.
const recordVerb = "record"

// record makes the recordings that belong to a result file, beside it: traces
// of cashiers, if it is among the workloads, and the latencies between cores. They
// are for pictures, so their errors are only notes.
func (r *run) record(ctx context.Context, what target, results string, about []host.Pair) {
	if r.Pkg != "" || !r.Recordings {
		return
	}
	self, err := os.Executable()
	if err != nil {
		notef(r.err, "no recordings: %v", err)
		return
	}
	keep := func(ending string, data []byte, err error) {
		path := strings.TrimSuffix(results, ".txt") + ending
		if err == nil {
			err = replace(path, data)
		}
		if err != nil {
			notef(r.err, "no %s: %v", path, err)
		}
	}
	cores, shop := highest(what.plan.FixedPoints())
	parent := record.Parent{Command: []string{self, recordVerb}, Placement: what.cpus}
	if shop {
		data, err := parent.Trace(ctx, 1)
		keep(".1core.trace", data, err)
	}
	if shop && cores > 1 {
		data, err := parent.Trace(ctx, 2)
		keep(".2cores.trace", data, err)
	}
	if cores > 1 && host.CanBind {
		parent.Placement = what.cpus[:cores]
		data, err := parent.Pairs(ctx)
		var b bytes.Buffer
		for _, p := range about {
			fmt.Fprintf(&b, "%s: %s\n", p.Key, p.Value)
		}
		keep(".pairs", append(b.Bytes(), data...), err)
	}
}

// highest returns how many cores a plan uses at once, and whether it has cashiers.
func highest(lines []sweep.Point) (cores int, shop bool) {
	for _, p := range lines {
		cores = max(cores, min(p.Cores, p.Procs))
	}
	return cores, slices.ContainsFunc(lines, func(p sweep.Point) bool { return p.Workload == bench.Title(workloads.Cashiers) })
}
