package report_test

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"overlap/internal/table"
	"overlap/report"
	"overlap/report/law"
	"overlap/report/write"
)

// bigger is a file of a machine with up to cores cores, on which t(w, p)
// milliseconds pass.
func bigger(name, extra string, cores int, t func(w, p float64) float64) *file {
	f := &file{rounds: 12, extra: "1.5 tasks-inflight 0.5 cpus-busy"}
	for p := 1; p <= cores; p *= 2 {
		level := fmt.Sprintf("cores=%d", p)
		if p > 1 {
			level += fmt.Sprintf("-%d", p)
		}
		for w := 1; w <= 128; w *= 2 {
			f.add(fmt.Sprintf("%s/executor=pool%s/workers=%d/%s", name, extra, w, level), t(float64(w), float64(p)))
		}
		if p > 1 {
			f.add(fmt.Sprintf("%s/executor=pool/workers=1/cores=1/slices=%d", name, p), 10)
			f.add(fmt.Sprintf("%s/executor=pool/workers=1/cores=1/slices=%d ×%d", name, p, p), 10)
		}
	}
	return f
}

func TestModelsOfABigMachine(t *testing.T) {
	curve := func(p float64) float64 { return p / (1 + 0.05*(p-1) + 0.0005*p*(p-1)) }
	r := analyze(t, bigger("Ep", "", 64, func(w, p float64) float64 { return 80 / curve(min(w, p)) }).save(t)).Rows[0]
	m := r.Models
	if r.Workers < 32 || len(m.Cores) != 7 {
		t.Fatalf("%d workers, %d core counts", r.Workers, len(m.Cores))
	}
	if u := m.OverCores; !u.Identifiable || math.Abs(u.Sigma.Value-0.05) > 0.005 || math.Abs(u.Kappa.Value-0.0005) > 0.0001 || math.Abs(u.Lambda.Value-1) > 0.02 {
		t.Errorf("over cores: %+v %+v %+v %s", u.Lambda, u.Sigma, u.Kappa, u.Why)
	}
	if e := m.Cores[2]; e.P != 4 || math.Abs(e.OfIdeal.Value-curve(4)/4) > 0.02 || math.Abs(e.OfCeiling.Value-curve(4)/4) > 0.02 || e.OfIdeal.Low >= e.OfIdeal.High {
		t.Errorf("efficiency: %+v", e)
	}
	if m.Serial != law.Rising {
		t.Errorf("trend %q", m.Serial)
	}
	for i, p := range []int{128, 256} {
		got, truth := m.Predictions[i], curve(float64(p))
		if got.P != p || got.Model.Low > truth || got.Model.High < truth || got.Ceiling.Low > truth || got.Ceiling.High < truth {
			t.Errorf("%d cores give %.1f: %+v", p, truth, got)
		}
	}
	text := strings.Join(m.Lines(), "\n")
	if strings.Contains(text, "no number of cores gives more than") {
		t.Errorf("a limit by a law that is not the curve's:\n%s", text)
	}
	for _, want := range []string{"are for 64 workers: fewer cannot use all cores.", "Efficiency on 64 cores: G_p/p is 0.", "Karp–Flatt serial fraction on 2 cores: 0.0", "rises with cores", "USL over cores: σ 0.0", ", highest at 4", "% contention", "USL over workers: ", "Knee of the operational bounds: ", "128 cores, assuming that 128 workers or more scale as 64 did: × ", "256 cores, assuming that 256 workers or more scale as 64 did: × ", " by the ceiling, "} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
}

// A tenth of the job is serial, noise is of 2 %, and the machine has 256 cores. κ
// takes at most some per cent of the time, however much that would be of the time of
// perfect cores.
func TestKappaOfAmdahlsLawIsSmall(t *testing.T) {
	a := analyze(t, "testdata/amdahl256.txt")
	text := strings.Join(a.Rows[0].Models.Lines(), "\n")
	if want := "USL over cores: σ 0.099 (0.097 to 0.1), κ 0 (0 to 8.7e-06); of the time at 256 cores 4 % is the work shared out, 96 % contention (94 to 96), 0 % coherency (0 to 2)."; !strings.Contains(text, want) {
		t.Errorf("%q is not in\n%s", want, text)
	}
}

// Every format with laws says which error is fitted, for readers who compare the
// coefficients with published ones; without a law, none does.
func TestReadersAreToldWhichErrorIsFitted(t *testing.T) {
	for _, c := range []struct {
		path string
		want bool
	}{{"testdata/amdahl256.txt", true}, {sweep("Ep", func(w, p int) float64 { return 8 / float64(min(w, p)) }, 1.9).save(t), false}} {
		a := analyze(t, c.path)
		for _, format := range report.Formats() {
			if format == report.CSV || format == report.JSON { // CSV has no laws, and the schema says it for JSON
				continue
			}
			var b strings.Builder
			if err := report.Write(&b, a, format, table.Terminal{}); err != nil {
				t.Fatal(err)
			}
			if got := strings.Contains(strings.Join(strings.Fields(b.String()), " "), law.FittedTo); got != c.want {
				t.Errorf("%s: %s tells the error: %v, want %v", c.path, format, got, c.want)
			}
		}
	}
	if !strings.Contains(write.Schema, law.FittedTo) {
		t.Errorf("the schema does not say: %s", law.FittedTo)
	}
}

