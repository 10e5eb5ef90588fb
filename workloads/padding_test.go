package workloads

import (
	"testing"
	"unsafe"
)

// What one task writes often is on cache lines of its own: two of them, because
// processors fetch the neighbour along.
func TestStateIsPadded(t *testing.T) {
	for name, size := range map[string]uintptr{
		"counterShard": unsafe.Sizeof(counterShard{}),
		"fork":         unsafe.Sizeof(fork{}),
		"plate":        unsafe.Sizeof(plate{}),
		"bufferActor":  unsafe.Sizeof(bufferActor{}),
		"ringMember":   unsafe.Sizeof(ringMember{}),
		"pipelineSlot": unsafe.Sizeof(pipelineSlot{}),
		"waveTile":     unsafe.Sizeof(waveTile{}),
	} {
		if size != 128 {
			t.Errorf("%s has %d bytes, want 128", name, size)
		}
	}
	var j counterJob
	for name, apart := range map[string]uintptr{
		"mu and rw":   unsafe.Offsetof(j.rw) - unsafe.Offsetof(j.count) - unsafe.Sizeof(j.count),
		"rw and one":  unsafe.Offsetof(j.one) - unsafe.Offsetof(j.twins) - unsafe.Sizeof(j.twins),
		"one and box": unsafe.Offsetof(j.box) - unsafe.Offsetof(j.one) - unsafe.Sizeof(j.one),
	} {
		if apart < 128 {
			t.Errorf("%s of counterJob are %d bytes apart, want 128", name, apart)
		}
	}
	for variant, want := range map[string]uintptr{"padded": 128, "unpadded": 8} {
		j := newJob(t, Counter, Params{Size: Small, Workers: 1, Variant: variant}).(*counterJob)
		if got := uintptr(j.stride) * unsafe.Sizeof(j.words[0]); got != want {
			t.Errorf("%s: the numbers are %d bytes apart, want %d", variant, got, want)
		}
	}
}
