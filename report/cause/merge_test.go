package cause

import (
	"math"
	"slices"
	"strconv"
	"testing"
)

func lineAt(function string, number int) Line {
	return Line{"example.com/m." + function, "file.go", number}
}

// Causes that one repair removes are one cause: their cores add up, and the largest names
// them.
func TestMergeJoinsWhatGoesAwayTogether(t *testing.T) {
	unlock, send, receive := lineAt("Get", 14), lineAt("Send", 5), lineAt("Receive", 7)
	lock := Cause{Kind: Lock, Cores: 0.5, Line: lineAt("Get", 11), Holder: &unlock}
	for name, c := range map[string]struct {
		list []Cause
		want []string
	}{
		"data that moves with the lock": {
			[]Cause{lock, {Kind: Slower, Cores: 0.2, CPU: 0.2, Line: lineAt("read", 30), Path: []Line{lineAt("Get", 12)}}},
			[]string{"lock Get:11 <- Get:14 0.7"},
		},
		"data outside of the lock": {
			[]Cause{lock, {Kind: Slower, Cores: 0.2, CPU: 0.2, Line: lineAt("Get", 15)}},
			[]string{"lock Get:11 <- Get:14 0.5", "slower Get:15 0.2"},
		},
		"spinning": {
			[]Cause{lock, {Kind: Lock, Cores: 0.6, CPU: 0.6, Line: lineAt("Get", 11)}},
			[]string{"lock Get:11 <- Get:14 1.1"},
		},
		"more CPU time than waiting, at the other end": {
			[]Cause{{Kind: Channel, Cores: 0.4, CPU: 0.4, Line: send}, {Kind: Channel, Cores: 0.2, Line: receive, Holder: &send}},
			[]string{"channel Receive:7 <- Send:5 0.6"},
		},
		"two ends of a channel": {
			[]Cause{{Kind: Channel, Cores: 0.3, Line: receive, Holder: &send}, {Kind: Channel, Cores: 0.2, Line: send, Holder: &receive}},
			[]string{"channel Receive:7 <- Send:5 0.5"},
		},
		"two channels": {
			[]Cause{{Kind: Channel, Cores: 0.3, Line: receive, Holder: &send}, {Kind: Channel, Cores: 0.2, Line: send, Holder: &unlock}},
			[]string{"channel Receive:7 <- Send:5 0.3", "channel Send:5 <- Get:14 0.2"},
		},
		"allocation": {
			[]Cause{{Kind: Allocator, Cores: 0.3, CPU: 0.3, Line: send}, {Kind: GC, Cores: 0.4, CPU: 0.4, Line: send}, {Kind: GC, Cores: 0.1, CPU: 0.1, Line: receive}},
			[]string{"gc Send:5 0.7", "gc Receive:7 0.1"},
		},
	} {
		var got []string
		for _, m := range merge(c.list) {
			got = append(got, named(m)+" "+strconv.FormatFloat(math.Round(100*m.Cores)/100, 'g', -1, 64))
			if m.Mutual != (name == "two ends of a channel") {
				t.Errorf("%s: mutual is %v", name, m.Mutual)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, not %q", name, got, c.want)
		}
	}
}
