package sweep_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"overlap/bench/host"
	"overlap/bench/sweep"
	"overlap/workloads"
)

// A run that an earlier build began can be continued, and its file reported, only
// while the names of the settings are those of its first line.
func TestHeadersAreReadAndWrittenAsBefore(t *testing.T) {
	const header = `{"Build":"348f3e3b71a369d7","Tests":"","Placement":[0],"Flags":{"Workloads":["ep","counter"],"Kinds":["cpu","lock"],"Variants":["all"],"Executors":["pool"],"Size":"small","Scaling":"strong","Pkg":"","Bench":"","Dir":"","Workers":[1,2],"Cores":[1],"Procs":[1],"Placement":"one-per-core","CPUs":"0","Disk":"/tmp","Budget":20000000000,"Quick":true,"Precision":"1.5%","Rounds":1,"Sample":1000000,"Limit":60100000000,"Wait":0,"Seed":3,"Results":"r","Name":"box","Resume":"","Recordings":false,"List":false,"DryRun":false}}`
	path := filepath.Join(t.TempDir(), "run.txt")
	if err := os.WriteFile(path, []byte("# plan: "+header+"\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	h, _, err := sweep.ReadRun(path)
	if err != nil {
		t.Fatal(err)
	}
	if s := h.Settings; s.Precision != 0.015 || s.Limit != 60100*time.Millisecond || s.Cores[0] != 1 || s.CPUs != "0" {
		t.Errorf("%+v", s)
	}
	if text, err := json.Marshal(h); err != nil || string(text) != header {
		t.Errorf("written again: %v\n%s\nwant\n%s", err, text, header)
	}

	older, err := filepath.Glob("../../results/reference/*.txt")
	if err != nil || len(older) != 1 {
		t.Fatalf("reference runs: %v, %v", older, err)
	}
	h, _, err = sweep.ReadRun(older[0])
	if s := h.Settings; err != nil || s.Name != "reference" || s.Budget != 5*time.Minute || s.Seed != 2728399566142382324 || !s.Recordings {
		t.Errorf("%+v, %v", h, err)
	}
}

func TestWrongSettingsAreNamed(t *testing.T) {
	good := sweep.Settings{Size: "medium", Scaling: "strong", Placement: host.OnePerCore}
	if err := good.Check(); err != nil {
		t.Error(err)
	}
	for setting, spoil := range map[string]func(*sweep.Settings){
		"Workers":   func(s *sweep.Settings) { s.Workers = []int{1, 0} },
		"Sample":    func(s *sweep.Settings) { s.Sample = time.Microsecond },
		"Name":      func(s *sweep.Settings) { s.Name = "a\x1bb" },
		"Executors": func(s *sweep.Settings) { s.Executors = []string{"fibres"} },
	} {
		s := good
		spoil(&s)
		var wrong *sweep.SettingError
		if err := s.Check(); !errors.As(err, &wrong) || wrong.Setting != setting {
			t.Errorf("%s: %v", setting, err)
		}
	}
}

// Jobs grow with the workers so that each has a task, unless their size is given or they
// grow with weak scaling anyway.
func TestJobsGrowWithTheWorkers(t *testing.T) {
	for _, c := range []struct {
		workers []int
		size    string
		scaling string
		want    workloads.Size
	}{
		{[]int{1, 64}, "", "strong", "medium"},
		{[]int{1, 65}, "", "strong", "medium2x"},
		{[]int{256, 1}, "", "strong", "medium4x"},
		{[]int{256, 1}, "medium", "strong", "medium"},
		{[]int{256, 1}, "small3x", "strong", "small3x"},
		{[]int{256, 1}, "", "weak", "medium"},
		{nil, "", "strong", "medium"},
	} {
		levels, err := sweep.Levels([]int{0, 1}, 2, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		g, err := sweep.Settings{Workloads: []string{"ep"}, Executors: []string{"pool"}, Workers: c.workers, Size: c.size, Scaling: c.scaling}.Grid(levels)
		if err != nil || g.Size != c.want {
			t.Errorf("%+v: size %s, %v", c, g.Size, err)
		}
	}
}
