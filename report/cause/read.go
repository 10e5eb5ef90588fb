package cause

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/google/pprof/profile"
	"golang.org/x/perf/benchfmt"

	"overlap/internal/table"
)

// The limits of files; of a profile, unpacked.
const (
	maxPasses  = 1 << 20
	maxProfile = 64 << 20
)

// The files of a benchmark's directory.
const (
	passesFile = "passes.txt" // results in the Go benchmark format, of one pass each
	traceFile  = "all.trace"
)

// Read reads the directory of a benchmark: passes.txt, in the Go benchmark format, in which
// the configuration "pass" names the pass of a result and "modules" lists the user's modules,
// and the recordings, which may be absent. A plain pass on one core and one on all is used.
func Read(dir string) (Record, error) {
	r := Record{}
	if err := r.readPasses(filepath.Join(dir, passesFile)); err != nil {
		return Record{}, err
	}
	for name, p := range map[string]**profile.Profile{
		"one.cpu": &r.OneCPU, "all.cpu": &r.AllCPU, "one.counters": &r.OneCounters, "all.counters": &r.AllCounters,
		"all.mutex": &r.Mutex, "all.block": &r.Block, "all.allocs": &r.Allocs,
	} {
		var err error
		if *p, err = readProfile(filepath.Join(dir, name)); err != nil {
			return Record{}, err
		}
	}
	var err error
	if r.Allocs, err = since(r.Allocs, filepath.Join(dir, "all.earlier")); err != nil {
		return Record{}, err
	}
	text, err := readLimited(filepath.Join(dir, traceFile), maxTrace)
	if err != nil {
		return Record{}, err
	}
	if text != nil {
		r.Trace = bytes.NewReader(text)
	}
	return r, nil
}

// since subtracts from the allocations of a pass, which may be nil, what was allocated before
// its timed part: none of the garbage that is collected in it need be of the set-up. Where that
// leaves less than nothing, no sample counts.
func since(allocs *profile.Profile, path string) (*profile.Profile, error) {
	earlier, err := readProfile(path)
	if earlier == nil || allocs == nil || err != nil {
		return allocs, err
	}
	earlier.Scale(-1)
	if allocs, err = profile.Merge([]*profile.Profile{allocs, earlier}); err != nil {
		return nil, fmt.Errorf("%s: %w", table.Printable(path), err)
	}
	return allocs, nil
}

// readPasses reads the passes. Several of the same kind count as one.
func (r *Record) readPasses(path string) error {
	text, err := readLimited(path, maxPasses)
	if err != nil {
		return err
	}
	if text == nil {
		return fmt.Errorf("%s: %w", table.Printable(path), fs.ErrNotExist)
	}
	reader := benchfmt.NewReader(bytes.NewReader(text), path)
	plain := map[int]*Pass{}
	for reader.Scan() {
		result, ok := reader.Result().(*benchfmt.Result)
		if !ok || result.GetConfig("pass") != "plain" {
			continue
		}
		cores, workers, err := pointOf(result)
		if err != nil {
			return fmt.Errorf("%s: %w", table.Printable(path), err)
		}
		if plain[cores] == nil {
			plain[cores] = &Pass{}
		}
		plain[cores].add(result, float64(cores))
		if cores >= r.Cores {
			r.Cores, r.Workers = cores, workers
		}
		r.Modules = strings.Fields(result.GetConfig("modules"))
	}
	if err := reader.Err(); err != nil {
		return fmt.Errorf("%s: %w", table.Printable(path), err)
	}
	if r.Cores == 0 {
		return fmt.Errorf("%s: no plain pass", table.Printable(path))
	}
	r.All = *plain[r.Cores]
	if one := plain[1]; one != nil {
		r.One = *one
	}
	return nil
}

