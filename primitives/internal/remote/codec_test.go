package remote

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/big"
	"reflect"
	"strings"
	"testing"
	"time"
)

type (
	codecID    int32
	codecFlag  bool
	codecText  string
	codecRaw   []byte
	codecPoint struct {
		X, Y float64
		Tag  [4]uint8
	}
	codecNamed struct {
		Name string
		N    int
		M    map[string][]int
	}
	codecBomb struct{ N int }
)

func (codecBomb) MarshalBinary() ([]byte, error) { return []byte{1}, nil }
func (*codecBomb) UnmarshalBinary([]byte) error  { panic("bomb") }

func checkCodec[T any](t *testing.T, values ...T) {
	t.Helper()
	c := codecFor[T]()
	for _, v := range values {
		b, err := c.encode([]byte("before"), v)
		if err != nil || !strings.HasPrefix(string(b), "before") {
			t.Errorf("%T %v: %q, %v", v, v, b, err)
			continue
		}
		b = b[len("before"):]
		got, err := c.decode(b)
		if err != nil || !reflect.DeepEqual(got, v) {
			t.Errorf("%T %v: got %v, %v", v, v, got, err)
		}
		for i := range b { // what was decoded keeps nothing of the buffer
			b[i] ^= 0xff
		}
		if !reflect.DeepEqual(got, v) {
			t.Errorf("%T %v changed with the buffer", v, v)
		}
		for n := range b { // any damage is an error or a value, not a panic
			_, _ = c.decode(b[:n])
		}
		_, _ = c.decode(append(b, 0))
	}
}

func TestCodecRoundTrip(t *testing.T) {
	checkCodec(t, []byte("abc"), []byte{}, make([]byte, 1000))
	checkCodec(t, codecRaw("abc"))
	checkCodec(t, "", "abc")
	checkCodec(t, codecText("x"))
	checkCodec(t, 0, 1, -1, math.MinInt, math.MaxInt)
	checkCodec[uint](t, 0, math.MaxUint)
	checkCodec[int8](t, -128, 127)
	checkCodec[uint16](t, 65535)
	checkCodec[codecID](t, -5)
	checkCodec(t, true, false)
	checkCodec[codecFlag](t, true)
	checkCodec(t, math.Pi, math.Inf(-1))
	checkCodec[float32](t, -0.5)
	checkCodec(t, complex(1, 2))
	checkCodec(t, struct{}{})
	checkCodec(t, codecPoint{1, 2, [4]uint8{3}})
	checkCodec(t, [3]int64{1, 2, 3})
	checkCodec(t, []float64{1, 2}, []float64{})
	checkCodec(t, []codecPoint{{X: 1}, {Y: 2}})
	checkCodec(t, []int{1, 2})
	checkCodec(t, codecNamed{"n", 1, map[string][]int{"a": {1}}})
	checkCodec(t, &codecNamed{Name: "p"})
	checkCodec(t, time.Unix(1, 2).UTC())
	checkCodec(t, []time.Duration{time.Second})
	checkCodec(t, []string{"a", "b"})
	checkCodec(t, big.NewInt(42))
	checkCodec[any](t, nil, 7, "x")
}

func TestCodecErrorsAreNoPanics(t *testing.T) {
	if _, err := codecFor[codecBomb]().decode([]byte{1}); err == nil || !strings.Contains(err.Error(), "bomb") {
		t.Errorf("bomb: %v", err)
	}
	if _, err := codecFor[*codecNamed]().encode(nil, nil); err == nil {
		t.Error("nil pointer encoded")
	}
	if _, err := codecFor[*time.Time]().encode(nil, nil); err == nil {
		t.Error("nil marshaler encoded")
	}
	if _, err := codecFor[chan int]().encode(nil, make(chan int)); err == nil {
		t.Error("channel encoded")
	}
	if _, err := codecFor[bool]().decode([]byte{2}); err == nil {
		t.Error("bool of 2 decoded")
	}
	word := make([]byte, 8)
	if _, err := codecFor[int16]().decode(word); err == nil {
		t.Error("eight bytes decoded as int16")
	}
	if _, err := codecFor[codecPoint]().decode(make([]byte, 19)); err == nil {
		t.Error("short struct decoded")
	}
	if _, err := codecFor[[]uint32]().decode(make([]byte, 5)); err == nil {
		t.Error("half an element decoded")
	}
	if _, err := codecFor[struct{}]().decode(word); err == nil {
		t.Error("bytes for an empty struct decoded")
	}
}

type (
	codecStamped struct {
		time.Time
		Name string
	}
	codecInside struct{ Rows map[string][]*codecStamped }
	codecAlone  struct{ time.Time }
	codecField  struct {
		When time.Time
		Name string
	}
	codecOwn struct { // its own methods write all of it
		time.Time
		Name string
	}
	codecList struct {
		Next *codecList
		Name string
	}
	codecHidden struct {
		Name string
		last *codecStamped // gob leaves it out anyway
	}
)

