package workloads

import (
	"encoding/binary"
	"hash/crc32"
	"math/rand/v2"
	"sync"
	"unsafe"
)

// diskBlock is the size of a block in bytes. File systems and direct reads want
// sizes, offsets and addresses in memory to be multiples of it.
const diskBlock = 4096

// block holds its number, the round of the job that wrote it, random bytes,
// which no disk can compress, and at its end a checksum of all this.
type block [diskBlock]byte

// diskBlocks holds blocks that no task uses.
var diskBlocks = sync.Pool{New: func() any { return newBlock() }}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// newBlock returns a block at an address that direct reads can use.
func newBlock() *block {
	memory := make([]byte, 2*diskBlock)
	past := int(uintptr(unsafe.Pointer(&memory[0])) % diskBlock)
	b := (*block)(memory[(diskBlock-past)%diskBlock:])
	rand.NewChaCha8([32]byte{}).Read(b[:])
	return b
}

// seal makes b the block of that number and round.
func (b *block) seal(number, round int64) {
	binary.LittleEndian.PutUint64(b[0:], uint64(number))
	binary.LittleEndian.PutUint64(b[8:], uint64(round))
	binary.LittleEndian.PutUint32(b[diskBlock-4:], b.checksum())
}

// valid reports whether b is the undamaged block of that number and round.
func (b *block) valid(number, round int64) bool {
	return binary.LittleEndian.Uint64(b[0:]) == uint64(number) &&
		binary.LittleEndian.Uint64(b[8:]) == uint64(round) &&
		binary.LittleEndian.Uint32(b[diskBlock-4:]) == b.checksum()
}

func (b *block) checksum() uint32 { return crc32.Checksum(b[:diskBlock-4], castagnoli) }
