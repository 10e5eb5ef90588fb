package host

import (
	"fmt"
	"math/bits"
	"slices"
	"strconv"
	"strings"
)

// MaxCPUs is how many CPUs Linux can be built for. Their numbers are below it.
const MaxCPUs = 8192

// ParseList reads CPU numbers in the kernel's list format, such as 0,2,4-7. It
// keeps their order and returns an error for an empty list, for a CPU named
// twice and for numbers from MaxCPUs.
func ParseList(s string) ([]int, error) {
	var ids []int
	var seen [MaxCPUs]bool
	for field := range strings.SplitSeq(s, ",") {
		first, last, isRange := strings.Cut(strings.TrimSpace(field), "-")
		if !isRange {
			last = first
		}
		from, err1 := strconv.ParseUint(first, 10, 32)
		to, err2 := strconv.ParseUint(last, 10, 32)
		if err1 != nil || err2 != nil || from > to {
			return nil, fmt.Errorf("%q is not a list of CPUs such as 0,2,4-7", oneLine(s))
		}
		if to >= MaxCPUs {
			return nil, fmt.Errorf("CPU %d: numbers end at %d", to, MaxCPUs-1)
		}
		for id := int(from); id <= int(to); id++ {
			if seen[id] {
				return nil, fmt.Errorf("CPU %d is named twice", id)
			}
			seen[id] = true
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// parseMask reads CPU numbers in the kernel's mask format: hexadecimal digits, the
// lowest bits last, in groups of 32 bits between commas, such as ff,00000001.
func parseMask(s string) (ids []int, err error) {
	groups := strings.Split(s, ",")
	for i, group := range groups {
		set, err := strconv.ParseUint(group, 16, 32)
		if err != nil || i > 0 && len(group) != 8 {
			return nil, fmt.Errorf("%q is not a mask of CPUs such as ff,00000001", oneLine(s))
		}
		first := 32 * (len(groups) - 1 - i)
		for ; set != 0; set &= set - 1 {
			id := first + bits.TrailingZeros64(set)
			if id >= MaxCPUs {
				return nil, fmt.Errorf("CPU %d: numbers end at %d", id, MaxCPUs-1)
			}
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// FormatList writes CPU numbers in the kernel's list format, such as 0-3,8.
func FormatList(ids []int) string {
	ids = slices.Sorted(slices.Values(ids))
	var b strings.Builder
	for i := 0; i < len(ids); {
		j := i
		for j+1 < len(ids) && ids[j+1] == ids[j]+1 {
			j++
		}
		if b.Len() > 0 {
			b.WriteByte(',')
		}
		b.WriteString(strconv.Itoa(ids[i]))
		if j > i {
			b.WriteString("-" + strconv.Itoa(ids[j]))
		}
		i = j + 1
	}
	return b.String()
}

// FormatOrder writes CPU numbers in the list format without changing their
// order, such as 4-6,2,0: ParseList reads the same again.
func FormatOrder(ids []int) string {
	var parts []string
	for i := 0; i < len(ids); {
		j := i + 1
		for j < len(ids) && ids[j] == ids[j-1]+1 {
			j++
		}
		if j-i > 2 {
			parts = append(parts, fmt.Sprintf("%d-%d", ids[i], ids[j-1]))
		} else {
			j = i + 1
			parts = append(parts, strconv.Itoa(ids[i]))
		}
		i = j
	}
	return strings.Join(parts, ",")
}
