package cases

import (
	"crypto/sha256"
	"sync"
)

// Cache keeps pages and verifies them before it hands them out.
type Cache struct {
	mu    sync.Mutex
	pages map[int]page
}

type page struct {
	text []byte
	sum  [sha256.Size]byte
}

func newCache(pages int) *Cache {
	c := &Cache{pages: map[int]page{}}
	for i := range pages {
		text := make([]byte, 2048)
		text[0] = byte(i)
		c.pages[i] = page{text, sha256.Sum256(text)}
	}
	return c
}

// Get verifies the page while it holds the lock.
func (c *Cache) Get(id int) bool {
	c.mu.Lock() // why: lock
	p := c.pages[id]
	ok := sha256.Sum256(p.text) == p.sum
	c.mu.Unlock() // why: lock holder
	return ok
}

// GetRepaired verifies the page, which nobody changes, after it released the lock.
func (c *Cache) GetRepaired(id int) bool {
	c.mu.Lock()
	p := c.pages[id]
	c.mu.Unlock()
	return sha256.Sum256(p.text) == p.sum
}
