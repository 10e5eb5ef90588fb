package cases

import "testing"

func BenchmarkPicture(b *testing.B)         { benchmarkPicture(b, picture) }
func BenchmarkPictureRepaired(b *testing.B) { benchmarkPicture(b, pictureRepaired) }

func benchmarkPicture(b *testing.B, picture func([][]int)) {
	lines := make([][]int, 128)
	for i := range lines {
		lines[i] = make([]int, 1024)
	}
	for i := 0; i < b.N; i++ {
		picture(lines)
	}
	sink.Add(int64(lines[1][1]))
}
