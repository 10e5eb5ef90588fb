package table

import "strconv"

// Count writes a number of things: 1 core, 2 cores, 0 cores. The plural of thing has to
// be formed with an s.
func Count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return strconv.Itoa(n) + " " + thing + "s"
}
