package write

import (
	"flag"
	"os"
	"reflect"
	"testing"

	"overlap/internal/interval"
	"overlap/internal/schemagen"
	"overlap/internal/table"
)

var update = flag.Bool("update", false, "write schema.json")

// The schema is that of the types, with their comments.
func TestSchemaIsOfTheTypes(t *testing.T) {
	number, one := []string{"number", "null"}, 1
	text, err := schemagen.Of(reflect.TypeFor[documentJSON](), "What overlap report --json prints, and writes as report.json", map[reflect.Type]schemagen.Schema{
		reflect.TypeFor[table.Null](): {Type: number},
		reflect.TypeFor[natural]():    {Type: []string{"integer", "null"}, Minimum: &one},
		reflect.TypeFor[interval.Interval](): {
			Type: []string{"object", "null"}, Additional: false, Required: []string{"value", "low", "high"},
			Description: "a value with the bounds of its 95 % interval; null if it was not measured",
			Properties: map[string]*schemagen.Schema{
				"value": {Type: number, Description: "null if it is not finite"},
				"low":   {Type: number, Description: "lower bound; null of fewer than three samples"},
				"high":  {Type: number, Description: "upper bound; null of fewer than three samples"},
			},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("schema.json", text, 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	if string(text) != Schema {
		t.Error("schema.json is not that of the types: go test -run Schema -update writes it")
	}
}
