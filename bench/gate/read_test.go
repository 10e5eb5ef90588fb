package gate_test

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"overlap/bench/gate"
	"overlap/bench/sweep"
	"overlap/internal/racing"
)

// childVariable makes the test binary write slots until it is killed.
const childVariable = "GATE_TEST_WRITE_TO"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childVariable); dir != "" {
		writeForEver(dir)
	}
	os.Exit(m.Run())
}

func writeForEver(dir string) {
	p := plan(1<<20, point("Sum", 1, 1))
	f, err := gate.Create(dir, p, about)
	if err != nil {
		panic(err)
	}
	p.Blocks = 1
	for block := 0; ; block++ {
		for _, r := range records(p, 400) {
			r.Block = block
			if err := f.Append(r); err != nil {
				panic(err)
			}
		}
		fmt.Println(f.Path())
	}
}

func TestKilledCheckLeavesItsBlocks(t *testing.T) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"="+t.TempDir())
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines, path := bufio.NewScanner(out), ""
	for range 3 {
		if !lines.Scan() {
			t.Fatal("it stopped by itself")
		}
		path = lines.Text()
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	cmd.Wait()
	s, err := gate.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if s.Complete || len(s.Series) != 1 || len(s.Series[0].Blocks) < 3 || len(s.Notes) == 0 || !strings.Contains(s.Notes[len(s.Notes)-1], "blocks were measured whole") {
		t.Errorf("%d series, notes %q", len(s.Series), s.Notes)
	}
}

