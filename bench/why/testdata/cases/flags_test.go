package cases

import "testing"

func BenchmarkFlags(b *testing.B)         { benchmarkFlags(b, (*Flags).Enabled) }
func BenchmarkFlagsRepaired(b *testing.B) { benchmarkFlags(b, (*Flags).EnabledRepaired) }

// An op is a request, which asks for 100 flags.
func benchmarkFlags(b *testing.B, enabled func(*Flags, int) bool) {
	f := newFlags(100)
	parallel(b, func(int) (on int) {
		for flag := range 100 {
			if enabled(f, flag) {
				on++
			}
		}
		return on
	})
}
