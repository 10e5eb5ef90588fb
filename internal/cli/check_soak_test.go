package cli_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"overlap/bench/gate"
	"overlap/bench/host"
)

// sharesNothing scales as well as the machine does.
const sharesNothing = `package m

import "testing"

func BenchmarkPure(b *testing.B) {
	b.RunParallel(func(pb *testing.PB) {
		x := 0
		for pb.Next() {
			x += work()
		}
		_ = x
	})
}
`

// units is its work, of which the revision slower has a tenth more.
const units = `package m

func work() (x int) {
	for i := 0; i < %d; i++ {
		x = x*31 + i
	}
	return x
}
`

// Four loops bound to the second CPU for a part of a check: no gain and no floor
// differs from that of a quiet check by more than the intervals of both, the same
// code is called the same or nothing, and slower code is called slower.
func TestSoakCheckBesideLoops(t *testing.T) {
	if os.Getenv("OVERLAP_SOAK") == "" {
		t.Skip("six minutes on a machine that does nothing else; run with OVERLAP_SOAK=1")
	}
	cpus, err := host.Affinity()
	if err != nil || len(cpus) < 2 || !host.CanBind {
		t.Skip("it binds loops to the second of two CPUs: ", err)
	}
	repo := t.TempDir()
	for _, name := range []string{"AUTHOR_NAME", "AUTHOR_EMAIL", "COMMITTER_NAME", "COMMITTER_EMAIL"} {
		t.Setenv("GIT_"+name, "someone@example.com")
	}
	t.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
	inRepo(t, repo, "init", "-q")
	for _, revision := range []struct {
		name  string
		units int
	}{{"fast", 300}, {"slower", 330}} {
		for name, text := range map[string]string{"go.mod": "module example.com/m\n\ngo 1.24\n", "m_test.go": sharesNothing, "m.go": fmt.Sprintf(units, revision.units)} {
			if err := os.WriteFile(filepath.Join(repo, name), []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		inRepo(t, repo, "add", ".")
		inRepo(t, repo, "commit", "-q", "-m", revision.name)
		inRepo(t, repo, "tag", revision.name)
	}
	quiet := checkBeside(t, repo, cpus[1], 0, "fast")
	if quiet.Demands[0].Why != "" {
		t.Skip("the machine was not quiet: ", quiet.Demands[0].Why)
	}
	for _, share := range []float64{1, .5, .1} {
		for _, head := range []string{"fast", "slower"} {
			r := checkBeside(t, repo, cpus[1], share, head)
			agree(t, fmt.Sprintf("loops for %v, %s", share, head), quiet, r)
			for _, c := range r.Changes {
				if called := c.Verdict == gate.Worse || c.Verdict == gate.Better; called && head == "fast" {
					t.Errorf("loops for %v: the same code is called %s: %+v", share, c.Word(), c)
				}
				if c.Quantity == gate.Time && c.Cores == 1 && c.Verdict != gate.Worse && head == "slower" {
					t.Errorf("loops for %v: a tenth more work is not called slower: %+v", share, c)
				}
			}
		}
	}
}

// checkBeside checks a revision against fast while loops are on the CPU for a share
// of every four seconds.
func checkBeside(t *testing.T, repo string, cpu int, share float64, head string) (r gate.Report) {
	t.Helper()
	end, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		const period = 4 * time.Second
		for {
			stop := startLoops(t, cpu, share)
			on := wait(end, time.Duration(share*float64(period)))
			stop()
			if !on || !wait(end, time.Duration((1-share)*float64(period))) {
				return
			}
		}
	}()
	cmd := exec.Command(os.Args[0], "check", "--base=fast", "--head="+head, "--dir="+repo, "--budget=30s", "--wait=0s", "--min-efficiency=0.8@2", "--cores=1,2", "--curves=always", "--json", "--results="+t.TempDir())
	cmd.Env = append(os.Environ(), "BE_OVERLAP=1")
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	close(end)
	<-ended
	if jsonErr := json.Unmarshal(out, &r); jsonErr != nil || len(r.Demands) != 1 {
		t.Fatalf("loops for %v, %s: %v, %v\n%s%s", share, head, err, jsonErr, out, said.String())
	}
	d := r.Demands[0]
	t.Logf("loops for %v, %s: %v, %s; E %.2f [%.2f, %.2f] %s %s", share, head, err, r.Outcome(), d.Value, d.Low, d.High, d.Verdict, d.Why)
	return r
}

// wait waits for a time, or reports that the end has come.
func wait(end chan struct{}, d time.Duration) (goOn bool) {
	select {
	case <-time.After(d):
		return true
	case <-end:
		return false
	}
}

// startLoops starts four processes that compute on a CPU, unless they shall be there
// for none of the time, and returns what ends them.
func startLoops(t *testing.T, cpu int, share float64) (stop func()) {
	var all []*exec.Cmd
	for range 4 {
		if share == 0 {
			break
		}
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "BE_HOG=1")
		if err := host.Start([]int{cpu}, cmd.Start); err != nil {
			t.Error(err)
			break
		}
		all = append(all, cmd)
	}
	return func() {
		for _, cmd := range all {
			cmd.Process.Kill()
			cmd.Wait()
		}
	}
}

// agree compares the gains that a report tells with those of a quiet one.
func agree(t *testing.T, what string, quiet, r gate.Report) {
	t.Helper()
	for _, q := range []gate.Quantity{gate.Speedup, gate.Efficiency, gate.SoftwareEfficiency} {
		want, got := changeOf(quiet, q), changeOf(r, q)
		if got.Why == "" && (got.BaseSpan.High < want.BaseSpan.Low || got.BaseSpan.Low > want.BaseSpan.High) {
			t.Errorf("%s: %s %v in %v, quiet %v in %v", what, q, got.Base, got.BaseSpan, want.Base, want.BaseSpan)
		}
	}
	if d := r.Demands[0]; d.Verdict == gate.Worse {
		t.Errorf("%s: %+v", what, d)
	}
}

func changeOf(r gate.Report, q gate.Quantity) gate.Change {
	for _, c := range r.Changes {
		if c.Quantity == q && c.Cores == 2 {
			return c
		}
	}
	return gate.Change{}
}
