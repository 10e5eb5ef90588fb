package workloads

import "testing"

func TestSplitmix(t *testing.T) {
	// The first numbers from seed 0 of the reference, splitmix64.c (Vigna, 2015).
	for i, want := range []uint64{0xe220a8397b1dcdaf, 0x6e789e6aa1b965f4, 0x06c45d188009454f} {
		if got := splitmixAt(uint64(i)); got != want {
			t.Errorf("number %d is %x, want %x", i, got, want)
		}
	}
}
