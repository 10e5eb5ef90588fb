package cases

import "crypto/sha256"

// digest stands for what a program is for: it computes on data of its own, about
// a microsecond a round.
func digest(rounds, seed int) byte {
	var block [1024]byte
	block[0] = byte(seed)
	for range rounds {
		sum := sha256.Sum256(block[:])
		copy(block[:], sum[:])
	}
	return block[0]
}
