package main

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"golang.org/x/perf/benchunit"

	"overlap/bench"
	"overlap/report/load"
)

// unreadUnits are for people and benchstat: the report does not read them.
var unreadUnits = []string{
	"q02-ns/op", "q25-ns/op", "q50-ns/op", "p50-ns/sched", "p99-ns/sched",
	"vol-switches/op", "invol-switches/op", "minor-faults/op", "major-faults/op", "gcs/op",
}

// A unit of a sample arrives in the report, or is in the list of those that need not:
// reading drops other units in silence.
func TestEveryUnitIsReadOrKnownNotToBe(t *testing.T) {
	units := bench.Units()
	for _, unit := range unreadUnits {
		if !slices.Contains(units, unit) {
			t.Errorf("unreadUnits has %s, which is not a unit of a sample", unit)
		}
	}
	for _, unit := range units {
		read := fieldRead(t, unit)
		if unread := slices.Contains(unreadUnits, unit); unread && read != "" {
			t.Errorf("%s is read as Sample.%s, and in unreadUnits", unit, read)
		} else if !unread && read == "" {
			t.Errorf("%s is dropped: add it to readUnits in report/load/sample.go, or to unreadUnits here", unit)
		}
	}
}

// fieldRead returns the field of a sample in which the value of a unit arrives, or "".
func fieldRead(t *testing.T, unit string) string {
	t.Helper()
	line := fmt.Sprintf("BenchmarkEp/executor=pool/workers=1/cores=1 1 0.75 %s", unit)
	if unit != "ns/op" {
		line += " 100 ns/op"
	}
	path := filepath.Join(t.TempDir(), "run.txt")
	if err := os.WriteFile(path, []byte(line+"\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	data, err := load.Input{Paths: []string{path}}.Load()
	if err != nil {
		t.Fatal(err)
	}
	want, _ := benchunit.Tidy(0.75, unit)
	sample := reflect.TypeFor[load.Sample]()
	for i := range sample.NumField() {
		if sample.Field(i).Type.Kind() != reflect.Float64 {
			continue
		}
		values := data.Values(data.Points[0], func(s load.Sample) float64 { return reflect.ValueOf(s).Field(i).Float() })
		if len(values) == 1 && values[0] == want {
			return sample.Field(i).Name
		}
	}
	return ""
}
