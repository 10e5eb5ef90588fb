package testcode_test

import (
	"strings"
	"testing"

	"overlap/internal/testcode"
)

// common is a file with something of everything that a benchmark may need.
const common = `package p

import (
	"math/rand"
	"testing"
)

// BenchmarkUses mentions a helper.
func BenchmarkUses(b *testing.B) {
	for i := 0; i < b.N; i++ {
		help(size)
	}
}

func BenchmarkOther(b *testing.B) { b.Run("sub", func(b *testing.B) { sink = rand.Int() }) }

func help(n int) { (&fake{n: n}).run() }

type fake struct{ n int }

func (f *fake) run() { sink += f.n * weight }

const size = 100

const (
	light = iota
	weight
)

var sink, unused int
`

// external is a file of the external test package, which uses the other.
const external = `package p_test

import (
	"testing"

	"example.com/p"
)

func BenchmarkOutside(b *testing.B) { p.Export(1) }

func size() {}
`

const export = "package p\n\nfunc Export(n int) { help(n) }\n"

type files map[string]string

func (f files) list() (all []testcode.File) {
	for name, text := range f {
		all = append(all, testcode.File{Name: name, Text: []byte(text)})
	}
	return all
}

// edited are the files with text replaced in each.
func edited(t *testing.T, f files, from, to string) files {
	t.Helper()
	out, n := files{}, 0
	for name, text := range f {
		n += strings.Count(text, from)
		out[name] = strings.ReplaceAll(text, from, to)
	}
	if n == 0 {
		t.Fatalf("%q is nowhere", from)
	}
	return out
}

var base = files{"a_test.go": common, "x_test.go": external, "export_test.go": export}

func TestChangedFollowsWhatABenchmarkMentions(t *testing.T) {
	const uses, other, outside = 1, 2, 4
	for name, c := range map[string]struct {
		from, to string
		want     int
	}{
		"function":               {"help(size)", "help(size + 1)", uses},
		"sub-benchmark":          {`sink = rand.Int()`, `sink = 1`, other},
		"name of a sub":          {`"sub"`, `"part"`, other},
		"helper":                 {"{n: n}", "{n: n + 1}", uses + outside},
		"renamed helper":         {"help(", "assist(", uses + outside},
		"method":                 {"f.n * weight", "f.n * weight * 2", uses + outside},
		"type":                   {"struct{ n int }", "struct{ n, m int }", uses + outside},
		"constant":               {"size = 100", "size = 1000", uses},
		"place of a constant":    {"light = iota", "none = iota\n\tlight", uses + outside},
		"variable":               {"sink, unused int", "sink, unused int64", uses + other + outside},
		"import":                 {`"math/rand"`, `"math/rand/v2"`, other},
		"import with a name":     {`"math/rand"`, `rand "crypto/rand"`, other},
		"export_test.go":         {"Export(n int) {", "Export(n int) { n++;", outside},
		"like one of the other":  {"func size() {}", "func size() { panic(1) }", 0},
		"not mentioned":          {"const size", "const spare = 1\n\nconst size", 0},
		"test":                   {"const size", "func TestX(t *testing.T) { help(2) }\n\nconst size", 0},
		"comment":                {"BenchmarkUses mentions", "Benchmark it is, which mentions", 0},
		"comment inside":         {"i++ {\n", "i++ { // often\n", 0},
		"layout":                 {"b.N; i++", "b.N;   i++", 0},
		"line breaks":            {"help(size)", "help(\n\t\t\tsize,\n\t\t)", 0},
		"directive":              {"func help", "//go:noinline\nfunc help", uses + outside},
		"init":                   {"const size", "func init() { sink = 1 }\n\nconst size", uses + other + outside},
		"TestMain":               {"const size", "func TestMain(m *testing.M) {}\n\nconst size", uses + other + outside},
		"blank call":             {"const size", "var _ = start()\n\nconst size", uses + other + outside},
		"assertion":              {"const size", "var _ I = (*fake)(nil)\n\nvar _ I = new(fake)\n\nvar _ I = fake{}\n\nconst size", 0},
		"import for its effects": {`"testing"`, "_ \"net/http/pprof\"\n\t\"testing\"", uses + other + outside},
		"import for a directive": {`"testing"`, "_ \"embed\"\n\t\"testing\"", 0},
		"method of production":   {"const size", "func (p *prod) String() string { return \"\" }\n\nconst size", uses + other + outside},
		"garbage":                {"const size", "const const size", uses + other + outside},
		"garbage outside":        {"func size() {}", "func func", uses + other + outside},
	} {
		t.Run(name, func(t *testing.T) {
			head := edited(t, base, c.from, c.to)
			for _, sides := range [][2]files{{base, head}, {head, base}} {
				changed, got := testcode.Changed(sides[0].list(), sides[1].list()), 0
				for i, benchmark := range []string{"BenchmarkUses", "BenchmarkOther", "BenchmarkOutside"} {
					if changed(benchmark) {
						got |= 1 << i
					}
				}
				if got != c.want {
					t.Errorf("changed are %03b, want %03b", got, c.want)
				}
			}
		})
	}
}

