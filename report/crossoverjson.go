package report

import "overlap/internal/table"

type crossoverJSON struct {
	Workload string      `json:"workload"`
	Executor string      `json:"executor"`
	Size     string      `json:"size"`
	Column   string      `json:"column,omitempty"`
	P        int         `json:"p"`
	Workers  int         `json:"workers"`
	Half     Interval    `json:"half"`    // seconds; null if it is outside of the grains
	Reached  bool        `json:"reached"` // at some grain
	Grains   []grainJSON `json:"grains"`
}

type grainJSON struct {
	Variant    string     `json:"variant,omitempty"`
	Task       table.Null `json:"task"` // seconds
	Tasks      table.Null `json:"tasks"`
	Efficiency Interval   `json:"efficiency"`
	Ceiling    Interval   `json:"ceiling"`
	Overhead   Interval   `json:"overhead"` // seconds a task
}

func (a *Analysis) crossoversJSON() []crossoverJSON {
	all := []crossoverJSON{}
	for _, c := range a.Crossovers {
		j := crossoverJSON{Workload: c.Workload, Executor: c.Executor, Size: c.Size, Column: c.Column, P: c.P, Workers: c.Workers, Half: c.Half, Reached: c.Reached()}
		for _, g := range c.Grains {
			j.Grains = append(j.Grains, grainJSON{g.Variant, table.Null(g.Task), table.Null(g.Tasks), g.Efficiency, g.Ceiling, g.Overhead})
		}
		all = append(all, j)
	}
	return all
}
