package cases

import "sync/atomic"

// Progress is how far one worker is. Others read it, to show it.
type Progress struct{ files, bytes atomic.Int64 }

// PaddedProgress has cache lines of its own.
type PaddedProgress struct {
	_ [128]byte
	Progress
	_ [128]byte
}

// Advance notes a file.
func (p *Progress) Advance(size int) {
	p.files.Add(1)           // why: atomic or memory
	p.bytes.Add(int64(size)) // why: atomic or memory
}
