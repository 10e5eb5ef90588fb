package primitives

import (
	"testing"
	"unsafe"
)

// What one worker writes often shares no pair of cache lines with what others
// write, on systems of 32 bits, too.
func TestWorkersWriteApart(t *testing.T) {
	var k core
	for name, apart := range map[string]uintptr{
		"lane":                         unsafe.Sizeof(lane{}),
		"share":                        unsafe.Sizeof(share{}),
		"core.pool and core.submitted": unsafe.Offsetof(k.submitted) - unsafe.Offsetof(k.pool) - unsafe.Sizeof(k.pool),
	} {
		if apart < 128 {
			t.Errorf("%s: %d bytes apart, want 128", name, apart)
		}
	}
}
