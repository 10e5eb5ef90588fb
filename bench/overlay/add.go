package overlay

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
)

// Add adds files to the overlay whose JSON file is at path, which it makes if it is not
// there. replace maps a path that the go command looks for to the file that it reads
// instead; with an empty one it finds nothing there. All paths are absolute. The go
// command takes one overlay only, so whatever else a build replaces must be in the one
// with the hooks.
func Add(path string, replace map[string]string) error {
	var index struct{ Replace map[string]string }
	text, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(text, &index)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("overlay: %w", err)
	}
	if index.Replace == nil {
		index.Replace = map[string]string{}
	}
	maps.Copy(index.Replace, replace)
	if text, err = json.Marshal(index); err == nil {
		err = os.WriteFile(path, text, 0o666)
	}
	if err != nil {
		return fmt.Errorf("overlay: %w", err)
	}
	return nil
}
