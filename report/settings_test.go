package report_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"overlap/report/load"
)

// The command measures as the run did, as far as its file tells.
func TestRepeatHasTheSettingsOfTheRun(t *testing.T) {
	const plan = `# plan: {"Build":"x","Placement":[0,1],"Flags":{"Workloads":["ep"],"Rounds":5,"Precision":"1%","Budget":90000000000,"Sample":20000000,"Disk":"/mnt/a disk","Quick":true,"Seed":7}}` + "\n"
	const ours = "placement: one-per-core\nBenchmarkEp/executor=pool/workers=1/cores=1 1 5 ns/op\n"
	const others = "placement: one-per-core\npkg: a/b\nBenchmarkSub/cores=1 1 5 ns/op\n"
	const runOurs = "overlap run --workloads ep --executors pool --size medium --workers 1 --cores 1"
	for _, c := range []struct{ about, text, want string }{
		{"ours", plan + ours, runOurs + " --sample 20ms --budget 1m30s --rounds 5 --precision 1% --disk '/mnt/a disk'"},
		{"other people's", plan + others, "overlap run --pkg a/b --bench '^BenchmarkSub$' --all --cores 1 --sample 20ms --budget 1m30s --rounds 5 --precision 1%"},
		{"a run that was given nothing", `# plan: {"Flags":{"Rounds":0,"Disk":""}}` + "\n" + ours, runOurs},
		{"a plan of another kind", `# plan: {"Flags":{"Rounds":"many","Sample":20000000}}` + "\n" + ours, runOurs},
		{"a plan that is not the first line", "host: h\n" + plan + ours, runOurs},
		{"numbers that are none", `# plan: {"Flags":{"Rounds":-1,"Sample":-5,"Budget":-1}}` + "\n" + ours, runOurs},
		{"a word that is none", `# plan: {"Flags":{"Precision":"$(id)"}}` + "\n" + ours, runOurs + " --precision '$(id)'"},
		{"a runtime that was told something", "gogc: 50\ngomemlimit: 1073741824\ngodebug: a=1 b\n" + ours, "env GOGC=50 GOMEMLIMIT=1073741824 'GODEBUG=a=1 b' " + runOurs},
		{"a runtime as it is", "gogc: 100\ngomemlimit: off\ngodebug:\n" + ours, runOurs},
	} {
		a := analysed(t, filepath.Join(t.TempDir(), "run.txt"), c.text)
		if got := a.Repeat(a.Rows[0]); got != c.want {
			t.Errorf("%s:\n%s, want\n%s", c.about, got, c.want)
		}
	}
}

// Of two files that were measured differently, neither's settings are the row's.
func TestSettingsOfSeveralFiles(t *testing.T) {
	text := func(sample string) string {
		return `# plan: {"Flags":{"Sample":` + sample + "}}\nhost: h\nBenchmarkEp/executor=pool/workers=1/cores=1 1 5" + sample + " ns/op\n"
	}
	same := strings.Replace(text("20000000"), " 1 5", " 1 6", 1)
	for _, c := range []struct {
		other string
		want  bool
	}{{same, true}, {text("40000000"), false}} {
		_, paths := folder(t, text("20000000"), c.other)
		a := input(t, load.Input{Paths: paths})
		if got := a.Repeat(a.Rows[0]); strings.Contains(got, "--sample") != c.want {
			t.Errorf("beside %s: %s", c.other, got)
		}
	}
}

// The commands for benchmarks that go test measured fit each name at its
// GOMAXPROCS, and none that the file does not have there.
func TestRepeatMeasuresNoOtherPoints(t *testing.T) {
	for _, c := range []struct{ about, text, want string }{
		{
			"cores in the name", "BenchmarkA/cores=1 1 5 ns/op\nBenchmarkA/cores=2-2 1 5 ns/op\n",
			"go test -run '^$' -bench '^BenchmarkA$/^cores=1$' -cpu 1 -count 10 ./...; go test -run '^$' -bench '^BenchmarkA$/^cores=2$' -cpu 2 -count 10 ./...",
		}, {
			"a number of workers on some cores only", "BenchmarkA/workers=1 1 5 ns/op\nBenchmarkA/workers=8 1 5 ns/op\nBenchmarkA/workers=8-2 1 5 ns/op\n",
			"go test -run '^$' -bench '^BenchmarkA$/^workers=(1|8)$' -cpu 1 -count 10 ./...; go test -run '^$' -bench '^BenchmarkA$/^workers=8$' -cpu 2 -count 10 ./...",
		}, {
			"the same in another order", "BenchmarkA/workers=1 1 5 ns/op\nBenchmarkA/workers=8 1 5 ns/op\nBenchmarkA/workers=8-2 1 5 ns/op\nBenchmarkA/workers=1-2 1 5 ns/op\n",
			"for c in 1 2; do go test -run '^$' -bench '^BenchmarkA$/^workers=(1|8)$' -cpu $c -count 10 ./...; done",
		}, {
			"workers that are not on every core", "BenchmarkA/workers=1/cores=1-2 1 5 ns/op\nBenchmarkA/workers=1/cores=2-2 1 5 ns/op\nBenchmarkA/workers=4/cores=2-2 1 5 ns/op\n",
			"go test -run '^$' -bench '^BenchmarkA$/^workers=1$/^cores=1$|^BenchmarkA$/^workers=1$/^cores=2$|^BenchmarkA$/^workers=4$/^cores=2$' -cpu 2 -count 10 ./...",
		},
	} {
		a := analysed(t, filepath.Join(t.TempDir(), "run.txt"), c.text)
		if got := a.Repeat(a.Rows[0]); got != c.want {
			t.Errorf("%s:\n%s, want\n%s", c.about, got, c.want)
		}
	}
}

// The command of names that are alternatives as a whole measures these, as go
// test sees it.
func TestRepeatRunsUnderGoTest(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds a test")
	}
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("there is no go command")
	}
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod": "module x\n\ngo 1.26\n",
		"x_test.go": `package x

import "testing"

func BenchmarkA(b *testing.B) {
	for _, w := range []string{"workers=1", "workers=4"} {
		b.Run(w, func(b *testing.B) {
			for _, c := range []string{"cores=1", "cores=2"} {
				b.Run(c, func(*testing.B) {})
			}
		})
	}
}
`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	a := analysed(t, filepath.Join(t.TempDir(), "run.txt"), "BenchmarkA/workers=1/cores=1-2 1 5 ns/op\nBenchmarkA/workers=1/cores=2-2 1 5 ns/op\nBenchmarkA/workers=4/cores=2-2 1 5 ns/op\n")
	run := exec.Command("sh", "-c", strings.Replace(a.Repeat(a.Rows[0]), "-count 10", "-benchtime 1x", 1))
	run.Dir = dir
	out, err := run.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	names := regexp.MustCompile(`(?m)^BenchmarkA\S*`).FindAllString(string(out), -1)
	if got, want := strings.Join(names, " "), "BenchmarkA/workers=1/cores=1-2 BenchmarkA/workers=1/cores=2-2 BenchmarkA/workers=4/cores=2-2"; got != want {
		t.Errorf("it measures %s, want %s", got, want)
	}
}
