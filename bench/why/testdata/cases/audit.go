package cases

import (
	"os"
	"sync"
)

// Audit writes what happened to a file, whose last 64 KiB it keeps.
type Audit struct {
	mu   sync.Mutex
	file *os.File
	at   int64
}

// Log writes a block while it holds the lock.
func (a *Audit) Log(block []byte) error {
	a.mu.Lock()                           // why: lock or syscall
	_, err := a.file.WriteAt(block, a.at) // why: syscall or lock
	a.at = (a.at + int64(len(block))) % 65536
	a.mu.Unlock() // why: lock holder
	return err
}