func (o codecOwn) MarshalBinary() ([]byte, error) {
	b, err := o.Time.MarshalBinary()
	return append(b, o.Name...), err
}

func (o *codecOwn) UnmarshalBinary(b []byte) error {
	n := min(len(b), 15) // of a time in UTC
	o.Name = string(b[n:])
	return o.Time.UnmarshalBinary(b[:n])
}

// A struct with the methods of a field that it embeds would arrive without its
// other fields, wherever it stands in the value.
func TestCodecLosesNoFieldInSilence(t *testing.T) {
	now := time.Unix(1, 2).UTC()
	checkCodec(t, codecAlone{now})
	checkCodec(t, codecField{now, "n"})
	checkCodec(t, codecOwn{now, "n"})
	checkCodec(t, &codecOwn{now, "n"})
	checkCodec(t, codecList{&codecList{Name: "b"}, "a"})
	hidden := codecHidden{"n", &codecStamped{}}
	if _, err := codecFor[codecHidden]().encode(nil, hidden); err != nil || hidden.last == nil {
		t.Errorf("an unexported field: %v", err)
	}
	_, direct := codecFor[codecStamped]().encode(nil, codecStamped{now, "n"})
	_, inSlice := codecFor[[]codecOwn]().encode(nil, nil) // by time.Time's GobEncode
	_, deep := codecFor[codecInside]().encode(nil, codecInside{})
	_, back := codecFor[*codecStamped]().decode(nil)
	for what, err := range map[string]error{"direct": direct, "deep": deep, "pointer": back, "in a slice": inSlice} {
		if err == nil || !strings.Contains(err.Error(), "remote.codec") || !strings.Contains(err.Error(), "give the embedded field a name") {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// What the comment of Define says of values that change on the way.
func TestCodecOfWhatHasTwoForms(t *testing.T) {
	type named struct {
		Name string
		X    float64
		M    map[string]int
	}
	minus := math.Copysign(0, -1)
	roundTrip := func(v named) named {
		c := codecFor[named]()
		b, err := c.encode(nil, v)
		if err != nil {
			t.Fatal(err)
		}
		v, err = c.decode(b)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	if v := roundTrip(named{"n", minus, map[string]int{}}); math.Signbit(v.X) || len(v.M) != 0 {
		t.Errorf("got %v", v)
	}
	for _, v := range []any{minus, []float64{minus}, [1]float64{minus}} {
		checkSign(t, v)
	}
	c := codecFor[map[string]int]()
	b, err := c.encode(nil, nil)
	if m, decoded := c.decode(b); err != nil || decoded != nil || len(m) != 0 {
		t.Errorf("a nil map arrives as %v, %v, %v", m, err, decoded)
	}
}

// checkSign checks that −0 stays −0 outside of gob's structs.
func checkSign(t *testing.T, v any) {
	var got float64
	switch v := v.(type) {
	case float64:
		c := codecFor[float64]()
		b, _ := c.encode(nil, v)
		got, _ = c.decode(b)
	case []float64:
		c := codecFor[[]float64]()
		b, _ := c.encode(nil, v)
		list, _ := c.decode(b)
		got = list[0]
	case [1]float64:
		c := codecFor[[1]float64]()
		b, _ := c.encode(nil, v)
		list, _ := c.decode(b)
		got = list[0]
	}
	if !math.Signbit(got) {
		t.Errorf("−0 in a %T arrives as 0", v)
	}
}

func TestCodecOfBytesAllocatesOnlyTheCopy(t *testing.T) {
	c, v, buf := codecFor[[]byte](), make([]byte, 64), make([]byte, 0, 128)
	if n := testing.AllocsPerRun(100, func() { _, _ = c.encode(buf, v) }); n != 0 {
		t.Errorf("encode: %v allocations", n)
	}
	if n := testing.AllocsPerRun(100, func() { _, _ = c.decode(v) }); n != 1 {
		t.Errorf("decode: %v allocations", n)
	}
}

func TestDefineRefusesWhatCannotWork(t *testing.T) {
	nop := func(context.Context, int) (int, error) { return 0, errors.New("x") }
	name := fmt.Sprint("remote test: define ", time.Now().UnixNano()) // new with every -count
	Define(name, nop)
	for what, define := range map[string]func(){
		"empty":     func() { Define("", nop) },
		"long":      func() { Define(strings.Repeat("x", 1<<16), nop) },
		"duplicate": func() { Define(name, nop) },
		"nil":       func() { Define[int, int]("remote test: nil", nil) },
	} {
		func() {
			defer func() {
				if s, _ := recover().(string); !strings.HasPrefix(s, "primitives: ") {
					t.Errorf("%s: panic %q", what, s)
				}
			}()
			define()
		}()
	}
}
