package page

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"html"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// styles collects the looks of the charts of a page. Each distinct style attribute becomes
// a class, because a strict Content-Security-Policy forbids the attribute, and each colour
// of the light theme a variable, so that one drawing serves light and dark pages.
type styles struct {
	dark    map[string]string // light colour → dark colour
	classes map[string]string // declarations → class
	rules   []string
}

func newStyles(dark map[string]string) *styles {
	return &styles{dark: dark, classes: map[string]string{}}
}

// allowedElements are those that a chart may have, and their attributes. Everything else,
// such as a script, a link or a foreign object, does not reach the page.
var allowedElements = map[string][]string{
	"svg": {"viewBox"}, "g": {"transform"}, "path": {"d", "transform"}, "text": {"x", "y", "transform"},
	"rect": {"x", "y", "width", "height", "transform"}, "circle": {"cx", "cy", "r", "transform"},
	"line": {"x1", "y1", "x2", "y2", "transform"}, "polyline": {"points"}, "polygon": {"points"},
	"image": {"x", "y", "width", "height", "transform", "href", "preserveAspectRatio"},
}

// inline turns a stand-alone picture into an element of the page, with a label for those
// who cannot see it.
func (s *styles) inline(svg []byte, label string) (string, error) {
	var b strings.Builder
	skip := 0
	for d := xml.NewDecoder(bytes.NewReader(svg)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return b.String(), nil
		}
		if err != nil {
			return "", fmt.Errorf("the picture is damaged: %w", err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			if _, ok := allowedElements[t.Name.Local]; !ok || skip > 0 || unplaceable(t) {
				skip++
				continue
			}
			s.open(&b, t, label)
		case xml.EndElement:
			if skip > 0 {
				skip--
				continue
			}
			if !leaf(t.Name.Local) {
				b.WriteString("</" + t.Name.Local + ">")
			}
		case xml.CharData:
			if text := string(t); skip == 0 && strings.TrimSpace(text) != "" {
				b.WriteString(html.EscapeString(text))
			}
		}
	}
}

// unplaceable reports whether an element has coordinates that are not numbers. Browsers
// log an error for these and draw nothing.
func unplaceable(t xml.StartElement) bool {
	return slices.ContainsFunc(t.Attr, func(a xml.Attr) bool {
		return a.Name.Local != "style" && (strings.Contains(a.Value, "NaN") || strings.Contains(a.Value, "Inf"))
	})
}

func (s *styles) open(b *strings.Builder, t xml.StartElement, label string) {
	b.WriteString("<" + t.Name.Local)
	for _, a := range t.Attr {
		switch name := a.Name.Local; {
		case name == "style":
			fmt.Fprintf(b, ` class="%s"`, s.class(a.Value))
		case name == "href" && !strings.HasPrefix(a.Value, "data:image/png;base64,"):
		case slices.Contains(allowedElements[t.Name.Local], name):
			fmt.Fprintf(b, ` %s="%s"`, name, html.EscapeString(fraction.ReplaceAllString(a.Value, "$1")))
		}
	}
	if t.Name.Local == "svg" {
		fmt.Fprintf(b, ` role="img" aria-label="%s"`, html.EscapeString(label))
	}
	if leaf(t.Name.Local) {
		b.WriteString("/")
	}
	b.WriteString(">")
}

// fraction matches the digits of a coordinate that nobody sees: a tenth of a point is an
// eighth of a pixel.
var fraction = regexp.MustCompile(`(\d\.\d)\d+`)

// leaf reports whether elements of a name have no content.
func leaf(name string) bool { return name != "svg" && name != "g" && name != "text" }

// class returns the class of a style attribute.
func (s *styles) class(style string) string {
	var kept []string
	for d := range strings.SplitSeq(style, ";") {
		if d, ok := s.declaration(d); ok {
			kept = append(kept, d)
		}
	}
	rule := strings.Join(kept, ";")
	class, ok := s.classes[rule]
	if !ok {
		class = fmt.Sprintf("c%d", len(s.classes))
		s.classes[rule] = class
		s.rules = append(s.rules, "."+class+"{"+rule+"}")
	}
	return class
}

// declaration returns one declaration of a style attribute; it is false if it says nothing
// or charts do not use it.
func (s *styles) declaration(text string) (string, bool) {
	name, value, ok := strings.Cut(strings.TrimSpace(text), ":")
	value = strings.TrimSpace(value)
	if !ok || !slices.Contains(properties, name) || !plainValue.MatchString(value) || value == "normal" {
		return "", false
	}
	if name == "fill" || name == "stroke" {
		if _, ok := s.dark[strings.ToUpper(value)]; ok {
			value = "var(" + variable(value) + ")"
		} else if strings.HasPrefix(value, "#-") {
			value = "none" // vgsvg's spelling of a colour without opacity
		}
	}
	return name + ":" + value, true
}

var (
	properties = []string{"fill", "fill-opacity", "fill-rule", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray", "stroke-dashoffset", "stroke-linecap", "stroke-linejoin", "font-family", "font-size", "font-weight", "font-style", "text-anchor", "opacity"}
	plainValue = regexp.MustCompile(`^[#A-Za-z0-9 ,.-]+$`)
)

// variable names the custom property of a light colour.
func variable(light string) string { return "--x" + strings.ToLower(strings.TrimPrefix(light, "#")) }

// variables declare the colours of the light and of the dark page.
func (s *styles) variables() (light, dark string) {
	for _, c := range slices.Sorted(maps.Keys(s.dark)) {
		light += variable(c) + ":" + c + ";"
		dark += variable(c) + ":" + s.dark[c] + ";"
	}
	return light, dark
}
