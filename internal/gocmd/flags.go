package gocmd

import (
	"fmt"
	"strings"
)

const blanks = " \t\r\n"

// SplitFlags returns the flags in a text that is written like GOFLAGS: separated by blanks,
// and one that begins with a quotation mark ends with the same.
func SplitFlags(text string) (flags []string) {
	for text = strings.TrimLeft(text, blanks); text != ""; text = strings.TrimLeft(text, blanks) {
		var flag string
		if quote := text[:1]; strings.Contains(`'"`, quote) {
			flag, text, _ = strings.Cut(text[1:], quote)
		} else if i := strings.IndexAny(text, blanks); i >= 0 {
			flag, text = text[:i], text[i:]
		} else {
			flag, text = text, ""
		}
		flags = append(flags, flag)
	}
	return flags
}

// JoinFlags returns the text that SplitFlags splits into the flags. GOFLAGS cannot hold
// a flag with blanks and both quotation marks, which is an error.
func JoinFlags(flags []string) (string, error) {
	var words []string
	for _, flag := range flags {
		switch {
		case flag != "" && !strings.ContainsAny(flag, blanks) && !strings.ContainsAny(flag[:1], `'"`):
			words = append(words, flag)
		case !strings.Contains(flag, "'"):
			words = append(words, "'"+flag+"'")
		case !strings.Contains(flag, `"`):
			words = append(words, `"`+flag+`"`)
		default:
			return "", fmt.Errorf("%s has blanks and both kinds of quotation marks, which GOFLAGS cannot hold", flag)
		}
	}
	return strings.Join(words, " "), nil
}

// FlagName returns the name of a flag such as -name=value or --name.
func FlagName(flag string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(flag, "-"), "-"), "=")
	return name
}
