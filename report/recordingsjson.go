package report

import "overlap/internal/table"

// timelineJSON is a recording in numbers.
type timelineJSON struct {
	Procs          int        `json:"procs"`
	Seconds        table.Null `json:"seconds"`
	Customers      int        `json:"customers"`
	InProgress     table.Null `json:"in_progress"`
	MostInProgress int        `json:"most_in_progress"`
	Running        table.Null `json:"running"`
	MostRunning    int        `json:"most_running"`
}

// pairJSON is the latency between two CPUs, in seconds.
type pairJSON struct {
	From    int      `json:"from"`
	To      int      `json:"to"`
	Latency Interval `json:"latency"`
}

// recordingsJSON are the recordings for programs; empty where there are none.
type recordingsJSON struct {
	Timelines  []timelineJSON `json:"timelines"`
	CoreToCore []pairJSON     `json:"core_to_core"`
}

func (r Recordings) json() recordingsJSON {
	out := recordingsJSON{[]timelineJSON{}, []pairJSON{}}
	for _, t := range r.Timelines {
		out.Timelines = append(out.Timelines, timelineJSON{
			t.Procs, table.Null(t.Length), len(t.Customers), table.Null(t.InProgress), t.MostInProgress, table.Null(t.Running), t.MostRunning,
		})
	}
	if r.Pairs == nil {
		return out
	}
	for i, from := range r.Pairs.CPUs {
		for j, to := range r.Pairs.CPUs[:i] {
			out.CoreToCore = append(out.CoreToCore, pairJSON{to, from, r.Pairs.Latency[j][i]})
		}
	}
	return out
}
