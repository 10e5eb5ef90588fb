package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image/png"
	"io"
	"math"
	"testing"
	"time"
)

func TestGainChart(t *testing.T) {
	speeds := func(one, many int) []rates {
		return []rates{{1: {one, time.Second}, 64: {many, time.Second}}}
	}
	c := &chore{name: "task-x", doc: "cpu & wait"}
	all := []*match{
		{chore: c, system: &system{name: "both"}, rounds: map[int][]rates{1: speeds(10, 40), 2: speeds(10, 80)}},
		{chore: c, system: &system{name: "worse"}, rounds: map[int][]rates{1: speeds(10, 40), 2: speeds(10, 20)}},
		{chore: c, system: &system{name: "broken"}, rounds: map[int][]rates{1: speeds(10, 40), 2: speeds(10, 80)}, err: errWrong},
		{chore: c, system: &system{name: "half"}, rounds: map[int][]rates{1: speeds(10, 40)}},
	}
	svg, err := gainPicture(all, []int{1, 2}).svg()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"task-x – cpu &amp; wait", "both", "4 × 2 = 8, 64 workers", "4 × 0.5 = 2, 64 workers"} {
		if n := bytes.Count(svg, []byte(want)); n != 1 {
			t.Errorf("%q is %d times in the chart", want, n)
		}
	}
	for _, unwanted := range []string{"broken", "half"} {
		if bytes.Contains(svg, []byte(unwanted)) {
			t.Errorf("%q is in the chart", unwanted)
		}
	}
	for _, p := range []picture{gainPicture(all[2:], []int{1, 2}), gainPicture(all, []int{1})} {
		if p.height != 0 {
			t.Errorf("a chart of nothing is %v high", p.height)
		}
	}
}

func TestChart(t *testing.T) {
	rows := []comparison{
		{contest: "batch", ref: "pond", cores: 1, target: 0.2, ratio: interval{0.15, 0.125, 0.18, 12}},
		{contest: "batch", ref: "pond", cores: 2, target: 0.2, ratio: interval{0.0015, 0.001, 0.002, 12}},
		{contest: "batch", ref: "<b>&", cores: 2, ratio: interval{40, 0, math.Inf(1), 1}},
		{contest: "x", ref: "y", cores: 1, err: errUnmeasured},
		{contest: "event", ref: "event.again", cores: 1, itself: true, ratio: interval{1, 0.98, 1.02, 12}},
	}
	if all := chartRows(rows); len(all) != 3 || len(all[0].cores) != 2 || all[2].ref != "itself (A/A)" {
		t.Errorf("rows of the chart %+v", all)
	}
	svg, err := ratioPicture(rows).svg()
	if err != nil {
		t.Fatal(err)
	}
	for d := xml.NewDecoder(bytes.NewReader(svg)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []string{"batch", "/ pond", "1 core", "2 cores", "0.001", "&lt;b&gt;"} {
		if !bytes.Contains(svg, []byte(want)) {
			t.Errorf("the chart lacks %q", want)
		}
	}
	b, err := ratioPicture(rows).png()
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if r, g, b, _ := picture.At(2, 2).RGBA(); r != 0xffff || g != 0xffff || b != 0xffff {
		t.Error("the background is not white")
	}
	if p := ratioPicture(rows[3:4]); p.height != 0 {
		t.Errorf("a chart of nothing is %v high", p.height)
	}
}