func TestModelsOfASmallMachineSayWhatIsMissing(t *testing.T) {
	r := analyze(t, sweep("Ep", func(w, p int) float64 { return 8 / float64(min(w, p)) }, 1.9).save(t)).Rows[0]
	text := strings.Join(r.Models.Lines(), "\n")
	for _, want := range []string{"Amdahl over cores: not identifiable, 2 of 3 core counts.", "USL over cores: not identifiable, 2 of 6 core counts.", "USL over workers: not identifiable, 2 of 6 numbers of workers.", "4 cores, assuming that 4 workers or more scale as 2 did: too few core counts for a model; × ", " by the ceiling, ", " if the efficiency stays the same: not a 95 % interval)."} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	for _, not := range []string{"NaN", "Inf", "Gustafson", "σ"} {
		if strings.Contains(text, not) {
			t.Errorf("%q is in\n%s", not, text)
		}
	}
	one := analyze(t, save(t, "BenchmarkEp/executor=pool/workers=1/cores=1 1 5 ns/op\n")).Rows[0].Models.Lines()
	if last := one[len(one)-1]; last != "No prediction: only one core was measured." {
		t.Errorf("of one core: %q", one)
	}
}

// Cores that do not help predict nothing, and a fraction above 1 is said to be
// a loss.
func TestCoresThatDoNotHelpPredictNothing(t *testing.T) {
	for _, c := range []struct {
		name string
		time func(w, p int) float64
		want string
	}{
		{"waiter", func(w, p int) float64 { return 64 / float64(w) }, "No prediction: the gain from 2 cores, × 1.00 "},
		{"loser", func(w, p int) float64 { return 8 + 3*float64(p) }, "above 1: more cores slow it down."},
		{"loser", func(w, p int) float64 { return 8 + 3*float64(p) }, "No prediction: the gain from 2 cores, × 0.79 "},
	} {
		text := strings.Join(analyze(t, sweep("Known", c.time, 2).save(t)).Rows[0].Models.Lines(), "\n")
		if !strings.Contains(text, c.want) || strings.Contains(text, "by the ceiling") {
			t.Errorf("%s: %q is not in\n%s", c.name, c.want, text)
		}
	}
}

// A model that is not there for another reason than too few points says so, and
// cores that do not help leave the model.
func TestPredictionsSayWhyThereIsNoModel(t *testing.T) {
	bent := func(w, p float64) float64 {
		return map[float64]float64{1: 80, 2: 8, 4: 60, 8: 4, 16: 50, 32: 2}[min(p, 32)]
	}
	text := strings.Join(analyze(t, bigger("Ep", "", 32, bent).save(t)).Rows[0].Models.Lines(), "\n")
	if !strings.Contains(text, "no model, because the points do not follow the law: off by × ") {
		t.Error(text)
	}
	flat := func(w, p float64) float64 { return 80 / w }
	r := analyze(t, bigger("Ep", "", 32, flat).save(t)).Rows[0]
	if p := r.Models.Predictions; len(p) != 2 || !math.IsNaN(p[0].Ceiling.Value) || math.Abs(p[1].Model.Value-1) > 0.05 {
		t.Errorf("%+v", p)
	}
	if text := strings.Join(r.Models.Lines(), "\n"); !strings.Contains(text, "64 cores at 128 workers: × ") || !strings.Contains(text, "; no prediction by the ceiling, because the measured cores are not shown to help.") {
		t.Error(text)
	}
}

func TestGustafsonIsOfWeakScaling(t *testing.T) {
	// A tenth of the time on p cores is serial; the job of w workers is w times
	// as large.
	f := bigger("Ep", "/scaling=weak", 8, func(w, p float64) float64 {
		p = min(w, p)
		return 80 * w / (p - 0.1*(p-1))
	})
	m := analyze(t, f.save(t)).Rows[0].Models
	if s := m.Gustafson.Fraction; len(m.Scaled) != 4 || math.Abs(s.Value-0.1) > 0.01 || !(s.Low < s.High) {
		t.Errorf("serial share %+v of %v", s, m.Scaled)
	}
	if g := m.Scaled[1].Gain; math.Abs(g.Value-1.9) > 0.02 || m.Scaled[0].Gain.Value != 1 {
		t.Errorf("scaled speedup on 2 cores %v, want 1.9", g)
	}
	if g := m.Scaled[3].Gain.Value; math.Abs(g-7.3) > 0.1 {
		t.Errorf("scaled speedup on 8 cores %v, want 7.3", g)
	}
	if text := strings.Join(m.Lines(), "\n"); !strings.Contains(text, "Gustafson over cores: serial fraction 0.1") || !strings.Contains(text, "serial share of the time is 0.10") {
		t.Error(text)
	}
}

