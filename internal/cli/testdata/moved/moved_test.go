package moved

import "testing"

func TestEdition(t *testing.T) { t.Log(Edition) }

var sink int

func each(b *testing.B, f func() int) {
	for range b.N {
		sink += f()
	}
}

func BenchmarkCollatz(b *testing.B) { each(b, Collatz) }
func BenchmarkSearch(b *testing.B)  { each(b, Search) }
func BenchmarkSort(b *testing.B)    { each(b, Sort) }
func BenchmarkJSON(b *testing.B)    { each(b, JSON) }
func BenchmarkMatch(b *testing.B)   { each(b, Match) }
func BenchmarkCount(b *testing.B)   { each(b, Count) }
func BenchmarkFields(b *testing.B)  { each(b, Fields) }
func BenchmarkLog(b *testing.B)     { each(b, Log) }
func BenchmarkRun(b *testing.B)     { each(b, Run) }

func BenchmarkHash(b *testing.B) {
	for range b.N {
		sink += int(Hash()[0])
	}
}
