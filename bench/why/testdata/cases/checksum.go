package cases

import "crypto/sha256"

// checksum computes the checksums of files, one after the other.
func checksum(files [][]byte, sums [][sha256.Size]byte) {
	for i, text := range files { // why: too-few
		sums[i] = sha256.Sum256(text) // why: too-few
	}
}

// checksumRepaired computes them on all cores.
func checksumRepaired(files [][]byte, sums [][sha256.Size]byte) {
	inParts(len(files), func(from, to int) { checksum(files[from:to], sums[from:to]) })
}
