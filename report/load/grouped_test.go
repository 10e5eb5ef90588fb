package load

import (
	"fmt"
	"testing"
)

func TestFurtherReasonsAreCounted(t *testing.T) {
	for reasons, want := range map[int]string{2: "c1: reason 1", 3: "and 1 further reason", 4: "and 2 further reasons"} {
		var r Reasons
		for i := range reasons {
			r.AddFor("p", fmt.Sprint("c", i), fmt.Sprint("reason ", i))
		}
		list := r.Sentences(2)
		if last := list[len(list)-1]; last != want {
			t.Errorf("of %d reasons the last sentence is %q, want %q", reasons, last, want)
		}
	}
}
