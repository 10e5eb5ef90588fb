package cases

// picture decodes lines by itself and then scales them on all cores.
func picture(lines [][]int) {
	for i := range lines {
		decode(lines[i], i) // why: too-few or serial
	}
	inParts(len(lines), func(from, to int) {
		for i := from; i < to; i++ {
			scale(lines[i])
		}
	})
}

// pictureRepaired also decodes on all cores.
func pictureRepaired(lines [][]int) {
	inParts(len(lines), func(from, to int) {
		for i := from; i < to; i++ {
			decode(lines[i], i)
			scale(lines[i])
		}
	})
}

// decode makes up a line.
func decode(line []int, seed int) {
	x := seed
	for i := range line { // why: too-few or serial
		x = x*1103515245 + 12345 // why: too-few or serial
		x ^= x >> 13 & 1023      // why: too-few or serial
		line[i] = x >> 16 & 255  // why: too-few or serial
	}
}

// scale smooths a line.
func scale(line []int) {
	last := 0
	for i, x := range line {
		last = (3*last + x) / 4
		line[i] = last
	}
}
