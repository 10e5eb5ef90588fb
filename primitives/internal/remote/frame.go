package remote

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

// A frame is a header of 20 bytes and a payload:
//
//	0  magic     'O' 'V'
//	2  kind
//	3  zero
//	4  length    of the payload
//	8  id        of the call
//	16 checksum  CRC-32C of bytes 0 to 15 and the payload
//
// All numbers are little-endian. The checksum detects what a task prints on the
// wire by accident; it does not protect against an attacker.
const (
	frameHeader = 20
	frameChunk  = 32 << 10 // first size of a read buffer
	frameKeep   = 1 << 20  // larger buffers are freed after their frame
	maxPayload  = 64 << 20
)

type frameKind byte

const (
	frameHello  frameKind = 1 + iota // child: ready; payload is the protocol's name
	frameCall                        // parent: name length (2 bytes), name, argument
	frameCancel                      // parent: one byte, 1 for a deadline
	frameResult                      // child: the result
	frameError                       // child: flags (1 byte), message
	framePanic                       // child: value length (4 bytes), value as text, stack
	frameGoexit                      // child: empty
	frameKinds
)

type frame struct {
	kind    frameKind
	id      uint64
	payload []byte // belongs to the reader and is valid until its next call
}

// protocolError reports bytes that no peer of ours would send.
type protocolError struct{ what string }

func (e *protocolError) Error() string { return "primitives: bad frame: " + e.what }

func isProtocol(err error) bool {
	_, ok := errors.AsType[*protocolError](err)
	return ok
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// frameReader takes frames from a byte stream. One read usually brings header
// and payload of a small frame together.
type frameReader struct {
	r        io.Reader
	max      int // largest payload
	buf      []byte
	from, to int // buf[from:to] is read and not yet returned
}

// next blocks until a whole frame has arrived. At the end of the stream it
// returns io.EOF between frames and a wrapped io.ErrUnexpectedEOF inside one.
// After a *protocolError the stream cannot be used further, because the start of
// the next frame is not known.
func (d *frameReader) next() (frame, error) {
	if d.from == d.to {
		d.from, d.to = 0, 0
		if len(d.buf) > frameKeep {
			d.buf = nil
		}
	}
	if err := d.fill(frameHeader); err != nil {
		return frame{}, err
	}
	f, length, err := parseHeader(d.buf[d.from:], d.max)
	if err != nil {
		return frame{}, err
	}
	if err := d.fill(frameHeader + length); err != nil {
		return frame{}, err
	}
	head := d.buf[d.from : d.from+frameHeader]
	f.payload = d.buf[d.from+frameHeader : d.from+frameHeader+length]
	d.from += frameHeader + length
	sum := crc32.Update(crc32.Update(0, castagnoli, head[:16]), castagnoli, f.payload)
	if sum != binary.LittleEndian.Uint32(head[16:]) {
		return frame{}, &protocolError{"checksum does not match"}
	}
	return f, nil
}

// parseHeader checks everything that can be checked before the payload has
// arrived, above all its length.
func parseHeader(h []byte, limit int) (frame, int, error) {
	kind, length := frameKind(h[2]), binary.LittleEndian.Uint32(h[4:])
	switch {
	case h[0] != 'O' || h[1] != 'V' || h[3] != 0:
		return frame{}, 0, &protocolError{fmt.Sprintf("header starts with % x", h[:4])}
	case kind == 0 || kind >= frameKinds:
		return frame{}, 0, &protocolError{fmt.Sprintf("unknown kind %d", kind)}
	case int64(length) > int64(limit):
		return frame{}, 0, &protocolError{fmt.Sprintf("payload of %d bytes, the limit is %d", length, limit)}
	}
	return frame{kind: kind, id: binary.LittleEndian.Uint64(h[8:])}, int(length), nil
}

// fill reads until the buffer holds need bytes.
func (d *frameReader) fill(need int) error {
	for empty := 0; d.to-d.from < need; {
		if d.to == len(d.buf) {
			d.makeRoom(need)
		}
		n, err := d.r.Read(d.buf[d.to:])
		d.to += n
		switch {
		case n > 0:
			empty = 0 // an error that came with bytes is returned again
		case err == io.EOF && d.to == d.from:
			return io.EOF
		case err == io.EOF:
			return fmt.Errorf("primitives: frame cut off after %d of %d bytes: %w", d.to-d.from, need, io.ErrUnexpectedEOF)
		case err != nil:
			return err
		case empty == 100:
			return io.ErrNoProgress
		default:
			empty++
		}
	}
	return nil
}

// makeRoom makes space after to. The buffer at most doubles, whatever length
// the header claims: memory follows the bytes that really arrive.
func (d *frameReader) makeRoom(need int) {
	if d.from > 0 {
		d.to = copy(d.buf, d.buf[d.from:d.to])
		d.from = 0
		return
	}
	size := max(min(2*len(d.buf), need), frameChunk)
	buf := make([]byte, size)
	d.to = copy(buf, d.buf[:d.to])
	d.buf = buf
}

// frameWriter writes frames to a byte stream.
type frameWriter struct {
	w   io.Writer
	buf []byte // header and small payloads, so that one write sends a frame
}

// fits returns an error if a payload of n bytes may not be sent.
func fits(n int) error {
	if n > maxPayload {
		return fmt.Errorf("primitives: %d bytes to send, the limit is %d", n, maxPayload)
	}
	return nil
}

// send writes one frame whose payload is a and b. It blocks until the peer has
// taken enough.
func (e *frameWriter) send(kind frameKind, id uint64, a, b []byte) error {
	if err := fits(len(a) + len(b)); err != nil {
		return err
	}
	buf := append(e.buf[:0], 'O', 'V', byte(kind), 0)
	buf = binary.LittleEndian.AppendUint32(buf, uint32(len(a)+len(b)))
	buf = binary.LittleEndian.AppendUint64(buf, id)
	sum := crc32.Update(0, castagnoli, buf)
	sum = crc32.Update(crc32.Update(sum, castagnoli, a), castagnoli, b)
	buf = binary.LittleEndian.AppendUint32(buf, sum)
	buf = append(buf, a...)
	// A large part is written from where it lies: copying it would cost more
	// than the second write.
	large := len(b) > frameChunk
	if !large {
		buf = append(buf, b...)
	}
	if e.buf = buf; cap(buf) > frameKeep {
		e.buf = nil
	}
	_, err := e.w.Write(buf)
	if err == nil && large {
		_, err = e.w.Write(b)
	}
	return err
}
