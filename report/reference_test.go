package report_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"overlap/internal/table"
	"overlap/report"
)

// The numbers of the reference run are those of the time before the report had rooms,
// to the digit: in six digits wherever it runs, and in all of them, the laws and their
// bootstrap included, where the processor rounds as it did then. Sentences may change.
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
	want, err := os.ReadFile("testdata/reference.csv")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(csv.Bytes(), want) {
		t.Error("the CSV is not testdata/reference.csv")
	}
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
	const sum = "dee4ea18889811488e46c4ecf48035d7b874f9184a6f43af5c35680f3bbad61c"
	if got := fmt.Sprintf("%x", sha256.Sum256(numbers)); runtime.GOARCH == "amd64" && got != sum {
		t.Errorf("the numbers of the JSON have the sum %s, want %s", got, sum)
	}
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
