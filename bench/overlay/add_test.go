package overlay

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAddKeepsWhatIsThere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "overlay.json")
	for _, more := range []map[string]string{{"/a": "/b", "/c": ""}, {"/c": "/d"}, nil} {
		if err := Add(path, more); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(path)
	if want := `{"Replace":{"/a":"/b","/c":"/d"}}`; err != nil || string(text) != want {
		t.Errorf("%v: %s, want %s", err, text, want)
	}
}

func TestAddLeavesWhatItCannotRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "overlay.json")
	for _, bad := range []string{"{", `{"Replace":[]}`, ""} {
		if err := os.WriteFile(path, []byte(bad), 0o666); err != nil {
			t.Fatal(err)
		}
		if err := Add(path, map[string]string{"/a": "/b"}); err == nil || !strings.HasPrefix(err.Error(), "overlay: ") {
			t.Errorf("%q: %v", bad, err)
		}
		if text, _ := os.ReadFile(path); string(text) != bad {
			t.Errorf("%q became %q", bad, text)
		}
	}
	if err := os.WriteFile(path, []byte(`{"Replace":null}`), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := Add(path, map[string]string{"/a": "/b"}); err != nil {
		t.Error(err)
	}
}
