package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// unwrapped takes the output of the benchmarks out of what go test -json prints,
// which many build servers keep; any other text stays as it is. The format is
// that of go doc test2json.
func unwrapped(text io.Reader) io.Reader {
	b := bufio.NewReaderSize(text, bufio.MaxScanTokenSize)
	begin, _ := b.Peek(bufio.MaxScanTokenSize) // an error comes again with the first line
	first, more, _ := bytes.Cut(begin, []byte("\n"))
	for bytes.HasPrefix(first, []byte("go: ")) { // as of what it downloads, which comes before all
		first, more, _ = bytes.Cut(more, []byte("\n"))
	}
	if len(first) == 0 || first[0] != '{' || !bytes.Contains(first, []byte(`"Action":"`)) {
		return b
	}
	return &events{from: b}
}

// events reads the output out of a stream of events. A line that is none is
// handed on: one that was cut is told so.
type events struct {
	from *bufio.Reader
	rest []byte // of the output that was not yet handed out
	err  error
}

func (e *events) Read(p []byte) (n int, err error) {
	for len(e.rest) == 0 {
		if e.err != nil {
			return 0, e.err
		}
		var line []byte
		line, e.err = e.from.ReadSlice('\n')
		if errors.Is(e.err, bufio.ErrBufferFull) {
			e.err = bufio.ErrTooLong
			return 0, e.err
		}
		e.rest = said(line)
	}
	n = copy(p, e.rest)
	e.rest = e.rest[n:]
	return n, nil
}

// said is the output in a line of the stream: of the test binaries, not of the
// compiler. What the go command says on standard error, as go: downloading …,
// would look like a line of configuration.
func said(line []byte) []byte {
	var event struct{ Action, Output string }
	switch err := json.Unmarshal(line, &event); {
	case bytes.HasPrefix(line, []byte("go: ")):
		return nil
	case err != nil || event.Action == "":
		return line
	case event.Action == "output":
		return []byte(event.Output)
	}
	return nil
}
