package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"overlap/bench/host"
)

// results is a file in the Go benchmark format that grows by a line per sample. Each line
// is on disk before the next, so that a crash at any time leaves complete samples.
type results struct{ f *os.File }

// createResults creates DIR/TIME.txt and never opens an existing file.
func createResults(dir string, h host.Host, now time.Time) (*results, error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, fmt.Errorf("results directory: %w; --out chooses another", err)
	}
	stamp := now.UTC().Format("2006-01-02T15-04-05Z")
	for n := 1; ; n++ {
		name := stamp
		if n > 1 {
			name = fmt.Sprintf("%s.%d", stamp, n)
		}
		f, err := os.OpenFile(filepath.Join(dir, name+".txt"), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("results directory: %w; --out chooses another", err)
		}
		r := &results{f}
		if err := r.write(header(h)); err != nil {
			f.Close()
			return nil, err
		}
		return r, nil
	}
}

func header(h host.Host) string {
	var b strings.Builder
	for _, unit := range []string{"ns/op", "allocs/op", "B/op", "B/future", "goroutines"} {
		fmt.Fprintf(&b, "Unit %s better=lower\n", unit)
	}
	b.WriteString("Unit tasks/s better=higher\n")
	for _, line := range [][2]string{
		{"goos", runtime.GOOS}, {"goarch", runtime.GOARCH}, {"pkg", "overlap/bench/peers"},
		{"cpu", h.Model}, {"host", h.Name}, {"kernel", h.Kernel}, {"go", h.Go},
	} {
		if line[1] != "" {
			fmt.Fprintf(&b, "%s: %s\n", line[0], line[1])
		}
	}
	return b.String() + "\n"
}

// append writes a sample and returns when it is on disk.
func (r *results) append(b *block, s side, got sample) error { return r.write(line(b, s, got)) }

// appendTasks does the same with a sample of a match.
func (r *results) appendTasks(m *match, cores int, got rates) error {
	return r.write(m.line(cores, got))
}

// line returns a sample as a benchmark. Names have key=value parts, so that
// benchstat can compare sides with -col /side.
func line(b *block, s side, got sample) string {
	procs := ""
	if b.cores > 1 {
		procs = fmt.Sprintf("-%d", b.cores)
	}
	unit := s.unit
	if unit == "" {
		unit = "ns/op"
	}
	text := fmt.Sprintf("BenchmarkPeers/case=%s/side=%s/cores=%d%s %d %.6g %s", b.contest.name, s.name, b.cores, procs, got.N, got.Value, unit)
	if got.counts() {
		text += fmt.Sprintf(" %.4g B/op %.4g allocs/op", got.Bytes, got.Allocs)
	}
	return text + "\n"
}

func (r *results) write(text string) error {
	_, err := r.f.WriteString(text)
	if err == nil {
		err = r.f.Sync()
	}
	if err != nil {
		return fmt.Errorf("results file: %w", err)
	}
	return nil
}

func (r *results) close() error { return r.f.Close() }

// pathWith returns the path of a file next to the results, with another ending.
func (r *results) pathWith(ending string) string {
	return strings.TrimSuffix(r.f.Name(), ".txt") + ending
}
