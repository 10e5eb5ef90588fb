package cases

import (
	"strings"
	"testing"
)

func BenchmarkRegistry(b *testing.B)         { benchmarkRegistry(b, (*Registry).Lookup) }
func BenchmarkRegistryRepaired(b *testing.B) { benchmarkRegistry(b, (*Registry).LookupRepaired) }

// An op looks up the 64 parts of a request.
func benchmarkRegistry(b *testing.B, lookup func(*Registry, string) int) {
	names := strings.Fields(strings.Repeat("auth log trace cors gzip cache limit retry ", 8))
	r := newRegistry(names)
	parallel(b, func(int) (sum int) {
		for _, name := range names {
			sum += lookup(r, name)
		}
		return sum
	})
}
