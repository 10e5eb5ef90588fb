package cases

import (
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"
)

// All workers write to one file.
func BenchmarkAudit(b *testing.B) {
	all := newAudit(b, 0)
	benchmarkAudit(b, func(int) *Audit { return all })
}

// Each worker writes to a file of its own.
func BenchmarkAuditRepaired(b *testing.B) {
	var files []*Audit
	for i := range 64 {
		files = append(files, newAudit(b, i))
	}
	benchmarkAudit(b, func(worker int) *Audit { return files[worker%len(files)] })
}

func newAudit(b *testing.B, n int) *Audit {
	file, err := os.Create(filepath.Join(b.TempDir(), strconv.Itoa(n)))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { file.Close() })
	return &Audit{file: file}
}

func benchmarkAudit(b *testing.B, audit func(worker int) *Audit) {
	block := make([]byte, 4096)
	var workers atomic.Int64
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		a := audit(int(workers.Add(1) - 1))
		for pb.Next() {
			if err := a.Log(block); err != nil {
				b.Error(err)
			}
		}
	})
}
