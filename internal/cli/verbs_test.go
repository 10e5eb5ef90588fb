package cli

import (
	"context"
	"reflect"
	"slices"
	"testing"

	"github.com/alecthomas/kong"
)

// Kong finds these mistakes only when the verb runs, or never.
func TestVerbsAreComplete(t *testing.T) {
	parser, err := kong.New(&command{}, kong.ExplicitGroups(flagGroups))
	if err != nil {
		t.Fatal(err)
	}
	bound := []reflect.Type{reflect.TypeFor[context.Context](), reflect.TypeFor[*kong.Context](), reflect.TypeFor[*streams](), reflect.TypeFor[testArgs]()}
	for _, verb := range parser.Model.Leaves(false) {
		if verb.Name == sampleVerb || verb.Name == recordVerb {
			t.Errorf("%s is reserved: Main would not reach the verb", verb.Name)
		}
		run := verb.Target.Addr().MethodByName("Run")
		if !run.IsValid() {
			t.Errorf("%s has no method Run", verb.Name)
			continue
		}
		for in := range run.Type().Ins() {
			if !slices.Contains(bound, in) {
				t.Errorf("%s: Run takes %v, which nobody passes", verb.Name, in)
			}
		}
		values := slices.Clone(verb.Positional)
		for _, f := range verb.Flags {
			values = append(values, f.Value)
			if f.Group != nil && !slices.Contains(flagGroups, *f.Group) {
				t.Errorf("%s --%s: flagGroups has no group %q", verb.Name, f.Name, f.Group.Key)
			}
		}
		for _, v := range values {
			if list := v.Tag.Get("complete"); list != "" && valuesOf(v) == nil {
				t.Errorf("%s: valuesOf has no list %q", verb.Name, list)
			}
		}
	}
}
