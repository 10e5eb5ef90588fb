package gate

import (
	"reflect"
	"time"

	"overlap/internal/schemagen"
	"overlap/internal/table"
)

// SchemaOfTypes is what schema.json must be.
func SchemaOfTypes() ([]byte, error) {
	return schemagen.Of(reflect.TypeFor[reportJSON](), "What overlap check --json prints", map[reflect.Type]schemagen.Schema{
		reflect.TypeFor[table.Null](): {Type: []string{"number", "null"}},
		reflect.TypeFor[time.Time]():  {Type: "string"},
		reflect.TypeFor[Change]():     {As: reflect.TypeFor[changeJSON]()},
		reflect.TypeFor[Layouts]():    {As: reflect.TypeFor[layoutsJSON]()},
		reflect.TypeFor[Demand]():     {As: reflect.TypeFor[demandJSON]()},
		reflect.TypeFor[Span]():       {As: reflect.TypeFor[spanJSON]()},
	})
}
