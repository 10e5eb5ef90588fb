package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image/png"
	"io"
	"math"
	"testing"
)

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
	svg, err := drawSVG(rows)
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
	b, err := drawPNG(rows)
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
	if _, err := drawPNG(rows[3:4]); !errors.Is(err, errNothingToDraw) {
		t.Errorf("a chart of nothing: %v", err)
	}
}
