package host

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "rewrite what is wanted of the trees in testdata")

var (
	forEach = regexp.MustCompile(`\{([0-9,-]+)\}`)
	number  = regexp.MustCompile(`\{n(?:([-+%])([0-9]+))?\}`)
)

// expand makes a file for every CPU that a name like cpu{0-3}/x has in braces;
// in its text {n} is the number of the CPU, {n+4}, {n-4} and {n%4} what is
// computed from it.
func expand(t *testing.T, files []txtar.File) fstest.MapFS {
	t.Helper()
	tree := fstest.MapFS{}
	for _, f := range files {
		list := forEach.FindStringSubmatch(f.Name)
		if list == nil {
			tree[f.Name] = &fstest.MapFile{Data: f.Data}
			continue
		}
		ids, err := ParseList(list[1])
		if err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		for _, id := range ids {
			text := number.ReplaceAllStringFunc(string(f.Data), func(s string) string {
				m := number.FindStringSubmatch(s)
				k, _ := strconv.Atoi(m[2])
				return strconv.Itoa(map[string]func() int{
					"": func() int { return id }, "+": func() int { return id + k }, "-": func() int { return id - k }, "%": func() int { return id % k },
				}[m[1]]())
			})
			tree[strings.Replace(f.Name, list[0], strconv.Itoa(id), 1)] = &fstest.MapFile{Data: []byte(text)}
		}
	}
	return tree
}

// describe writes all that is known of a machine.
func describe(files fstest.MapFS) string {
	t := tree{files, new([]string)}
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
		n.Packages, len(h.distinct(die)), n.Nodes, n.LLCs, n.Cores, len(h.CPUs)))
	row("online", FormatList(h.Online))
	row("allowed", FormatList(h.IDs()))
	row("isolated", FormatList(h.Isolated))
	row("caches", strings.Join(h.Caches, ", "))
	for _, p := range h.Fingerprint() {
		if !slices.Contains([]string{"host", "os", "mask", "cpu-model"}, p.Key) {
			row(p.Key, p.Value)
		}
	}
	for _, policy := range h.Policies() {
		order, err := h.Order(policy)
		if err != nil {
			return err.Error()
		}
		row(policy, FormatOrder(order))
	}
	for _, file := range throttleFiles(t) {
		row("throttle", file)
	}
	for _, note := range h.Notes {
		row("note", note)
	}
	return b.String()
}

// die numbers the dies of all packages.
func die(c CPU) int {
	if c.Die < 0 {
		return -1
	}
	return 16*c.Package + c.Die
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
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			want := &a.Files[len(a.Files)-1]
			if want.Name != "want" {
				t.Fatalf("the last part is %s, not want", want.Name)
			}
			got := describe(expand(t, a.Files[:len(a.Files)-1]))
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
