package cli_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"overlap/bench/host"
	"overlap/internal/cli"
	"overlap/internal/topology"
	"overlap/internal/trees"
)

// The package that writes the topology and the one that reads it do not know each
// other: only here they can be compared.
func TestTopologyOfTheHostIsRead(t *testing.T) {
	here, err := host.Read()
	if err != nil {
		t.Fatal(err)
	}
	strange := host.Host{}
	for i := range 300 {
		strange.CPUs = append(strange.CPUs, host.CPU{
			ID: 3*i + i%2, Package: i*i%7 - 1, Die: i / 9, Node: 5 - i%3, LLC: i / 2 % 9, Core: i%150 - 1, Thread: i / 150,
			Class: []string{"", host.Performance, host.Efficiency}[i%3],
		})
	}
	for _, h := range []host.Host{here, strange} {
		cpus, ok := topology.Parse(h.Topology())
		if !ok {
			t.Fatalf("%s cannot be read", h.Topology())
		}
		n := h.Count()
		if text, want := topology.Describe(cpus), fmt.Sprintf("%d package", n.Packages); n.Packages > 0 && !strings.Contains(text, want) {
			t.Errorf("%q does not say %s", text, want)
		}
		var ids []int
		for _, c := range cpus {
			ids = append(ids, c.ID)
		}
		if !slices.Equal(ids, h.IDs()) {
			t.Errorf("CPUs %v, want %v", ids, h.IDs())
		}
	}
}

// The command reads each of the machines from copied directories and says the same
// to people and to programs.
func TestHostReadsEveryMachine(t *testing.T) {
	machines, err := filepath.Glob("../../bench/host/testdata/*.txtar")
	if err != nil || len(machines) < 12 {
		t.Fatalf("%d machines, %v", len(machines), err)
	}
	for _, file := range machines {
		files, a, err := trees.Read(file, host.ParseList)
		if err != nil {
			t.Fatal(err)
		}
		root := t.TempDir()
		for name, text := range files {
			path := filepath.Join(root, name)
			if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		run := func(flags ...string) string {
			var out, errs strings.Builder
			if code := cli.Main(t.Context(), append([]string{"host", "--root", root}, flags...), &out, &errs); code != 0 {
				t.Errorf("%s: %v: exit %d: %s", filepath.Base(file), flags, code, errs.String())
			}
			return out.String()
		}
		var got struct {
			Packages, Nodes, Cores, Threads int
			LLCs                            int `json:"llc_groups"`
			Allowed, Online, Isolated       []int
			Quota                           *float64 `json:"quota_cpus"`
			Classes                         map[string][]int
			Placement                       map[string][]int
		}
		if err := json.Unmarshal([]byte(run("--json")), &got); err != nil {
			t.Errorf("%s: %v", filepath.Base(file), err)
			continue
		}
		want := string(a.Files[len(a.Files)-1].Data)
		for _, line := range []string{
			fmt.Sprintf("counts     %d packages, ", got.Packages),
			fmt.Sprintf(" %d nodes, %d last-level caches, %d cores, %d threads", got.Nodes, got.LLCs, got.Cores, got.Threads),
			strings.TrimSpace("allowed    " + host.FormatList(got.Allowed)),
			strings.TrimSpace("online     " + host.FormatList(got.Online)),
			strings.TrimSpace("isolated   " + host.FormatList(got.Isolated)),
			fmt.Sprintf("one-per-core %s\n", host.FormatOrder(got.Placement["one-per-core"])),
		} {
			if !strings.Contains(want, line) {
				t.Errorf("%s: the command says %q, which is not in\n%s", filepath.Base(file), line, want)
			}
		}
		if limited := !strings.Contains(want, "\nquota      none\n") && strings.Contains(want, "\nquota "); limited != (got.Quota != nil) {
			t.Errorf("%s: quota %v in\n%s", filepath.Base(file), got.Quota, want)
		}
		if text := run(); !strings.Contains(text, "allowed         ") || !strings.Contains(text, "one-per-core") {
			t.Errorf("%s: for people:\n%s", filepath.Base(file), text)
		}
		if run("--advise") == "" {
			t.Errorf("%s: no advice, not even that there is none", filepath.Base(file))
		}
	}
}
