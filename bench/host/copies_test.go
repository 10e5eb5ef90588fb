package host

import (
	"bytes"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// A machine is the same in whatever form its files are: padded by tar, as masks
// where its kernel has lists, or with what Windows makes of the ends of lines.
func TestFormsOfATreeAreRead(t *testing.T) {
	const page = 4096
	machines, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(machines) < 12 {
		t.Fatalf("%d machines, %v", len(machines), err)
	}
	forms := map[string]func(name string, text []byte) (string, []byte){
		"NUL to the page": func(name string, text []byte) (string, []byte) {
			return name, append(text, make([]byte, page-len(text)%page)...)
		},
		"CRLF": func(name string, text []byte) (string, []byte) {
			return name, bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n"))
		},
		"masks": asMask,
	}
	for _, file := range machines {
		tree, _ := machine(t, file)
		want := describe(tree)
		for form, change := range forms {
			changed := fstest.MapFS{}
			for name, f := range tree {
				to, text := change(name, bytes.Clone(f.Data))
				changed[to] = &fstest.MapFile{Data: text}
			}
			if got := describe(changed); got != want {
				t.Errorf("%s, %s: got\n%s\nwant\n%s", file, form, got, want)
			}
		}
	}
}

// asMask writes a list of CPUs that share something as a mask, in the file that
// the kernel has for it.
func asMask(name string, text []byte) (string, []byte) {
	to := name
	switch base := path.Base(name); {
	case base == "cpulist":
		to = path.Dir(name) + "/cpumap"
	case base == "shared_cpu_list":
		to = path.Dir(name) + "/shared_cpu_map"
	case path.Base(path.Dir(name)) == "topology":
		to = strings.TrimSuffix(name, "_list")
	}
	ids, err := ParseList(strings.TrimSpace(string(text)))
	if to == name || err != nil {
		return name, text
	}
	groups := make([]string, slices.Max(ids)/32+1)
	for i := range groups {
		var bits uint32
		for _, id := range ids {
			if id/32 == i {
				bits |= 1 << (id % 32)
			}
		}
		groups[len(groups)-1-i] = fmt.Sprintf("%08x", bits)
	}
	return to, []byte(strings.Join(groups, ",") + "\n")
}

func TestParseMask(t *testing.T) {
	for text, want := range map[string]string{
		"1": "0", "f": "0-3", "00f": "0-3", "ff,00000001": "0,32-39", "00000000,00000000,80000000": "31", "0": "",
		strings.Repeat("0", 8) + strings.Repeat(",ffffffff", 256): "0-8191",
	} {
		ids, err := parseMask(text)
		slices.Sort(ids)
		if err != nil || FormatList(ids) != want {
			t.Errorf("%q is %s, %v; want %s", text, FormatList(ids), err, want)
		}
	}
	for _, text := range []string{"", " ", ",", "g", "0x1", "-1", "+1", "1,1", "1,", ",00000001", "123456789", "0-3", "1,00000000" + strings.Repeat(",00000000", 255)} {
		if ids, err := parseMask(text); err == nil {
			t.Errorf("%q is %v", text, ids)
		}
	}
}

// Of one kind there is one note, however many files are wrong.
func TestNotesOfAKindAreOne(t *testing.T) {
	const cpus = 200
	m := files("sys/devices/system/cpu/online", fmt.Sprintf("0-%d", cpus-1))
	for id := range cpus {
		for _, file := range []string{"topology/core_cpus_list", "topology/thread_siblings_list", "cache/index0/shared_cpu_list"} {
			m[cpuFile(id, file)] = &fstest.MapFile{Data: []byte("garbage")}
		}
		m[cpuFile(id, "cache/index0/level")] = &fstest.MapFile{Data: []byte("1")}
		m[fmt.Sprintf("%s/node%d/cpulist", nodeDir, id)] = &fstest.MapFile{Data: []byte("garbage")}
	}
	h, err := readTree(treeOf(m), nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(h.Notes) != 4 || !slices.ContainsFunc(h.Notes, func(note string) bool { return strings.HasSuffix(note, "and 797 more") }) {
		t.Errorf("%d notes: %q", len(h.Notes), h.Notes)
	}
}
