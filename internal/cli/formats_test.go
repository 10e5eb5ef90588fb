package cli

import (
	"reflect"
	"slices"
	"testing"

	"overlap/report"
)

// Each flag of a format selects its own and excludes the others; each format has a flag,
// except the table.
func TestFlagsSelectAllFormats(t *testing.T) {
	selected := []report.Format{report.Text}
	for field := range reflect.TypeFor[reportCmd]().Fields() {
		if field.Type.Kind() != reflect.Bool || field.Tag.Get("group") != "output" {
			continue
		}
		if field.Tag.Get("xor") != "form" {
			t.Errorf("%s lacks xor:\"form\": it would go together with other formats", field.Name)
		}
		if field.Name == "Schema" || field.Name == "Watch" { // instead of a format
			continue
		}
		var c reportCmd
		reflect.ValueOf(&c).Elem().FieldByIndex(field.Index).SetBool(true)
		format := c.format()
		if slices.Contains(selected, format) {
			t.Errorf("%s gives %s, which another flag gives, or none", field.Name, format)
		}
		selected = append(selected, format)
	}
	all := report.Formats()
	slices.Sort(all)
	slices.Sort(selected)
	if !slices.Equal(all, selected) {
		t.Errorf("flags select %q of the formats %q", selected, all)
	}
}
