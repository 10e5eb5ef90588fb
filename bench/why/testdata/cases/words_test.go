package cases

import "testing"

func BenchmarkWords(b *testing.B) {
	text := newText()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			sink.Store(int64(words(text)))
		}
	})
}

func BenchmarkWordsRepaired(b *testing.B) {
	text := newText()
	b.RunParallel(func(pb *testing.PB) {
		counts := map[int]int{}
		for pb.Next() {
			sink.Store(int64(wordsRepaired(counts, text)))
		}
	})
}

// newText returns 2048 different words.
func newText() []int {
	text := make([]int, 2048)
	for i := range text {
		text[i] = i * 7919
	}
	return text
}
