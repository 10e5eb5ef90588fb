package cases

import "sync"

var buffers = sync.Pool{New: func() any {
	buffer := make([]byte, 32<<10) // why: allocation or allocator
	return &buffer
}}

// respond takes a buffer from the pool and forgets to give it back.
func respond(n int) byte {
	buffer := buffers.Get().(*[]byte) // why: allocation or allocator
	return fill(*buffer, n)
}

// respondRepaired gives it back.
func respondRepaired(n int) byte {
	buffer := buffers.Get().(*[]byte)
	defer buffers.Put(buffer)
	return fill(*buffer, n)
}

// fill writes an answer.
func fill(buffer []byte, n int) byte {
	for i := range 1024 {
		buffer[i] = byte(n + i)
	}
	return buffer[n%1024]
}
