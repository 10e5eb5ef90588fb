package cases

import (
	"os"
	"sync"
)

// Pages reads pages of a file.
type Pages struct {
	mu   sync.Mutex
	file *os.File
}

// Read seeks and reads, for which it needs the lock.
func (p *Pages) Read(n int64, page []byte) error {
	p.mu.Lock() // why: lock or syscall
	defer p.mu.Unlock()
	if _, err := p.file.Seek(n*int64(len(page)), 0); err != nil { // why: syscall or lock
		return err
	}
	_, err := p.file.Read(page) // why: syscall or lock
	return err                  // why: lock holder
}
