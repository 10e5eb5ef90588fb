package cli

import (
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"overlap/internal/table"
	"overlap/report"
	"overlap/report/cause"
	"overlap/report/page"
)

// The limits of accounts: how many are looked at, the newest first, and how many of
// benchmarks without a row are shown.
const (
	maxAccounts = 200
	maxOthers   = 20
)

// accountsOf finds what overlap why recorded beside the result files: the newest account of
// each row and, of all results, those of benchmarks that have no row. One that cannot be read
// is a warning of the analysis.
func accountsOf(a *report.Analysis, all bool) (list []page.Account) {
	var found []string
	measured := map[string]time.Time{} // by directory
	for _, file := range a.Data.Files {
		dir := filepath.Dir(file)
		at, _ := time.Parse(runTime, strings.TrimSuffix(filepath.Base(file), ".txt")) // zero: others name their files otherwise
		if _, ok := measured[dir]; !ok {
			names, _ := fs.Glob(os.DirFS(dir), "*.why/*/"+cause.AccountFile) // what cannot be read has no account
			for _, name := range names {
				found = append(found, filepath.Join(dir, filepath.FromSlash(name)))
			}
		}
		if !at.Before(measured[dir]) {
			measured[dir] = at
		}
	}
	run := func(path string) string { return filepath.Base(filepath.Dir(filepath.Dir(path))) }
	slices.SortStableFunc(found, func(a, b string) int { return cmp.Or(strings.Compare(run(b), run(a)), strings.Compare(a, b)) })
	type benchmark struct{ host, pkg, name, variant, row string }
	seen := map[benchmark]bool{}
	others := 0
	for _, path := range found[:min(len(found), maxAccounts)] {
		e, err := cause.ReadFile(path)
		if err != nil {
			a.Warnings = append(a.Warnings, fmt.Errorf("account left out: %w; remove the file, or make a new one with overlap why", err))
			continue
		}
		rows := rowsOf(a, e)
		if len(rows) == 0 && all {
			rows = []string{""}
		}
		for _, row := range rows {
			key := benchmark{e.Host, e.Package, e.Benchmark, e.Variant, row}
			if seen[key] || row == "" && others == maxOthers {
				continue
			}
			if seen[key] = true; row == "" {
				others++
			}
			dir := filepath.Dir(path)
			list = append(list, page.Account{Explained: e, Row: row, Dir: dir, Measured: measured[filepath.Dir(filepath.Dir(dir))]})
		}
	}
	return list
}

// rowsOf returns the IDs of the rows that an account is about: those of different sizes, too.
func rowsOf(a *report.Analysis, e cause.Explained) (ids []string) {
	for _, r := range a.Rows {
		host := cmp.Or(a.Data.Hosts[r.Column]["host"], a.Data.Host["host"])
		if r.Package == table.Printable(e.Package) && r.Workload == table.Printable(e.Benchmark) && r.Variant == e.Variant && r.Executor == e.Executor && !r.Weak && (host == "" || host == e.Host) {
			ids = append(ids, r.ID())
		}
	}
	return ids
}
