package host_test

import (
	"slices"
	"testing"

	"overlap/bench/host"
)

func TestFormatList(t *testing.T) {
	for want, ids := range map[string][]int{
		"":          nil,
		"0":         {0},
		"0-1":       {1, 0},
		"0,2,4-7,9": {9, 7, 6, 5, 4, 2, 0},
	} {
		if got := host.FormatList(ids); got != want {
			t.Errorf("FormatList(%v) = %q, want %q", ids, got, want)
		}
	}
}

func TestParseListKeepsTheOrder(t *testing.T) {
	for text, want := range map[string][]int{
		"0":         {0},
		"4-6,2, 0 ": {4, 5, 6, 2, 0},
		"8191":      {8191},
	} {
		if got, err := host.ParseList(text); err != nil || !slices.Equal(got, want) {
			t.Errorf("ParseList(%q) = %v, %v; want %v", text, got, err, want)
		}
	}
}

func TestParseListRefuses(t *testing.T) {
	for _, text := range []string{"", " ", ",", "1,", "1-", "-1", "2-1", "0-4294967295", "0-99999999999999999999", "8192", "1,1", "0-3,2", "1 2", "0x1", "+1", "1-2-3", "0-7:2/4", "\x00"} {
		if got, err := host.ParseList(text); err == nil {
			t.Errorf("ParseList(%q) = %v", text, got)
		}
	}
}

func FuzzParseList(f *testing.F) {
	for _, seed := range []string{"0,2,4-7", "7,4-6,2-3,0", "0-4294967295", "", "3-1", "0\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		ids, err := host.ParseList(text)
		if err != nil {
			return
		}
		again, err := host.ParseList(host.FormatList(ids))
		if err != nil || !slices.Equal(again, slices.Sorted(slices.Values(ids))) || len(ids) == 0 || len(ids) > host.MaxCPUs {
			t.Errorf("%q is %v, formatted and read again %v, %v", text, ids, again, err)
		}
		if again, err := host.ParseList(host.FormatOrder(ids)); err != nil || !slices.Equal(again, ids) {
			t.Errorf("%q is %v, in order %s, read again %v, %v", text, ids, host.FormatOrder(ids), again, err)
		}
	})
}
