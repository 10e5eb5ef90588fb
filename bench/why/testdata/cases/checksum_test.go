package cases

import (
	"crypto/sha256"
	"testing"
)

func BenchmarkChecksum(b *testing.B)         { benchmarkChecksum(b, checksum) }
func BenchmarkChecksumRepaired(b *testing.B) { benchmarkChecksum(b, checksumRepaired) }

func benchmarkChecksum(b *testing.B, checksum func([][]byte, [][sha256.Size]byte)) {
	files := make([][]byte, 256)
	for i := range files {
		files[i] = make([]byte, 4096)
	}
	sums := make([][sha256.Size]byte, len(files))
	for i := 0; i < b.N; i++ {
		checksum(files, sums) // why: too-few
	}
	sink.Add(int64(sums[0][0]))
}
