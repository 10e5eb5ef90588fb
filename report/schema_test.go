package report_test

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"

	"overlap/report/write"
)

func schema(t *testing.T) *jsonschema.Resolved {
	t.Helper()
	var s jsonschema.Schema
	if err := json.Unmarshal([]byte(write.Schema), &s); err != nil {
		t.Fatal(err)
	}
	resolved, err := s.Resolve(nil)
	if err != nil {
		t.Fatal(err)
	}
	return resolved
}

// everyField is a run that makes the fields which others leave out.
func everyField() *file {
	f := expecting("linear", 2, func(w, p int) float64 { return 8 })
	f.add("Known/executor=serial/workers=1/cores=1", 3)
	f.add("Known/variant=b/executor=pool/workers=1/cores=1", 8)
	f.add("Known/executor=pool/scaling=weak/workers=1/cores=1", 8)
	f.extra = "1 tasks-inflight 0.25 cpus-busy 0.001 gc-cpus"
	return f
}

// The schema allows no other fields, so a field that it does not describe fails
// here, and so does one that it requires and is gone.
func TestJSONIsAsTheSchemaSays(t *testing.T) {
	runs, err := filepath.Glob("../results/reference/*.txt")
	if err != nil || len(runs) != 1 {
		t.Fatalf("reference runs: %v, %v", runs, err)
	}
	foreign := save(t, "pkg: example.com/m\nBenchmarkMine/cores=1 1 5 ns/op\nBenchmarkMine/cores=2-2 1 3 ns/op\n")
	valid := schema(t)
	for _, path := range append(runs, everyField().save(t), foreign) {
		var b strings.Builder
		if err := write.JSON(&b, analyze(t, path)); err != nil {
			t.Fatal(err)
		}
		var value map[string]any
		if err := json.Unmarshal([]byte(b.String()), &value); err != nil {
			t.Fatal(err)
		}
		if err := valid.Validate(value); err != nil {
			t.Errorf("%s: report/write/schema.json does not describe what is written: %v", path, err)
		}
		value["surprise"] = 1
		if valid.Validate(value) == nil {
			t.Errorf("%s: the schema allows a field that it does not describe", path)
		}
	}
}

// Every object of the schema is closed and every field says what it is: a
// schema without words documents nothing.
func TestSchemaDescribesEveryField(t *testing.T) {
	var s any
	if err := json.Unmarshal([]byte(write.Schema), &s); err != nil {
		t.Fatal(err)
	}
	fields := 0
	var visit func(path string, v any)
	visit = func(path string, v any) {
		m, ok := v.(map[string]any)
		if !ok {
			return
		}
		if properties, ok := m["properties"].(map[string]any); ok {
			if m["additionalProperties"] != false {
				t.Errorf("%s allows fields that it does not describe", path)
			}
			for name, p := range properties {
				fields++
				if text, _ := p.(map[string]any)["description"].(string); text == "" {
					t.Errorf("%s/%s has no description", path, name)
				}
			}
		}
		for key, child := range m {
			visit(path+"/"+key, child)
		}
	}
	visit("", s)
	if fields < 40 {
		t.Errorf("only %d fields found", fields)
	}
}