func write(t *testing.T, text []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "t.txt")
	if err := os.WriteFile(path, text, 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// Wherever a file was cut, what is left are whole blocks as they were measured,
// and a note says that some are missing.
func TestFileCutAnywhereHasItsWholeBlocks(t *testing.T) {
	racing.Skip(t)
	p := plan(2, point("Sum", 1, 1), point("Max", 2, 1))
	all := records(p, 3)
	text, err := os.ReadFile(store(t, p, all))
	if err != nil {
		t.Fatal(err)
	}
	read, path := 0, filepath.Join(t.TempDir(), "t.txt")
	for n := range text {
		if n%7 > 0 && n < len(text)-1000 {
			continue // every place of one slot, and some of the others
		}
		if err := os.WriteFile(path, text[:n], 0o666); err != nil {
			t.Fatal(err)
		}
		s, err := gate.Read(path)
		if err != nil {
			continue
		}
		read++
		blocks := 0
		for _, series := range s.Series {
			blocks += len(series.Blocks)
		}
		if s.Complete || len(s.Notes) == 0 || !same(s.Series, want(p, all[:4*blocks])) {
			t.Fatalf("cut at %d of %d: complete %v, notes %q", n, len(text), s.Complete, s.Notes)
		}
		if whole := strings.HasSuffix(string(text[:n]), "pressure\n"); !whole && text[n-1] != '\n' && !strings.Contains(s.Notes[0], "ends within a slot") {
			t.Fatalf("cut at %d: no note says that it is torn: %q", n, s.Notes)
		}
	}
	if read < len(text)/10 {
		t.Errorf("of %d cuts only %d left a file that can be read", len(text), read)
	}
}

func TestSlotsOfHeadAloneAreHeads(t *testing.T) {
	p := plan(1, point("Sum", 1, 1))
	p.HeadOnly = []sweep.Point{point("New", 1, 1)}
	good, err := os.ReadFile(store(t, p, records(p, 3)))
	if err != nil {
		t.Fatal(err)
	}
	if s, err := gate.Read(write(t, good)); err != nil || len(s.Series) != 2 || !s.Series[1].HeadOnly {
		t.Fatalf("%+v, %v", s, err)
	}
	last := bytes.LastIndex(good, []byte(`"head":true`))
	bad := slices.Concat(good[:last], []byte(`"head":false`), good[last+len(`"head":true`):])
	if _, err := gate.Read(write(t, bad)); err == nil || !strings.Contains(err.Error(), "of the wrong side") {
		t.Errorf("a slot of base: %v", err)
	}
	lines := bytes.SplitAfter(good, []byte("\n"))
	lines[1], lines[2] = lines[2], lines[1]
	if _, err := gate.Read(write(t, slices.Concat(lines...))); err == nil || !strings.Contains(err.Error(), "after the points of head alone") {
		t.Errorf("points in another order: %v", err)
	}
}

func TestDamagedFileIsAnErrorWithItsLine(t *testing.T) {
	p := plan(2, point("Sum", 1, 1), point("Max", 2, 1))
	good, err := os.ReadFile(store(t, p, records(p, 3)))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(good), "\n")
	// nth is the index of the n-th line with a prefix, from 0.
	nth := func(prefix string, n int) int {
		for i, line := range lines {
			if strings.HasPrefix(line, prefix) {
				if n--; n < 0 {
					return i
				}
			}
		}
		t.Fatalf("no line %q", prefix)
		return 0
	}
	slot, slices, result := nth("# slot: ", 5), nth("# slices: ", 5), nth("Benchmark", 5)
	replace := func(i int, from, to string) func([]string) []string {
		if !strings.Contains(lines[i], from) {
			t.Fatalf("%q has no %q", lines[i], from)
		}
		return func(l []string) []string { l[i] = strings.Replace(l[i], from, to, 1); return l }
	}
	without := func(i int) func([]string) []string {
		return func(l []string) []string { return append(l[:i:i], l[i+1:]...) }
	}
	for name, c := range map[string]struct {
		line   int // from 0
		damage func([]string) []string
	}{
		"no plan":          {0, without(0)},
		"plan":             {0, replace(0, `"base"`, `"base`)},
		"no blocks":        {0, replace(0, `"blocks":2`, `"blocks":0`)},
		"two plans":        {1, func(l []string) []string { return append([]string{l[0]}, l...) }},
		"point":            {1, replace(1, "{", "")},
		"point twice":      {2, func(l []string) []string { return append([]string{l[0], l[1]}, l[1:]...) }},
		"slot":             {slot, replace(slot, "{", "")},
		"unknown point":    {slot, replace(slot, "Max", "Min")},
		"block":            {slot, replace(slot, `"block":0`, `"block":2`)},
		"block below":      {slot, replace(slot, `"block":0`, `"block":-1`)},
		"place":            {slot, replace(slot, `"place":1`, `"place":4`)},
		"place twice":      {result, replace(slot, `"place":1`, `"place":0`)},
		"side":             {result, replace(slot, `"head":true`, `"head":false`)},
		"count":            {result, replace(slot, `"slices":3`, `"slices":4`)},
		"operations":       {result, replace(slot, `"ops":13`, `"ops":0`)},
		"many operations":  {result, replace(slot, `"ops":13`, `"ops":2000000000`)},
		"no number":        {slot, replace(slot, `"ops":13`, `"ops":1e99`)},
		"cpus":             {result, replace(slot, `"cpus":1.9`, `"cpus":-1.9`)},
		"slices":           {slices, replace(slices, "# slices: ", "# slices: !")},
		"other slices":     {result, func(l []string) []string { l[slices] = l[slices-30]; l[slices] = "# slices: AAAA"; return l }},
		"no slices":        {result - 1, without(slices)},
		"cut varint":       {slices, func(l []string) []string { l[slices] = "# slices: gA"; return l }},
		"huge":             {result, func(l []string) []string { l[slices] = "# slices: /v//////////AQAA"; return l }},
		"no slot":          {slices - 1, without(slot)},
		"layout":           {result, replace(slot, `"layout":2`, `"layout":-2`)},
		"two layouts":      {nth("Benchmark", 6), replace(slot, `"layout":2`, `"layout":3`)},
		"no layout":        {nth("Benchmark", 6), replace(slot, `,"layout":2`, "")},
		"no result":        {nth("# slot: ", 6) - 1, without(result)},
		"result":           {result, replace(result, " ns/op", "")},
		"result without":   {result, func(l []string) []string { l[result] = strings.Fields(l[result])[0]; return l }},
		"another result":   {result, replace(result, "Max", "Min")},
		"another time":     {result, replace(result, " ns/op", "e1 ns/op")},
		"another commit":   {nth("Benchmark", 0), replace(nth("commit: ", 0), ": ", ": f")},
		"garbage":          {result + 1, func(l []string) []string { l[result+1] = "\x00\x00\x00"; return l }},
		"capital":          {result + 1, func(l []string) []string { l[result+1] = "FAIL"; return l }},
		"unknown line":     {3, func(l []string) []string { l[3] = "# surprise: 1"; return l }},
		"line without end": {2, func(l []string) []string { l[2] = "# added: " + strings.Repeat("x", 2<<20); return l }},
		"problem":          {nth("# problem: ", 0), replace(nth("# problem: ", 0), "{", "")},
		"two slots at a time": {slot + 1, func(l []string) []string {
			return append(l[:slot+1:slot+1], l[slot:]...)
		}},
	} {
		text := strings.Join(c.damage(strings.Split(string(good), "\n")), "\n")
		_, err := gate.Read(write(t, []byte(text)))
		if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("t.txt: line %d: ", c.line+1)) {
			t.Errorf("%s, line %d: %v", name, c.line+1, err)
		}
	}
	if _, err := gate.Read(write(t, []byte(strings.ReplaceAll(string(good), "\n", "\r\n")))); err != nil {
		t.Errorf("with the line ends of Windows: %v", err)
	}
}

