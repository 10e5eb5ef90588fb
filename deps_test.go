package main

import (
	"go/scanner"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// floors says what the packages of each folder may import, besides the
// standard library and themselves. Heavy modules stay on the top floor, so
// that whoever imports overlap/primitives does not build a plotting library;
// and report meets bench only in the benchmark format, so that it reads files
// that overlap did not write.
var floors = []struct {
	folder  string
	allowed []string
	why     string
}{
	{"overlap/primitives/internal/remote", []string{"golang.org/x/sys"}, "remote speaks bytes and knows no Future"},
	{"overlap/primitives", []string{"golang.org/x/sys"}, "primitives are what everything is measured through"},
	{"overlap/workloads", []string{
		"overlap/primitives", "golang.org/x/sys", "gonum.org/v1/gonum",
		"github.com/HdrHistogram", // latencies in open loops: only the job knows when an item was due
	}, "a workload is its kernel and nothing else"},
	{"overlap/bench/gate/stat", []string{"gonum.org/v1/gonum"}, "statistics know no benchmarks"},
	{"overlap/bench/gate/pair", []string{
		"overlap/bench", "overlap/workloads", "overlap/primitives", "overlap/internal/table", "overlap/internal/sampling", "overlap/internal/gocmd", "overlap/internal/git",
		"overlap/internal/testcode", "overlap/internal/proc", "overlap/internal/scratch", "overlap/internal/durable",
		"golang.org/x/sys", "golang.org/x/perf", "golang.org/x/sync", "gonum.org/v1/gonum", "github.com/klauspost/cpuid/v2", "github.com/prometheus/procfs",
		"github.com/HdrHistogram", "github.com/aclements/go-moremath", "github.com/rivo/uniseg",
	}, "a comparison can be made without the command"},
	{"overlap/bench", []string{
		"overlap/workloads", "overlap/primitives", "golang.org/x/sys", "gonum.org/v1/gonum",
		// CPU names and features
		"github.com/klauspost/cpuid/v2",
		// pressure; x/sync is procfs's
		"github.com/prometheus/procfs", "golang.org/x/sync",
		// quantiles of tasks and jobs
		"github.com/HdrHistogram",
		// benchfmt, the result file; go-moremath is its
		"golang.org/x/perf", "github.com/aclements/go-moremath",
		// a check prints what it found; uniseg is table's
		"overlap/internal/table", "github.com/rivo/uniseg",
		// builds and samples leave nothing behind
		"overlap/internal/gocmd", "overlap/internal/proc", "overlap/internal/scratch",
		// no result is lost
		"overlap/internal/durable",
		// the rules for samples that the report has, too
		"overlap/internal/sampling",
	}, "measuring must not carry the weight of drawing"},
	{"overlap/report/chart", []string{"overlap/report", "overlap/internal/interval", "overlap/internal/table", "overlap/internal/topology", "overlap/internal/durable", "overlap/internal/sampling", "github.com/rivo/uniseg", "golang.org/x/perf", "gonum.org/v1", "git.sr.ht/~sbinet/gg", "codeberg.org/go-fonts", "codeberg.org/go-latex", "codeberg.org/go-pdf", "github.com/ajstarks/svgo", "github.com/golang/freetype", "golang.org/x/image", "golang.org/x/text", "golang.org/x/sys", "golang.org/x/exp/trace", "github.com/aclements/go-moremath"}, "charts draw what report says"},
	{"overlap/report/history", []string{
		"overlap/internal/table", "golang.org/x/perf", "github.com/aclements/go-moremath", "gonum.org/v1/gonum", "github.com/rivo/uniseg",
		"overlap/internal/durable", "golang.org/x/sys", // its lock
	}, "a history is read where nothing is measured"},
	{"overlap/report/historypage", []string{
		"overlap/report/frame", "overlap/report/history",
		"overlap/internal/table", "golang.org/x/perf", "github.com/aclements/go-moremath", "gonum.org/v1/gonum", "github.com/rivo/uniseg", "overlap/internal/durable", "golang.org/x/sys", // history's
	}, "a page of a history needs no analysis"},
	{"overlap/report/cause", []string{
		"overlap/internal/table", "golang.org/x/perf", "github.com/aclements/go-moremath", "github.com/rivo/uniseg",
		"golang.org/x/exp/trace",
		"github.com/google/pprof/profile", // the standard library writes profiles and does not read them
	}, "causes follow from recordings only"},
	{"overlap/report/frame", nil, "a page looks the same whatever it is about"},
	{"overlap/report", []string{
		"overlap/internal/table", "overlap/internal/sampling", "overlap/internal/interval",
		"overlap/internal/topology", // the page lists the CPUs of a machine
		"golang.org/x/perf", "github.com/aclements/go-moremath", "gonum.org/v1/gonum",
		"github.com/rivo/uniseg",          // the width of text on a terminal
		"golang.org/x/exp/trace",          // execution traces, which the standard library writes but does not read
		"golang.org/x/text",               // files in UTF-16
		"github.com/google/pprof/profile", // which the account on the page was made from
	}, "report knows benchmarks by their format only"},
}

func TestPackagesStayOnTheirFloors(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}: {{join .Imports \" \"}}{{end}}", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	imports := map[string][]string{}
	for line := range strings.Lines(string(out)) {
		pkg, list, _ := strings.Cut(strings.TrimSpace(line), ":")
		imports[pkg] = strings.Fields(list)
	}
	for pkg := range imports {
		for _, floor := range floors {
			if !within(pkg, floor.folder) {
				continue
			}
			for dep := range reachable(imports, pkg) {
				if !within(dep, floor.folder) && !allowed(dep, floor.allowed) {
					t.Errorf("%s imports %s, directly or not: %s", pkg, dep, floor.why)
				}
			}
			break
		}
	}
	if len(imports["overlap/primitives/internal/remote"]) == 0 || len(imports["overlap/report/chart"]) == 0 {
		t.Errorf("go list no longer names the packages that the floors are about: %d packages", len(imports))
	}
}

// rooms says which rooms of the report a room may import: arrows go down only.
var rooms = map[string][]string{
	"overlap/report/trace":       {},
	"overlap/report/law":         {},
	"overlap/report/load":        {"overlap/report/trace"},
	"overlap/report/analyse":     {"overlap/report/law", "overlap/report/load"},
	"overlap/report/write":       {"overlap/report/analyse", "overlap/report/law", "overlap/report/load", "overlap/report/trace"},
	"overlap/report":             {"overlap/report/analyse", "overlap/report/load", "overlap/report/write"},
	"overlap/report/history":     {},
	"overlap/report/historypage": {"overlap/report/frame", "overlap/report/history"},
	"overlap/report/cause":       {},
	"overlap/report/chart":       {"overlap/report/analyse", "overlap/report/history", "overlap/report/law", "overlap/report/trace"},
	"overlap/report/frame":       {},
	"overlap/report/page":        {"overlap/report/analyse", "overlap/report/cause", "overlap/report/frame", "overlap/report/law", "overlap/report/write"},
}

func TestRoomsOfTheReportPointDown(t *testing.T) {
	for room, below := range rooms {
		out, err := exec.Command("go", "list", "-f", `{{join .Imports "\n"}}`, room).Output()
		if err != nil {
			t.Fatal(err)
		}
		for dep := range strings.FieldsSeq(string(out)) {
			if within(dep, "overlap/report") && !slices.Contains(below, dep) {
				t.Errorf("%s imports %s", room, dep)
			}
		}
	}
}

// The same blocks have the same verdicts: nothing else goes into the statistics.
func TestStatisticsHaveNoFilesAndNoClocks(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{join .Imports "\n"}}`, "./bench/gate/stat").Output()
	if err != nil {
		t.Fatal(err)
	}
	imports := strings.Fields(string(out))
	if len(imports) == 0 {
		t.Fatal("go list names no imports")
	}
	for _, name := range imports {
		if slices.Contains([]string{"os", "time", "io", "net", "context", "sync"}, name) || strings.HasPrefix(name, "os/") {
			t.Errorf("bench/gate/stat imports %s", name)
		}
	}
}

// flagNames says why files below the command name its flags all the same.
var flagNames = map[string]string{
	"report/analyse/repeat.go": "it makes the command line that repeats a run",
	"report/load/settings.go":  "it makes the command line that repeats a run",
	"report/load/naming.go":    "only the flag with its value says what the numbers in names mean",
	"report/load/runs.go":      "only the flag with its value puts files side by side",
	"report/load/settle.go":    "only the flag with its value puts machines side by side",
	"report/load/source.go":    "only the flag with its value puts sources side by side",
}

// The command names its flags. What it calls returns typed errors, or says what helps in
// words.
func TestEnginesNameNoFlags(t *testing.T) {
	flag := regexp.MustCompile(`--[a-z]{2}`)
	seen, named := 0, map[string]bool{}
	for _, folder := range []string{"bench", "report"} {
		err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
			if path == filepath.FromSlash("bench/peers") { // a command with flags of its own
				return fs.SkipDir
			}
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			seen++
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for _, literal := range stringsOf(path, text) {
				name := filepath.ToSlash(path)
				if !flag.MatchString(literal) {
					continue
				}
				if named[name] = true; flagNames[name] == "" {
					t.Errorf("%s: %s", path, literal)
				}
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
	if seen < 100 || len(named) != len(flagNames) {
		t.Errorf("%d files, of which %d name flags; there are %d exceptions", seen, len(named), len(flagNames))
	}
}

// stringsOf returns the string literals of a source file.
func stringsOf(path string, text []byte) (list []string) {
	var s scanner.Scanner
	s.Init(token.NewFileSet().AddFile(path, -1, len(text)), text, nil, 0)
	for {
		switch _, kind, literal := s.Scan(); kind {
		case token.EOF:
			return list
		case token.STRING:
			list = append(list, literal)
		}
	}
}

// Only the report has values with intervals: the gate has p values of its own.
func TestOnlyTheReportHasIntervals(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		pkg, imports, _ := strings.Cut(strings.TrimSpace(line), " ")
		if !within(pkg, "overlap/report") && slices.Contains(strings.Fields(imports), "overlap/internal/interval") {
			t.Errorf("%s imports internal/interval", pkg)
		}
	}
}

func within(pkg, folder string) bool { return pkg == folder || strings.HasPrefix(pkg, folder+"/") }

func allowed(dep string, list []string) bool {
	for _, a := range list {
		if within(dep, a) {
			return true
		}
	}
	return false
}

// reachable returns the packages outside the standard library that pkg
// imports, directly or not.
func reachable(imports map[string][]string, pkg string) map[string]bool {
	seen := map[string]bool{}
	var visit func(string)
	visit = func(p string) {
		for _, dep := range imports[p] {
			if _, ours := imports[dep]; ours && !seen[dep] {
				seen[dep] = true
				visit(dep)
			}
		}
	}
	visit(pkg)
	return seen
}
