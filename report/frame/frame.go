// Package frame is what all pages share: their look in light and dark, on screens, phones
// and paper; sorting and filtering; and the Content-Security-Policy that lets nothing in.
package frame

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"strings"
	"unicode"
)

//go:embed frame.css
var css string

//go:embed frame.js
var js string

// Head is what a template puts into the head of a page, and the script, which goes to the
// end of the page, because it looks for the elements of the page at once.
type Head struct {
	Policy string
	Style  template.CSS
	Script template.JS
}

// NewHead returns the head of a page. light and dark declare custom properties for light
// and dark pages; style and script are those of this page, behind what all pages share.
//
// The script expects elements with the identifiers the_theme, the_tools, the_filter,
// the_kind, the_status and the_contents. The table all_rows may be missing.
func NewHead(light, dark, style, script string) Head {
	style = strings.NewReplacer("/*charts-light*/", light, "/*charts-dark*/", dark).Replace(css) + style
	script = js + script
	return Head{policy(style, script), template.CSS(style), template.JS(script)}
}

// policy returns the Content-Security-Policy that allows this style and this script and
// nothing else.
func policy(style, script string) string {
	return strings.Join([]string{
		"default-src 'none'", "style-src " + digest(style), "script-src " + digest(script),
		"img-src data:", "base-uri 'none'", "form-action 'none'",
	}, "; ")
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// Execute returns the page that the template makes of the data, as UTF-8.
func Execute(page *template.Template, data any) ([]byte, error) {
	var b bytes.Buffer
	if err := page.Execute(&b, data); err != nil {
		return nil, err
	}
	return bytes.Map(visible, bytes.ToValidUTF8(b.Bytes(), []byte("\uFFFD"))), nil
}

// visible replaces what readers cannot see but browsers obey: control characters and those
// that turn the direction of text.
func visible(r rune) rune {
	if r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == 0xFFFE || r == 0xFFFF) {
		return '\uFFFD'
	}
	return r
}
