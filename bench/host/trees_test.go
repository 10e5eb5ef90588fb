package host

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rogpeppe/go-internal/txtar"

	"overlap/internal/trees"
)

var update = flag.Bool("update", false, "rewrite what is wanted of the trees in testdata")

// describe writes all that is known of a machine.
func describe(files fstest.MapFS) string {
	t := tree{files, new(notes)}
	h, err := readTree(t, nil)
	if err != nil {
		return "error: " + err.Error() + "\n"
	}
	var b strings.Builder
	row := func(key string, value any) { fmt.Fprintln(&b, strings.TrimSpace(fmt.Sprintf("%-10s %v", key, value))) }
	row("host", h.Name)
	row("model", h.Model)
	n := h.Count()
	row("counts", fmt.Sprintf("%d packages, %d dies, %d nodes, %d last-level caches, %d cores, %d threads",
		n.Packages, n.Dies, n.Nodes, n.LLCs, n.Cores, len(h.CPUs)))
	row("online", FormatList(h.Online))
	row("allowed", FormatList(h.IDs()))
	row("isolated", FormatList(h.Isolated))
	row("caches", strings.Join(h.Caches, ", "))
	for _, p := range h.Fingerprint() {
		if !slices.Contains([]string{"host", "os", "mask", "cpu-model"}, p.Key) {
			row(p.Key, p.Value)
		}
	}
	if h.Virtualisation == "" {
		row("virtualisation", "unknown")
	}
	for _, policy := range h.Policies() {
		order, err := h.Order(policy)
		if err != nil {
			return err.Error()
		}
		row(policy, FormatOrder(order))
	}
	quotas, _ := quotasIn(t)
	for _, q := range quotas {
		row("throttle", q.dir)
	}
	for _, note := range h.Notes {
		row("note", note)
	}
	return b.String()
}

// machine reads a file of testdata.
func machine(t *testing.T, file string) (fstest.MapFS, *txtar.Archive) {
	t.Helper()
	files, a, err := trees.Read(file, ParseList)
	if err != nil {
		t.Fatal(err)
	}
	tree := fstest.MapFS{}
	for name, text := range files {
		tree[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return tree, a
}

// Each file in testdata is a machine that we do not have: the files of its
// kernel, and what they mean, checked by hand.
func TestTrees(t *testing.T) {
	machines, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(machines) < 12 {
		t.Fatalf("%d machines, %v", len(machines), err)
	}
	for _, file := range machines {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			tree, a := machine(t, file)
			want := &a.Files[len(a.Files)-1]
			got := describe(tree)
			if *update {
				want.Data = []byte(got)
				if err := os.WriteFile(file, txtar.Format(a), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			if got != string(want.Data) {
				t.Errorf("got\n%s\nwant\n%s", got, want.Data)
			}
		})
	}
}
