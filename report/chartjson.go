package report

import "overlap/internal/table"

// latencyJSON is a Latency; times are seconds, loads items per second.
type latencyJSON struct {
	Workers  natural    `json:"workers"`
	P        int        `json:"p"`
	Arrivals bool       `json:"since_due"`
	P50      Interval   `json:"p50"`
	P99      Interval   `json:"p99"`
	Load     table.Null `json:"load"`
	Capacity table.Null `json:"capacity"`
}

type cellJSON struct {
	Cores   int      `json:"cores"`
	Procs   int      `json:"gomaxprocs"`
	Workers int      `json:"workers"`
	Gain    Interval `json:"gain"`
}

func (r Row) latenciesJSON() []latencyJSON {
	list := []latencyJSON{}
	for _, l := range r.Latencies {
		list = append(list, latencyJSON{natural(l.Workers), l.P, l.Arrivals, l.P50, l.P99, table.Null(l.Load), table.Null(l.Capacity)})
	}
	return list
}

func (r Row) gridJSON() []cellJSON {
	list := []cellJSON{}
	for _, c := range r.Grid {
		list = append(list, cellJSON(c))
	}
	return list
}
