package cases

import "testing"

const events = 1 << 18

var pageSize = 4 << 10

func BenchmarkHistory(b *testing.B) {
	h := newHistory(events)
	b.ResetTimer()
	parallel(b, func(int) int { return int(h.Page(pageSize)) })
}

// Each worker has a page, which it clears, as make does.
func BenchmarkHistoryRepaired(b *testing.B) {
	h := newHistory(events)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		page := make([]byte, pageSize)
		sum := 0
		for pb.Next() {
			clear(page)
			sum += int(h.render(page))
		}
		sink.Add(int64(sum))
	})
}