func TestModelsInJSON(t *testing.T) {
	curve := func(p float64) float64 { return p / (1 + 0.05*(p-1)) }
	a := analyze(t, bigger("Ep", "", 32, func(w, p float64) float64 { return 80 / curve(min(w, p)) }).save(t))
	var b strings.Builder
	if err := write.JSON(&b, a); err != nil {
		t.Fatal(err)
	}
	type between struct{ Value, Low, High *float64 }
	var out struct {
		Rows []struct {
			Models struct {
				Cores []struct {
					P          int
					Efficiency between
					KarpFlatt  *between `json:"karp_flatt"`
				}
				Amdahl struct {
					Fraction between `json:"serial_fraction"`
				}
				USL struct {
					Sigma, Peak between
				} `json:"usl_over_cores"`
				Predictions []struct {
					P              int
					Model, Ceiling between
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(b.String()), &out); err != nil {
		t.Fatal(err)
	}
	got, said := out.Rows[0].Models, a.Rows[0].Models
	if len(got.Cores) != 6 || got.Cores[0].KarpFlatt != nil || *got.Cores[5].KarpFlatt.Value != said.Cores[5].Serial.Value || *got.Cores[1].Efficiency.Value != said.Cores[1].OfIdeal.Value {
		t.Errorf("cores %+v", got.Cores)
	}
	if *got.Amdahl.Fraction.Value != said.Amdahl.Fraction.Value || *got.USL.Sigma.Low != said.OverCores.Sigma.Low {
		t.Errorf("laws %+v %+v", got.Amdahl, got.USL)
	}
	if p := got.Predictions; len(p) != 2 || p[1].P != 128 || *p[1].Ceiling.High != said.Predictions[1].Ceiling.High || *p[0].Model.Low != said.Predictions[0].Model.Low {
		t.Errorf("predictions %+v", p)
	}
}

// The best of work that gets worse with workers is fewer of them than there are
// cores. Cores beyond them change nothing, so that a law must not rest on them.
func TestLawsOfWorkThatGetsWorse(t *testing.T) {
	curve := func(n float64) float64 { return n / (1 + 0.1*(n-1) + 0.02*n*(n-1)) }
	f := bigger("Ep", "", 32, func(w, p float64) float64 { return 80 / curve(min(w, p)) })
	r := analyze(t, f.save(t)).Rows[0]
	if u := r.Models.OverCores; r.Workers != 8 || r.Models.Workers != 32 || math.Abs(u.Sigma.Value-0.1) > 0.01 || math.Abs(u.Kappa.Value-0.02) > 0.002 {
		t.Errorf("best at %d workers; of %d over cores σ %v, κ %v", r.Workers, r.Models.Workers, u.Sigma, u.Kappa)
	}
	// A sweep measures the numbers of cores between for the best workers only.
	f.order = slices.DeleteFunc(f.order, func(name string) bool {
		ends := strings.HasSuffix(name, "/cores=1") || strings.HasSuffix(name, "/cores=32-32")
		return !ends && !strings.Contains(name, "workers=8/") && !strings.Contains(name, "slices")
	})
	m := analyze(t, f.save(t)).Rows[0].Models
	if most := m.OverCores.Points[len(m.OverCores.Points)-1].N; m.Workers != 8 || len(m.OverCores.Points) != 4 || most != 8 {
		t.Errorf("the laws of %d workers rest on %v", m.Workers, m.OverCores.Points)
	}
	if len(m.Predictions) > 0 || m.NoPrediction != "the best is 8 workers, and more were not measured on every number of cores" {
		t.Errorf("%v, %q", m.Predictions, m.NoPrediction)
	}
}

// Four workers take three times as long on one core as one does. If four
// cores undo that loss, this is not a gain from cores.
func TestGainFromCoresThatUndoALoss(t *testing.T) {
	r := analyze(t, bigger("Ep", "", 4, func(w, p float64) float64 {
		if w > p {
			return 300 / p
		}
		return 100 / w
	}).save(t)).Rows[0]
	got := []float64{r.Parallelism.Value, r.FromCores().Value, r.Scaling[2].Gain.Value, r.Models.Cores[2].OfIdeal.Value, r.Models.Predictions[0].Ceiling.Value}
	for i, want := range []float64{12, 4, 4, 1, 8} {
		if math.Abs(got[i]/want-1) > 0.02 {
			t.Errorf("number %d is %.2f, want %.2f", i, got[i], want)
		}
	}
	if n := r.Models.OverCores.Points[0]; math.Abs(n.X-1) > 0.02 {
		t.Errorf("the curve begins with %v", n)
	}
}
