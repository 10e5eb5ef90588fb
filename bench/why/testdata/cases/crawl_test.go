package cases

import "testing"

func BenchmarkCrawl(b *testing.B)         { benchmarkCrawl(b, crawl) }
func BenchmarkCrawlRepaired(b *testing.B) { benchmarkCrawl(b, crawlRepaired) }

func benchmarkCrawl(b *testing.B, crawl func([]int) int) {
	sites := []int{600, 40, 40, 40, 40, 40}
	for i := 0; i < b.N; i++ {
		sink.Add(int64(crawl(sites)))
	}
}
