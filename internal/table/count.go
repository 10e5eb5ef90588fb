package table

import "strconv"

// Count is a number of things: 1 core, 2 cores, 0 cores. It is for every count that
// can be 1; nouns whose plural is not by an s are not among those that we count.
func Count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return strconv.Itoa(n) + " " + thing + "s"
}