// A block that lacks slots in the middle of a file is not a block, and the error says so.
func TestBlockWithoutItsSlotsIsToldAndLeftOut(t *testing.T) {
	p := plan(3, point("Sum", 1, 1), point("Max", 2, 1))
	all := records(p, 3)
	some := append(append(append([]gate.Record{}, all[:2]...), all[4:12]...), all[16:]...) // Sum lacks half of block 0, Max nothing, Sum lacks nothing of 1, Max all of 1
	s, err := gate.Read(store(t, p, some))
	if err != nil {
		t.Fatal(err)
	}
	if s.Complete || len(s.Notes) != 2 || len(s.Series) != 2 || len(s.Series[0].Blocks) != 2 || len(s.Series[1].Blocks) != 2 {
		t.Errorf("complete %v, notes %q", s.Complete, s.Notes)
	}
	if !same(s.Series[0].Blocks[0].Slots[0], all[8].Slot.Stored()) {
		t.Error("the first whole block is not that of the file")
	}
}

func TestMissingFileIsAnError(t *testing.T) {
	if _, err := gate.Read(filepath.Join(t.TempDir(), "none.txt")); err == nil {
		t.Error("a file that is not there was read")
	}
	if runtime.GOOS != "windows" {
		if _, err := gate.Read(t.TempDir()); err == nil {
			t.Error("a directory was read")
		}
	}
}

func FuzzRead(f *testing.F) {
	p := plan(2, point("Sum", 1, 1), point("Max", 2, 1))
	dir := f.TempDir()
	file, err := gate.Create(dir, p, about)
	if err != nil {
		f.Fatal(err)
	}
	for _, r := range records(p, 3) {
		if err := file.Append(r); err != nil {
			f.Fatal(err)
		}
	}
	text, err := os.ReadFile(file.Path())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add(text[:len(text)*2/3])
	f.Add(bytes.ReplaceAll(text, []byte("12"), []byte("999999999999")))
	path := filepath.Join(dir, "fuzz.txt")
	f.Fuzz(func(t *testing.T, text []byte) {
		if err := os.WriteFile(path, text, 0o666); err != nil {
			t.Fatal(err)
		}
		s, err := gate.Read(path)
		if err != nil {
			return
		}
		for _, series := range s.Series {
			for _, b := range series.Blocks {
				for _, slot := range b.Slots {
					if len(slot.Slices) == 0 || slot.Ops < 1 || !(slot.Slices[0] > 0) {
						t.Fatalf("this is not a slot: %+v", slot)
					}
				}
			}
		}
	})
}
