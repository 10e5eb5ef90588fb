package cases

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"testing"
)

// A twin does the work of its case, so that only the cause is gone.
func TestTwinsDoTheSameWork(t *testing.T) {
	filled := func(publish func([]byte)) []byte {
		blocks := make([]byte, 50)
		publish(blocks)
		return blocks
	}
	served := func(startUp func(settings, answers []byte)) []byte {
		answers := make([]byte, 50)
		startUp(make([]byte, 50), answers)
		return answers
	}
	summed := func(checksum func([][]byte, [][sha256.Size]byte)) [][sha256.Size]byte {
		sums := make([][sha256.Size]byte, 3)
		checksum([][]byte{{1}, {2, 3}, {4}}, sums)
		return sums
	}
	drawn := func(picture func([][]int)) [][]int {
		lines := [][]int{make([]int, 20), make([]int, 20), make([]int, 20)}
		picture(lines)
		return lines
	}
	compared := func(distances func(items, nearest []int)) []int {
		nearest := make([]int, 5)
		distances([]int{7, 1, 4, 4, 12}, nearest)
		return nearest
	}
	text, counts := append(newText(), newText()...), map[int]int{-1: 1}
	arena := Arena{nodes: make([]Node, 1<<10)}
	for name, results := range map[string][2]any{
		"Checksum": {summed(checksum), summed(checksumRepaired)},
		"Crawl":    {crawl([]int{9, 2, 4}), crawlRepaired([]int{9, 2, 4})},
		"Picture":  {drawn(picture), drawn(pictureRepaired)},
		"Pipeline": {pipeline(200), pipelineRepaired(200)},
		"Seal":     {filled(publish), filled(publishRepaired)},
		"StartUp":  {served(startUp), served(startUpRepaired)},
		"Tree":     {parse(9).read(), arena.parse(9).read()},
		"Triangle": {compared(distances), compared(distancesRepaired)},
		"Words":    {words(text), wordsRepaired(counts, text)},
	} {
		if a, b := fmt.Sprint(results[0]), fmt.Sprint(results[1]); a != b || slices.Contains([]string{"0", "[]"}, a) {
			t.Errorf("%s gives %s, its twin %s", name, a, b)
		}
	}
}
