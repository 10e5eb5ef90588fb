package moved

import (
	"encoding/json"
	"regexp"
	"strings"
	"unicode/utf8"
)

type event struct {
	Level, Message string
	Count          int
	Share          float64
	Tags           []string
}

var (
	happened = event{"info", "the cashier \"waits\" for a customer", 42, .75, []string{"queue", "scale"}}
	pattern  = regexp.MustCompile(`(\w+) waits? for (a|the) (\w+)`)
	counts   = map[string]int{"the": 1, "cashier": 2, "waits": 3, "for": 4, "a": 5, "customer": 6, "queue": 7, "scale": 8}
	words    = strings.Fields("the cashier waits for a customer who looks for the scale in the queue")
	sentence = strings.Repeat("two  queues,\tone cashier: ", 4)
)

// JSON goes through reflection and many small functions.
func JSON() (n int) {
	for range Units / 5 {
		text, err := json.Marshal(&happened)
		if err != nil {
			panic(err)
		}
		n += len(text)
	}
	return n
}

// Match is an interpreter of regular expressions.
func Match() (n int) {
	for range Units / 5 {
		if pattern.MatchString(happened.Message) {
			n++
		}
	}
	return n
}

// Count looks words up.
func Count() (n int) {
	for range Units {
		for _, w := range words {
			n += counts[w]
		}
	}
	return n
}

// Fields splits text.
func Fields() (n int) {
	for range Units {
		n += len(strings.Fields(sentence))
	}
	return n
}

// Log writes an event by small functions that call each other, as loggers do.
func Log() (n int) {
	line := make([]byte, 0, 256)
	for range Units {
		line = appendText(append(line[:0], '{'), "level", happened.Level)
		line = appendText(append(line, ','), "message", happened.Message)
		line = appendNumber(append(line, ','), "count", happened.Count)
		n += len(append(line, '}'))
	}
	return n
}

//go:noinline
func appendKey(line []byte, key string) []byte { return append(appendQuoted(line, key), ':') }

//go:noinline
func appendText(line []byte, key, text string) []byte {
	return appendQuoted(appendKey(line, key), text)
}

//go:noinline
func appendNumber(line []byte, key string, n int) []byte {
	line = appendKey(line, key)
	at := len(line)
	for ; n > 0; n /= 10 {
		line = append(line, byte('0'+n%10))
	}
	for i, j := at, len(line)-1; i < j; i, j = i+1, j-1 {
		line[i], line[j] = line[j], line[i]
	}
	return line
}

//go:noinline
func appendQuoted(line []byte, text string) []byte {
	line = append(line, '"')
	for i := 0; i < len(text); {
		if c := text[i]; c < utf8.RuneSelf {
			if c == '"' || c == '\\' || c < ' ' {
				line = append(line, '\\')
			}
			line = append(line, c)
			i++
			continue
		}
		_, size := utf8.DecodeRuneInString(text[i:])
		line = append(line, text[i:i+size]...)
		i += size
	}
	return append(line, '"')
}
