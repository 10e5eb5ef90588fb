package knob

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
)

// order is a small document, as services exchange them.
type order struct {
	ID    int      `json:"id"`
	Name  string   `json:"name"`
	Price float64  `json:"price"`
	Tags  []string `json:"tags"`
}

var (
	sold    = order{ID: 4711, Name: "two cashiers", Price: 12.5, Tags: []string{"new", "sold"}}
	written = []byte(`{"id":4711,"name":"two cashiers","price":12.5,"tags":["new","sold"]}`)
	line    = "2026-11-22T10:00:00Z info server started on port 8080 with 16 workers, 2 cores and no patience"
	served  = regexp.MustCompile(`[a-z]+ on port (\d+) with`)
)

func BenchmarkJSONEncode(b *testing.B) {
	var out []byte
	serial(b, func() {
		var err error
		if out, err = json.Marshal(&sold); err != nil {
			b.Fatal(err)
		}
	})
	if string(out) != string(written) {
		b.Fatalf("wrote %s", out)
	}
}

func BenchmarkJSONDecode(b *testing.B) {
	var read order
	serial(b, func() {
		read = order{}
		if err := json.Unmarshal(written, &read); err != nil {
			b.Fatal(err)
		}
	})
	if read.ID != sold.ID || len(read.Tags) != len(sold.Tags) {
		b.Fatalf("read %+v", read)
	}
}

func BenchmarkStringsFields(b *testing.B) {
	var words []string
	serial(b, func() { words = strings.Fields(line) })
	if len(words) != 15 {
		b.Fatalf("%d words", len(words))
	}
}

func BenchmarkRegexp(b *testing.B) {
	found := false
	serial(b, func() { found = served.MatchString(line) })
	if !found {
		b.Fatal("no match")
	}
}
