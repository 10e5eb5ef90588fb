package cases

import "testing"

func BenchmarkStartUp(b *testing.B)         { benchmarkStartUp(b, startUp) }
func BenchmarkStartUpRepaired(b *testing.B) { benchmarkStartUp(b, startUpRepaired) }

func benchmarkStartUp(b *testing.B, startUp func(settings, answers []byte)) {
	settings, answers := make([]byte, 400), make([]byte, 400)
	for i := 0; i < b.N; i++ {
		startUp(settings, answers)
	}
	sink.Add(int64(answers[0]))
}
