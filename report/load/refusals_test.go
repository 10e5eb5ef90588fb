package load

import (
	"errors"
	"strings"
	"testing"
)

// A result of the suite that cannot be true is refused with its place and what
// to do.
func TestRefusalsNameTheLine(t *testing.T) {
	const name = "BenchmarkEp/executor=pool/workers=1/cores=1"
	for _, value := range []string{"NaN", "0", "-1", "1e300", "1e-300", "+Inf"} {
		_, err := Read(strings.NewReader("host: h\n"+name+" 1 5 ns/op\n"+name+" 1 "+value+" ns/op\n"), "run.txt")
		var file *FileError
		if !errors.As(err, &file) || file.Path != "run.txt" {
			t.Errorf("%s: %v", value, err)
			continue
		}
		for _, want := range []string{"run.txt: line 3", "remove"} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %q is not in %v", value, want, err)
			}
		}
	}
}
