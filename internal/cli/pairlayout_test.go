package cli

import (
	"slices"
	"testing"
	"time"
)

// What the user tells the linker is told again, since a flag on the command line
// hides the same one in GOFLAGS; the last that matches a package counts.
func TestUsersLinkerFlagsStay(t *testing.T) {
	for goflags, want := range map[string][]string{
		"":                        {"-ldflags=-s -w -randlayout=7"},
		"-mod=mod -tags=a":        {"-ldflags=-s -w -randlayout=7"},
		"-ldflags=-X=m/p.name=me": {"-ldflags=-s -w -randlayout=7", "-ldflags=-s -w -X=m/p.name=me -randlayout=7"},
		"--ldflags=-race -v":      {"-ldflags=-s -w -randlayout=7", "-ldflags=-s -w -race -randlayout=7"},
		"-ldflags=":               {"-ldflags=-s -w -randlayout=7", "-ldflags=-s -w  -randlayout=7"},
		` '-ldflags=-X "m.a=b c" -linkmode=external'  "-ldflags=all=-w"`: {
			"-ldflags=-s -w -randlayout=7",
			`-ldflags=-s -w -X "m.a=b c" -linkmode=external -randlayout=7`,
			"-ldflags=all=-s -w -w -randlayout=7",
		},
		"-ldflags=./...=-X=a.b=c -gcflags=-ldflags=x": {"-ldflags=-s -w -randlayout=7", "-ldflags=./...=-s -w -X=a.b=c -randlayout=7"},
		"'-ldflags=unclosed":                          {"-ldflags=-s -w -randlayout=7", "-ldflags=unclosed=-s -w  -randlayout=7"}, // the go command says what is wrong
	} {
		s := &side{env: []string{"GOFLAGS=" + goflags, "GOWORK=off"}}
		if got := s.shuffled(7); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", goflags, got, want)
		}
		if got := s.shuffled(0); got != nil {
			t.Errorf("%s: the linker's own order is %q", goflags, got)
		}
	}
}

// Links cost time, of which the budget is kept; fewer layouts than can tell
// anything are not drawn.
func TestBudgetHasRoomForLinks(t *testing.T) {
	const second = time.Second
	for _, c := range []struct {
		budget        time.Duration
		points        int
		link          time.Duration
		blocks, every int
	}{
		{0, 1, 0, 30, 1},
		{0, 10, second, 30, 1},
		{0, 1, 20 * second, 30, 2}, // 15 links
		{10 * second, 1, 0, 29, 1},
		{20 * second, 1, second / 2, 23, 1},
		{60 * second, 1, second, 70, 2},
		{64 * second, 1, 4 * second, 14, 1}, // √(4/.34) is 3, but that would be 12 links
		{600 * second, 1, 10 * second, 255, 5},
		{200 * second, 10, second / 2, 51, 1},
	} {
		blocks, every, err := (&checkCmd{Budget: c.budget}).rounds(outlook{points: c.points, round: time.Duration(4*c.points) * slotWall}, c.link, choice{})
		if err != nil || blocks != c.blocks || every != c.every {
			t.Errorf("%+v: %d blocks, %d to a pair of layouts, %v", c, blocks, every, err)
		}
		if blocks/every < leastBlocks || blocks%every != 0 {
			t.Errorf("%+v: %d pairs of layouts in %d blocks", c, blocks/every, blocks)
		}
		took := time.Duration(blocks/max(1, every))*c.link + time.Duration(blocks*c.points*4)*slotWall
		if c.budget > 0 && took > c.budget {
			t.Errorf("%+v: takes %v", c, took)
		}
	}
	for _, c := range []struct {
		points      int
		round, link time.Duration
		want        string
	}{
		{1, 4 * slotWall, second, "--budget is too short: a check needs about 19s for 14 blocks of its one point, the least that can tell anything, 14s of it for links in other layouts (GOFLAGS=-ldflags=-randlayout=0 does without), and the budget is 18s; --budget 21s would do, or about 3 of the 4 benchmarks (--bench)"},
		{2, 4 * second, 0, "--budget is too short: a check needs about 56s for 14 blocks of each of 2 points, the least that can tell anything, and the budget is 18s; --budget 1m10s would do, or about 1 of the 4 benchmarks (--bench)"},
	} {
		if _, _, err := (&checkCmd{Budget: 18 * second}).rounds(outlook{points: c.points, round: c.round}, c.link, choice{4, "benchmarks", "--bench"}); err == nil || err.Error() != c.want {
			t.Errorf("%v\nwant\n%s", err, c.want)
		}
	}
}
