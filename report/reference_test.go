package report_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"overlap/internal/table"
	"overlap/report"
)

var update = flag.Bool("update", false, "rewrite the reference in testdata")

// The numbers of the reference run stay. On amd64, this includes all digits of the JSON,
// with the laws and their bootstrap; other processors round differently, so there the CSV
// is the same to five digits. Sentences may change.
func TestReferenceNumbersStay(t *testing.T) {
	runs, err := filepath.Glob("../results/reference/*.txt")
	if err != nil || len(runs) != 1 {
		t.Fatalf("reference runs: %v, %v", runs, err)
	}
	a := analyze(t, runs[0])
	var csv, all bytes.Buffer
	if err := report.Write(&csv, a, report.CSV, table.Terminal{}); err != nil {
		t.Fatal(err)
	}
	if runtime.GOARCH != "amd64" {
		want, err := os.ReadFile("testdata/reference.csv")
		if err != nil {
			t.Fatal(err)
		}
		if !alike(csv.String(), string(want)) {
			t.Error("the CSV is not testdata/reference.csv, to five digits; -update writes it on amd64 only")
		}
		return
	}
	compareGolden(t, "testdata/reference.csv", csv.String())
	if err := report.Write(&all, a, report.JSON, table.Terminal{}); err != nil {
		t.Fatal(err)
	}
	var value any
	if err := json.Unmarshal(all.Bytes(), &value); err != nil {
		t.Fatal(err)
	}
	numbers, err := json.Marshal(withoutSentences(value))
	if err != nil {
		t.Fatal(err)
	}
	compareGolden(t, "testdata/reference.json.sha256", fmt.Sprintf("%x\n", sha256.Sum256(numbers)))
}

// alike reports whether two CSV files have the same text, and numbers that differ by a
// hundred-thousandth at most.
func alike(got, want string) bool {
	cells := func(text string) []string { return strings.Split(strings.ReplaceAll(text, "\n", ","), ",") }
	return slices.EqualFunc(cells(got), cells(want), func(a, b string) bool {
		x, errX := strconv.ParseFloat(a, 64)
		y, errY := strconv.ParseFloat(b, 64)
		return a == b || errX == nil && errY == nil && math.Abs(x-y) <= 1e-5*math.Abs(y)+1e-12
	})
}

func TestAlike(t *testing.T) {
	for got, same := range map[string]bool{
		"a,,1.000001,\n": true, "a,,1,\n": true,
		"a,,1.0001,\n": false, "b,,1,\n": false, "a,1,,\n": false, "a,,1,\n1\n": false,
	} {
		if alike(got, "a,,1,\n") != same {
			t.Errorf("%q is like the other: %v", got, !same)
		}
	}
}

// compareGolden reports a text that is not that of the file, or writes it with -update.
func compareGolden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got == string(want) {
		return
	}
	lines := strings.Split(string(want), "\n")
	for i, line := range strings.Split(got, "\n") {
		if i >= len(lines) || line != lines[i] {
			t.Errorf("%s: line %d is now %.200q; look at the difference before you accept it with -update", path, i+1, line)
			return
		}
	}
	t.Errorf("%s has lines after those that are written now", path)
}

// withoutSentences drops the fields that are text for people, and the paths.
func withoutSentences(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for _, key := range []string{"verdict", "warnings", "outcome_reason", "why", "no_prediction", "files"} {
			delete(value, key)
		}
		for key := range value {
			value[key] = withoutSentences(value[key])
		}
	case []any:
		for i := range value {
			value[i] = withoutSentences(value[i])
		}
	}
	return value
}
