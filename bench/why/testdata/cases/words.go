package cases

// words counts how often words occur, in a map that grows from nothing.
func words(text []int) int {
	counts := map[int]int{}
	for _, word := range text {
		counts[word]++ // why: allocator or allocation
	}
	return len(counts)
}

// wordsRepaired counts in a map that it was given.
func wordsRepaired(counts map[int]int, text []int) int {
	clear(counts)
	for _, word := range text {
		counts[word]++
	}
	return len(counts)
}
