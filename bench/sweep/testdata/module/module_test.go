package foreign

import (
	"os"
	"strconv"
	"sync"
	"testing"

	"example.com/foreign/internal/lib"
)

func TestNothing(t *testing.T) { t.Fatal("tests are not run") }

func BenchmarkSerial(b *testing.B) {
	for i := 0; i < b.N; i++ {
		lib.Spin(10000)
	}
}

func BenchmarkParallel(b *testing.B) {
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			lib.Spin(10000)
		}
	})
}

func BenchmarkLoop(b *testing.B) {
	if _, err := os.ReadFile("testdata/input.txt"); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		lib.Spin(10000)
	}
}

func BenchmarkSub(b *testing.B) {
	for _, size := range []int{100, 1000} {
		b.Run("size="+strconv.Itoa(size), func(b *testing.B) {
			b.Run("a b-4", func(b *testing.B) {
				b.ReportAllocs()
				for i := 0; i < b.N; i++ {
					lib.Spin(size)
				}
			})
			b.Run("cores=7", func(b *testing.B) {
				for i := 0; i < b.N; i++ {
					lib.Spin(size)
				}
			})
		})
	}
}

func BenchmarkSkipped(b *testing.B) { b.Skip("not here") }

func BenchmarkWorkers(b *testing.B) {
	workers := 1
	if s := os.Getenv("OVERLAP_WORKERS"); s != "" {
		var err error
		if workers, err = strconv.Atoi(s); err != nil {
			b.Fatal(err)
		}
	}
	b.ResetTimer()
	for i := 0; i < b.N; i++ {
		var wg sync.WaitGroup
		for range workers {
			wg.Go(func() { lib.Spin(20000 / workers) })
		}
		wg.Wait()
	}
	b.ReportMetric(float64(workers), "workers")
}
