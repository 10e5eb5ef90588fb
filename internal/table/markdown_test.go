package table

import "testing"

func TestProseIsNeitherMarkupNorALink(t *testing.T) {
	const z = "\u200b"
	for text, want := range map[string]string{
		"see https://a.example or www.b.example": "see https:" + z + "//a.example or www" + z + ".b.example",
		"#1 of @me":                              "#" + z + "1 of @" + z + "me",
		"<b>&</b> [x] *y*":                       "&lt;b&gt;&amp;&lt;/b&gt; \\[x\\] \\*y\\*",
		"10.5 → 19.9 ms":                         "10.5 → 19.9 ms",
	} {
		if got := Prose(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
