package remote

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"runtime"
	"testing"
	"testing/iotest"
)

func frameBytes(t testing.TB, kind frameKind, id uint64, payload []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := frameWriter{w: &b}
	if err := w.send(kind, id, payload[:len(payload)/2], payload[len(payload)/2:]); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestFrameRoundTrip(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	var wire bytes.Buffer
	w := frameWriter{w: &wire}
	var want []frame
	for i := range 200 {
		f := frame{kind: frameKind(1 + i%int(frameKinds-1)), id: rnd.Uint64(), payload: make([]byte, rnd.IntN(100<<10))}
		for j := range f.payload {
			f.payload[j] = byte(rnd.Uint32())
		}
		n := rnd.IntN(len(f.payload) + 1)
		if err := w.send(f.kind, f.id, f.payload[:n], f.payload[n:]); err != nil {
			t.Fatal(err)
		}
		want = append(want, f)
	}
	for name, r := range map[string]io.Reader{
		"whole":           bytes.NewReader(wire.Bytes()),
		"halves":          iotest.HalfReader(bytes.NewReader(wire.Bytes())),
		"data with error": iotest.DataErrReader(bytes.NewReader(wire.Bytes())),
	} {
		d := frameReader{r: r, max: maxPayload}
		for i, f := range want {
			got, err := d.next()
			if err != nil || got.kind != f.kind || got.id != f.id || !bytes.Equal(got.payload, f.payload) {
				t.Fatalf("%s: frame %d: kind %d id %d, %d bytes, %v", name, i, got.kind, got.id, len(got.payload), err)
			}
		}
		if _, err := d.next(); err != io.EOF {
			t.Errorf("%s: at the end: %v", name, err)
		}
	}
}

func TestFrameTornAnywhereIsUnexpectedEOF(t *testing.T) {
	whole := frameBytes(t, frameResult, 7, []byte("payload"))
	for n := 1; n < len(whole); n++ {
		d := frameReader{r: bytes.NewReader(whole[:n]), max: maxPayload}
		if _, err := d.next(); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("after %d bytes: %v", n, err)
		}
	}
}

func TestFrameWithAnyByteChangedIsRefused(t *testing.T) {
	whole := frameBytes(t, frameResult, 7, []byte("payload"))
	for i := range whole {
		for _, flip := range []byte{1, 0x80, 0xff} {
			b := bytes.Clone(whole)
			b[i] ^= flip
			d := frameReader{r: bytes.NewReader(b), max: maxPayload}
			if _, err := d.next(); !isProtocol(err) && !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("byte %d ^ %#x: %v", i, flip, err)
			}
		}
	}
}

// A header may lie about the length; memory must follow the bytes.
func TestFrameLengthIsNotBelieved(t *testing.T) {
	for _, length := range []uint32{60 << 20, 1 << 30, 1<<32 - 1} {
		b := frameBytes(t, frameResult, 7, make([]byte, frameChunk+1)) // more than the first buffer
		binary.LittleEndian.PutUint32(b[4:], length)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		d := frameReader{r: bytes.NewReader(b), max: maxPayload}
		_, err := d.next()
		runtime.ReadMemStats(&after)
		if length > maxPayload && !isProtocol(err) || length <= maxPayload && !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("length %d: %v", length, err)
		}
		if got := after.TotalAlloc - before.TotalAlloc; got > 1<<20 {
			t.Errorf("length %d: %d bytes allocated", length, got)
		}
	}
	w := frameWriter{w: io.Discard}
	if err := w.send(frameResult, 1, make([]byte, maxPayload), make([]byte, 1)); err == nil {
		t.Error("sent more than the limit")
	}
}

func TestFrameReaderGivesUpOnAReaderWithoutProgress(t *testing.T) {
	d := frameReader{r: readerFunc(func([]byte) (int, error) { return 0, nil }), max: maxPayload}
	if _, err := d.next(); err != io.ErrNoProgress {
		t.Errorf("got %v", err)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// FuzzFrame feeds the reader anything: it must end with an error, hand out
// only what the writer would write back, and never hold more than it was given.
func FuzzFrame(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte("hello, world: a task printed this"))
	f.Add(frameBytes(f, frameCall, 1, []byte("\x04\x00echoargument")))
	f.Add(frameBytes(f, frameError, 1<<63, []byte("\x03message")))
	f.Add(frameBytes(f, framePanic, 9, []byte("\xff\xff\xff\xffshort")))
	f.Add(append(frameBytes(f, frameHello, 0, []byte(protocolName)), frameBytes(f, frameGoexit, 2, nil)...))
	huge := frameBytes(f, frameResult, 3, []byte("abc"))
	binary.LittleEndian.PutUint32(huge[4:], 1<<30)
	f.Add(huge)
	f.Fuzz(func(t *testing.T, b []byte) {
		d := frameReader{r: bytes.NewReader(b), max: 1 << 20}
		for at := 0; ; {
			fr, err := d.next()
			if err != nil {
				if err != io.EOF && !isProtocol(err) && !errors.Is(err, io.ErrUnexpectedEOF) {
					t.Fatalf("untyped error %v", err)
				}
				break
			}
			_, _ = fr.reply() // must not panic
			again := frameBytes(t, fr.kind, fr.id, fr.payload)
			if !bytes.HasPrefix(b[at:], again) {
				t.Fatalf("frame at %d is not what a writer writes", at)
			}
			at += len(again)
		}
		if len(d.buf) > 2*len(b)+frameChunk {
			t.Fatalf("buffer of %d bytes for %d", len(d.buf), len(b))
		}
	})
}
