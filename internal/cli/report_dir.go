package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"overlap/report/chart"
)

// reportDir is where a report goes. Files there that are not of a report stay.
type reportDir string

// file is one of a report.
type file struct {
	name string
	data []byte
}

// check says why the files of these names cannot be written there; it makes
// nothing. A file that an earlier report did not write is not replaced.
func (d reportDir) check(names ...string) error {
	dir := string(d)
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist) && exists(dir):
		return fmt.Errorf("the report goes to %s, which is a link that leads nowhere: remove it, or name another directory with -o", dir)
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("the report goes to %s: %w; name another directory with -o", dir, err)
	case !info.IsDir():
		return fmt.Errorf("the report goes to %s, which is a file: name a directory with -o", dir)
	}
	for _, name := range names {
		if exists(filepath.Join(dir, name)) && !d.wrote(name) {
			return fmt.Errorf("%s is not of an earlier report, so it is not replaced: move it away, or name another directory with -o", filepath.Join(dir, name))
		}
	}
	return nil
}

// wrote reports whether an earlier report, of this or an older version, wrote a
// file. Names prove nothing: index.html is a common one.
func (d reportDir) wrote(name string) bool {
	switch name {
	case "report.json":
		return isReport(d.begin(name, 16<<20))
	case "index.html":
		return d.hasPage(name)
	}
	// A PNG does not say who wrote it. It is written after the same picture as SVG, and
	// removed before that.
	svg := strings.TrimSuffix(strings.TrimSuffix(name, ".png"), ".svg") + ".svg"
	return bytes.Contains(d.begin(svg, 1<<10), []byte(`<svg style="font-family:Liberation Sans,`))
}

// hasPage reports whether a file is a page that overlap wrote.
func (d reportDir) hasPage(name string) bool {
	return bytes.Contains(d.begin(name, 64<<10), []byte("\n<title>overlap: "))
}

// begin is the beginning of a file, nil if it cannot be read. A pipe would block.
func (d reportDir) begin(name string, most int64) []byte {
	path := filepath.Join(string(d), name)
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return nil
	}
	in, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer in.Close()
	text, err := io.ReadAll(io.LimitReader(in, most))
	if err != nil {
		return nil
	}
	return text
}

// isReport reports whether a text begins as report.Write of any version does:
// with the fields before the samples, in that order.
func isReport(text []byte) bool {
	var head struct {
		Version int
		Files   []string
		Host    map[string]string
		Hosts   map[string]map[string]string
		Samples int
	}
	fields := map[string]any{"version": &head.Version, "files": &head.Files, "host": &head.Host, "hosts": &head.Hosts, "samples": &head.Samples}
	d := json.NewDecoder(bytes.NewReader(text))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return false
	}
	for d.More() {
		t, err := d.Token()
		key, _ := t.(string)
		if err != nil || fields[key] == nil || d.Decode(fields[key]) != nil {
			return false
		}
		if key == "samples" {
			return len(head.Files) > 0 && head.Version >= 0
		}
	}
	return false
}

// store puts the files into the directory: all of them, or none if ctx ends before
// the last is written. Each is written beside its place and moved there, so that
// a reader never sees half of one; the last file is moved after all others.
func (d reportDir) store(ctx context.Context, files []file) (err error) {
	var names []string
	for _, file := range files {
		names = append(names, file.name)
	}
	if err := d.check(names...); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err := os.MkdirAll(string(d), 0o777); err != nil {
		return fmt.Errorf("the report goes to %s: %w; name another directory with -o", d, err)
	}
	var written []string
	defer func() {
		for _, path := range written {
			err = errors.Join(err, ignoreMissing(os.Remove(path)))
		}
	}()
	for _, file := range files {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		path, err := writeBeside(filepath.Join(string(d), file.name), file.data)
		if err != nil {
			return fmt.Errorf("write the report: %w", err)
		}
		written = append(written, path)
	}
	if err := d.removeOld(names); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	for _, name := range names {
		if err := os.Rename(written[0], filepath.Join(string(d), name)); err != nil {
			return fmt.Errorf("write the report: %w", err)
		}
		written = written[1:]
	}
	return nil
}

// removeOld removes the pictures that an earlier report left and this one does
// not have.
func (d reportDir) removeOld(names []string) error {
	var failed []error
	for _, name := range slices.Concat(chart.Names(), retiredNames) {
		if slices.Contains(names, name+".svg") || !d.wrote(name+".svg") {
			continue
		}
		for _, ending := range []string{".png", ".svg"} {
			failed = append(failed, ignoreMissing(os.Remove(filepath.Join(string(d), name+ending))))
		}
	}
	return errors.Join(failed...)
}

// retiredNames are the names of charts that only reports of earlier versions have.
var retiredNames = []string{"efficiency", "coremap"}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// replace writes a file atomically.
func replace(path string, data []byte) error {
	written, err := writeBeside(path, data)
	if err != nil {
		return err
	}
	if err := os.Rename(written, path); err != nil {
		return errors.Join(err, ignoreMissing(os.Remove(written)))
	}
	return nil
}

// writeBeside writes what is to be moved to a path, and returns where it is.
func writeBeside(path string, data []byte) (written string, err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return "", err
	}
	_, err = f.Write(data)
	if err := errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close()); err != nil {
		return "", errors.Join(err, ignoreMissing(os.Remove(f.Name())))
	}
	return f.Name(), nil
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