func TestWhereCodeIsMakesNoDifference(t *testing.T) {
	helper := "func help(n int) { (&fake{n: n}).run() }\n"
	moved := edited(t, base, helper, "")
	moved["help_test.go"] = "//go:build !none\n\npackage p\n\n" + helper
	delete(moved, "export_test.go")
	moved["exported_test.go"] = "package p\n\n\n" + strings.TrimPrefix(export, "package p\n")
	changed := testcode.Changed(base.list(), moved.list())
	for _, benchmark := range []string{"BenchmarkUses", "BenchmarkOther", "BenchmarkOutside"} {
		if changed(benchmark) {
			t.Errorf("%s differs, and was only moved", benchmark)
		}
	}
}

func TestBenchmarkOfOneSideDiffers(t *testing.T) {
	gone := edited(t, base, "func BenchmarkOther", "func BenchmarkNew")
	changed := testcode.Changed(base.list(), gone.list())
	if !changed("BenchmarkOther") || !changed("BenchmarkNew") || changed("BenchmarkUses") {
		t.Error("a benchmark that one side lacks is the same, or another is not")
	}
	if testcode.Changed(nil, nil)("BenchmarkUses") || !testcode.Changed(nil, base.list())("BenchmarkUses") {
		t.Error("no files")
	}
}

// Generic receivers, brackets without names and cycles end.
func TestOddCode(t *testing.T) {
	odd := files{"o_test.go": `package p

type g[K comparable, V any] struct{ next *g[K, V] }

func (x *g[K, V]) one() { two() }

func two() { new(g[int, int]).one(); BenchmarkG(nil) }

func BenchmarkG(b *testing.B) { two() }

func (g) ()

const (
	_ = 1 << iota
	c
)
`}
	head := edited(t, odd, "func (g) ()\n", "")
	if changed := testcode.Changed(odd.list(), head.list()); !changed("BenchmarkG") {
		t.Error("what does not parse is the same")
	}
	if changed := testcode.Changed(head.list(), edited(t, head, "{ two() }\n\nfunc two", "{ two(); two() }\n\nfunc two").list()); !changed("BenchmarkG") {
		t.Error("a method of a generic type is not followed")
	}
}

// Only the imports that a benchmark uses are part of it, whatever their names.
func TestImportsBelongToWhoUsesThem(t *testing.T) {
	side := func(imports string) []testcode.File {
		return files{
			"x_test.go": "package p_test\n\nimport (\n" + imports + "\n)\n\nfunc BenchmarkX(b *testing.B) { rand.Int(); Helper() }\n",
			"p_test.go": "package p\n\nfunc Helper() {}\n",
		}.list()
	}
	for name, c := range map[string]struct {
		base, head string
		want       bool
	}{
		"another version":   {`"math/rand/v2"`, `"math/rand/v3"`, true},
		"another package":   {`rand "math/rand"`, `rand "crypto/rand"`, true},
		"a name like it":    {`"gopkg.in/rand.v2"`, `"gopkg.in/rand.v3"`, true},
		"not used":          {`"math/rand"`, "\"fmt\"\n\"math/rand\"", false},
		"not used by name":  {`"math/rand"`, "other \"x/rand\"\n\"math/rand\"", false},
		"all of another":    {`"math/rand"`, ". \"example.com/p\"\n\"math/rand\"", true},
		"in another order":  {". \"example.com/p\"\n\"math/rand\"", ". \"example.com/p\"\n\n\"math/rand\"", false},
		"last of the names": {`"x/go-rand"`, `"y/go-rand"`, true},
	} {
		if got := testcode.Changed(side(c.base), side(c.head))("BenchmarkX"); got != c.want {
			t.Errorf("%s: changed %v, want %v", name, got, c.want)
		}
	}
	base := side(`. "example.com/p"`)
	head := edited(t, files{base[0].Name: string(base[0].Text), base[1].Name: string(base[1].Text)}, "func Helper() {}", "func Helper() { panic(1) }")
	if !testcode.Changed(base, head.list())("BenchmarkX") {
		t.Error("a dot import is not followed")
	}
}
