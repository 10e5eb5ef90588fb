package cases

// Tally is what one worker has counted.
type Tally struct{ kinds [4]int }

// PaddedTally has cache lines of its own.
type PaddedTally struct {
	_ [128]byte
	Tally
	_ [128]byte
}

// Count counts the bytes of each kind.
func (t *Tally) Count(text []byte) {
	for _, c := range text {
		t.kinds[c%4]++ // why: memory
	}
}
