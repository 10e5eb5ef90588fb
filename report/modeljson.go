package report

import "overlap/internal/table"

type modelsJSON struct {
	Workers      natural          `json:"workers"`
	Cores        []efficiencyJSON `json:"cores"`
	SerialTrend  Trend            `json:"karp_flatt_trend,omitempty"`
	Amdahl       serialJSON       `json:"amdahl"`
	Scaled       []scaledJSON     `json:"scaled_speedup,omitempty"`
	Gustafson    *serialJSON      `json:"gustafson,omitempty"`
	OverCores    uslJSON          `json:"usl_over_cores"`
	OverWorkers  uslJSON          `json:"usl_over_workers"`
	Knee         table.Null       `json:"knee"`
	Predictions  []predictionJSON `json:"predictions"`
	NoPrediction string           `json:"no_prediction,omitempty"`
}

type efficiencyJSON struct {
	P         int      `json:"p"`
	OfIdeal   Interval `json:"efficiency"`
	OfCeiling Interval `json:"software_efficiency"`
	Serial    Interval `json:"karp_flatt"`
}

type serialJSON struct {
	Fraction Interval `json:"serial_fraction"`
	Limit    Interval `json:"limit"`         // of the speedup; null if infinite
	Why      string   `json:"why,omitempty"` // it could not be fitted
}

type uslJSON struct {
	Identifiable bool     `json:"identifiable"`
	Why          string   `json:"why,omitempty"`
	Lambda       Interval `json:"lambda"`
	Sigma        Interval `json:"sigma"`
	Kappa        Interval `json:"kappa"`
	Peak         Interval `json:"peak"` // values that are infinite are null
	Roof         Interval `json:"roof"`
}

type predictionJSON struct {
	P       int      `json:"p"`
	Model   Interval `json:"model"`
	Ceiling Interval `json:"ceiling"`
}

func (u USL) json() uslJSON {
	return uslJSON{u.Identifiable, u.Why, u.Lambda, u.Sigma, u.Kappa, u.Peak, u.Roof}
}

func (m Models) json() *modelsJSON {
	if len(m.Cores) == 0 {
		return nil
	}
	j := &modelsJSON{
		Workers: natural(m.Workers),
		Cores:   []efficiencyJSON{}, SerialTrend: m.Serial, Amdahl: serialJSON(m.Amdahl), Knee: table.Null(m.Knee),
		OverCores: m.OverCores.json(), OverWorkers: m.OverWorkers.json(),
		Predictions: []predictionJSON{}, NoPrediction: m.NoPrediction,
	}
	for _, e := range m.Cores {
		j.Cores = append(j.Cores, efficiencyJSON(e))
	}
	for _, s := range m.Scaled {
		j.Scaled = append(j.Scaled, scaledJSON(s))
	}
	if len(m.Scaled) > 0 {
		s := serialJSON(m.Gustafson)
		j.Gustafson = &s
	}
	for _, p := range m.Predictions {
		j.Predictions = append(j.Predictions, predictionJSON{p.P, p.Model, p.Ceiling})
	}
	return j
}
