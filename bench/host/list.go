package host

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// MaxCPUs is the most CPUs that a list may name, and one more than the highest
// number in it: what Linux can be built for.
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

// parseMask reads a set of CPUs in the kernel's format of masks: hexadecimal words
// of 32 bits, the highest first, such as 1,0000ffff. The CPUs ascend.
func parseMask(s string) ([]int, error) {
	words := strings.Split(s, ",")
	var ids []int
	for i := range words {
		word, err := strconv.ParseUint(strings.TrimSpace(words[len(words)-1-i]), 16, 32)
		if err != nil {
			return nil, fmt.Errorf("%q is not a mask of CPUs such as 1,0000ffff", oneLine(s))
		}
		for bit := range 32 {
			if id := 32*i + bit; word>>bit&1 == 1 {
				if id >= MaxCPUs {
					return nil, fmt.Errorf("CPU %d: numbers end at %d", id, MaxCPUs-1)
				}
				ids = append(ids, id)
			}
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
