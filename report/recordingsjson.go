package report

// timelineJSON is a recording in numbers.
type timelineJSON struct {
	Procs          int   `json:"procs"`
	Seconds        float `json:"seconds"`
	Customers      int   `json:"customers"`
	InProgress     float `json:"in_progress"`
	MostInProgress int   `json:"most_in_progress"`
	Running        float `json:"running"`
	MostRunning    int   `json:"most_running"`
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
			t.Procs, float(t.Length), len(t.Customers), float(t.InProgress), t.MostInProgress, float(t.Running), t.MostRunning,
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