// pointOf returns how many cores the name of a result says can be busy, and its number of
// workers; 0 workers if it has none.
func pointOf(r *benchfmt.Result) (cores, workers int, err error) {
	procs := 1
	_, parts := r.Name.Parts()
	for _, p := range parts {
		for key, number := range map[string]*int{"/cores=": &cores, "/workers=": &workers, "-": &procs} {
			if value, ok := strings.CutPrefix(string(p), key); ok {
				if *number, err = strconv.Atoi(value); err != nil || *number < 1 {
					return 0, 0, fmt.Errorf("%s: %s is not an integer from 1", table.Printable(r.Name.String()), table.Printable(string(p)))
				}
			}
		}
	}
	if cores == 0 {
		return 0, 0, fmt.Errorf("%s: no number of cores", table.Printable(r.Name.String()))
	}
	return min(cores, procs), workers, nil
}

// add adds a result to a pass.
func (p *Pass) add(r *benchfmt.Result, cores float64) {
	perOp, _ := r.Value("sec/op")
	wall := time.Duration(perOp * float64(r.Iters) * float64(time.Second))
	value := func(unit string) float64 {
		if x, ok := r.Value(unit); ok {
			return x
		}
		return math.NaN()
	}
	before, total := p.Wall.Seconds(), (p.Wall + wall).Seconds()
	mean := func(old, more float64) float64 {
		if before == 0 {
			return more
		}
		return (old*before + more*wall.Seconds()) / total
	}
	known := func(unit string) float64 {
		if x := value(unit); !math.IsNaN(x) {
			return x
		}
		return 0
	}
	// A process with more threads than cores delays itself: only what was neither its own nor
	// idle can be others'. While the quota stops it, its threads are delayed, and the CPUs idle;
	// that of a control group may stop other processes, too.
	busy, stolen := value("cpus-busy"), known("steal-cpus")
	rest := max(0, cores-busy-stolen)
	stopped := min(known("throttled-cpus"), rest)
	others := min(max(0, value("runq-cpus")-stopped), rest-stopped, max(0, rest-known("idle-cpus")))
	p.GC, p.RunQueue = mean(p.GC, value("gc-cpus")), mean(p.RunQueue, others)
	p.Stolen, p.Stopped = mean(p.Stolen, stolen), mean(p.Stopped, stopped)
	p.Ops += r.Iters
	p.Wall += wall
	p.CPU += time.Duration(busy * float64(wall))
}

// readProfile reads a profile as package runtime/pprof writes it; nil if there is no file.
func readProfile(path string) (*profile.Profile, error) {
	text, err := readLimited(path, maxProfile)
	if text == nil || err != nil {
		return nil, err
	}
	p, err := parseProfile(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", table.Printable(path), err)
	}
	return p, nil
}

// parseProfile parses a profile, compressed or not, with a limit on its size, which the
// parser itself has not.
func parseProfile(text []byte) (p *profile.Profile, err error) {
	defer func() {
		if v := recover(); v != nil {
			p, err = nil, fmt.Errorf("the profile is damaged: %v", v)
		}
	}()
	if bytes.HasPrefix(text, []byte{0x1f, 0x8b}) {
		unpacked, err := gzip.NewReader(bytes.NewReader(text))
		if err != nil {
			return nil, fmt.Errorf("the profile is damaged: %w", err)
		}
		if text, err = io.ReadAll(io.LimitReader(unpacked, maxProfile+1)); err != nil {
			return nil, fmt.Errorf("the profile is damaged: %w", err)
		}
		if len(text) > maxProfile {
			return nil, errTooLarge
		}
	}
	if p, err = profile.ParseUncompressed(text); err != nil {
		return nil, fmt.Errorf("the profile is damaged: %w", err)
	}
	if err := p.CheckValid(); err != nil {
		return nil, fmt.Errorf("the profile is damaged: %w", err)
	}
	return p, nil
}

// readLimited reads a file, nil if there is none.
func readLimited(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && len(text) == 0 { // of a recording that failed
		return nil, nil
	}
	if err == nil && int64(len(text)) > limit {
		err = fmt.Errorf("%s: %w", table.Printable(path), errTooLarge)
	}
	return text, err
}
