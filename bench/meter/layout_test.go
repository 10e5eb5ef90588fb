package meter

import (
	"testing"
	"unsafe"
)

// What one worker writes often shares no pair of cache lines with what others
// write, on systems of 32 bits, too.
func TestWorkersWriteApart(t *testing.T) {
	var k worker
	end := unsafe.Offsetof(k.full) + unsafe.Sizeof(k.full)
	if apart := unsafe.Sizeof(k) - end; apart < 128 {
		t.Errorf("two workers are %d bytes apart, want 128", apart)
	}
	if size := unsafe.Sizeof(shard{}); size != 128 {
		t.Errorf("a shard has %d bytes, want 128", size)
	}
}
