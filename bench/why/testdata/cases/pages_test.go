package cases

import (
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
)

// All workers share the place in the file.
func BenchmarkPages(b *testing.B) {
	all := openPages(b, writePages(b))
	benchmarkPages(b, func(int) *Pages { return all })
}

// Each worker opens the file for itself.
func BenchmarkPagesRepaired(b *testing.B) {
	path := writePages(b)
	var opened []*Pages
	for range 64 {
		opened = append(opened, openPages(b, path))
	}
	benchmarkPages(b, func(worker int) *Pages { return opened[worker%len(opened)] })
}

func writePages(b *testing.B) (path string) {
	path = filepath.Join(b.TempDir(), "pages")
	if err := os.WriteFile(path, make([]byte, 64*4096), 0o600); err != nil {
		b.Fatal(err)
	}
	return path
}

func openPages(b *testing.B, path string) *Pages {
	file, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { file.Close() })
	return &Pages{file: file}
}

func benchmarkPages(b *testing.B, pages func(worker int) *Pages) {
	var workers atomic.Int64
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		worker := int(workers.Add(1) - 1)
		p, page := pages(worker), make([]byte, 4096)
		for n := 32 * worker; pb.Next(); n++ {
			if err := p.Read(int64(n%64), page); err != nil {
				b.Error(err)
			}
		}
	})
}
