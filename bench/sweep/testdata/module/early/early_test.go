package early

import (
	"os"
	"testing"
	"time"
)

var workers = os.Getenv("OVERLAP_WORKERS")

func BenchmarkEarly(b *testing.B) {
	for i := 0; i < b.N; i++ {
		time.Sleep(time.Microsecond)
	}
	b.Log(workers)
}
