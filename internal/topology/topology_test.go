package topology

import (
	"slices"
	"testing"
)

func TestDescribe(t *testing.T) {
	for text, want := range map[string]string{
		"cpus=0-1 package=0x2 die=0x2 node=0x2 llc=0x2 core=0-1 thread=0x2":                            "2 cores in 1 package share one last-level cache",
		"cpus=0-15 package=0x16 node=0x16 llc=0x16 core=0-5x2,6-9 thread=0-1*6,0x4 class=0x12,1x4":     "6 performance and 4 efficiency cores in 1 package share one last-level cache",
		"cpus=0-255 package=0-1x64*2 die=0x256 node=0-7x16*2 llc=0-15x8*2 core=0-127*2 thread=0-1x128": "128 cores with 256 threads in 2 packages have 16 last-level caches and 8 memory nodes",
		"cpus=5":                       "1 core",
		"cpus=0,2-3":                   "3 cores",
		"cpus=3 package=0 llc=0":       "1 core in 1 package has 1 last-level cache",
		"cpus=0-1 core=0x2":            "1 core with 2 threads",
		"cpus=0-1 node=0-1 llc=?x2":    "2 cores have 2 memory nodes",
		"cpus=0-1 node=0-1 llc=0x2":    "2 cores share one last-level cache and have 2 memory nodes",
		"cpus=0-1 class=1x2":           "2 cores",
		"cpus=0-1 later=7x2 core=0,?":  "2 cores",
		"cpus=0-3 package=0x2,? llc=?": "",
	} {
		cpus, ok := Parse(text)
		if ok != (want != "") || ok && Describe(cpus) != want {
			t.Errorf("%s: %q, want %q", text, Describe(cpus), want)
		}
	}
}

func TestGroups(t *testing.T) {
	for text, want := range map[string][]Group{
		"cpus=0-1 package=0x2 die=0x2 node=0x2 llc=0x2 core=0-1 thread=0x2": {{"package 0, memory node 0, last-level cache 0", "0, 1"}},
		"cpus=0-5 package=0x6 llc=0x6 core=0-1x2,2-3 thread=0-1*2,0x2 class=0x4,1x2": {
			{"package 0, last-level cache 0", "0+1, 2+3, efficiency 4, efficiency 5"},
		},
		"cpus=0-7 package=0x8 die=0-1x4 node=0x8 llc=1,1,0,0,2x4 core=0-3*2": {
			{"package 0, die 0, memory node 0, last-level cache 0", "2, 3"},
			{"package 0, die 0, memory node 0, last-level cache 1", "0, 1"},
			{"package 0, die 1, memory node 0, last-level cache 2", "4, 5, 6, 7"},
		},
		"cpus=5,7": {{"", "5, 7"}},
	} {
		cpus, ok := Parse(text)
		if got := Groups(cpus); !ok || !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

func TestMalformedLinesAreRefused(t *testing.T) {
	for _, text := range []string{
		"", "nonsense", "cpus", "cpus=", "cpus=1,0", "cpus=0,0", "cpus=?", "cpus=-1", "cpus=0-9999", "cpus=0x9999*9999", "cpus=0-99999999999",
		"cpus=0-1 package=0", "package=0 cpus=0", "cpus=0 core=x2", "cpus=0 core=0x", "cpus=0 core=0x0", "cpus=0 core=0*", "cpus=0 core=1-0", "cpus=0 core=+1", "cpus=0 core=0x2*2",
		"cpus=0-1023,1024",
	} {
		if cpus, ok := Parse(text); ok {
			t.Errorf("%q is read as %v", text, cpus)
		}
	}
}
