package cause

import (
	"bytes"
	"fmt"
	"io/fs"
	"math"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/google/pprof/profile"
	"golang.org/x/perf/benchfmt"

	"overlap/internal/table"
)

// ReadBuilds reads the directory of a benchmark of two builds: passes.txt, in the Go benchmark
// format, in which the configuration "side" is base or head, "pass" the kind of a recording,
// "turn" its number and "modules" the user's modules, and the recordings. The caller adds what
// is known besides.
func ReadBuilds(dir string) (Builds, error) {
	b := Builds{Time: math.NaN(), Low: math.NaN(), High: math.NaN()}
	path := filepath.Join(dir, passesFile)
	text, err := readLimited(path, maxPasses)
	if err == nil && text == nil {
		err = fs.ErrNotExist
	}
	if err != nil {
		return Builds{}, fmt.Errorf("%s: %w", table.Printable(path), err)
	}
	reader := benchfmt.NewReader(bytes.NewReader(text), path)
	for reader.Scan() {
		result, ok := reader.Result().(*benchfmt.Result)
		if !ok {
			continue
		}
		cores, _, err := pointOf(result)
		if err != nil {
			return Builds{}, fmt.Errorf("%s: %w", table.Printable(path), err)
		}
		side := map[string]*[]Recorded{"base": &b.Base, "head": &b.Head}[result.GetConfig("side")]
		turn, err := strconv.Atoi(result.GetConfig("turn"))
		if side == nil || err != nil {
			return Builds{}, fmt.Errorf("%s: a pass of no side, or without its turn", table.Printable(path))
		}
		b.Several = cores > 1
		r := Recorded{}
		if tasks, known := result.Value("tasks-inflight"); known && tasks < float64(cores)+.5 {
			r.Ready, _ = result.Value("goroutines-runnable")
		}
		r.add(result, float64(cores))
		if err := r.read(dir, result.GetConfig("side"), turn, result.GetConfig("pass")); err != nil {
			return Builds{}, err
		}
		*side = append(*side, r)
		b.Modules = strings.Fields(result.GetConfig("modules"))
	}
	if err := reader.Err(); err != nil {
		return Builds{}, fmt.Errorf("%s: %w", table.Printable(path), err)
	}
	return b, nil
}

// read reads the recordings of a pass.
func (r *Recorded) read(dir, side string, turn int, kind string) (err error) {
	prefix := filepath.Join(dir, fmt.Sprintf("%s.%s.%d", side, kind, turn))
	for ending, to := range map[string]map[string]**profile.Profile{
		"cpu":    {".cpu": &r.CPUTime},
		"locks":  {".mutex": &r.Mutex, ".block": &r.Block},
		"allocs": {".allocs": &r.Allocs},
	}[kind] {
		if *to, err = readProfile(prefix + ending); err != nil {
			return err
		}
	}
	if kind == "allocs" {
		r.Allocs, err = since(r.Allocs, prefix+".earlier")
	}
	return err
}
