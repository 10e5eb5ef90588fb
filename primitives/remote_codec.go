package primitives

import (
	"bytes"
	"encoding"
	"encoding/binary"
	"encoding/gob"
	"errors"
	"fmt"
	"math"
	"reflect"
	"unsafe"
)

// codec writes and reads values of one type. The choice is made once, by
// Define, so that a call pays for no type switch. Values are passed as
// themselves, not as pointers: a pointer handed to a func value would move
// every argument to the heap.
type codec[T any] struct {
	encode func(dst []byte, v T) ([]byte, error)
	decode func(b []byte) (T, error) // must not keep b
}

var (
	marshaler   = reflect.TypeFor[encoding.BinaryMarshaler]()
	unmarshaler = reflect.TypeFor[encoding.BinaryUnmarshaler]()
)

func codecFor[T any]() codec[T] {
	t := reflect.TypeFor[T]()
	switch {
	case t.Kind() == reflect.Interface:
		return gobCodec[T]() // its methods say nothing about the value inside
	case reflect.PointerTo(t).Implements(marshaler) && reflect.PointerTo(t).Implements(unmarshaler):
		return marshalCodec[T]()
	case t.Kind() == reflect.Pointer && t.Implements(marshaler) && t.Implements(unmarshaler):
		return pointerCodec[T]()
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8:
		return bytesCodec[T]()
	case t.Kind() == reflect.String:
		return stringCodec[T]()
	case t.Kind() >= reflect.Bool && t.Kind() <= reflect.Float64:
		return wordCodec[T](t.Kind() == reflect.Bool)
	case t.Kind() == reflect.Struct && t.NumField() == 0:
		return emptyCodec[T]()
	case t.Kind() == reflect.Slice && fixedSize(t.Elem()):
		return sliceCodec[T](t)
	case fixedSize(t):
		return fixedCodec[T]()
	}
	return gobCodec[T]()
}

// fixedSize reports whether encoding/binary can write and read every value of
// t. Unexported fields, which it cannot set, leave a struct to gob.
func fixedSize(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Array:
		return t.Size() > 0 && fixedSize(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			if !t.Field(i).IsExported() || !fixedSize(t.Field(i).Type) {
				return false
			}
		}
		return t.Size() > 0
	case reflect.Int, reflect.Uint, reflect.Uintptr:
		return false // encoding/binary refuses what has another size on another machine
	}
	return t.Kind() >= reflect.Bool && t.Kind() <= reflect.Complex128
}

// The codecs of plain kinds reinterpret v through unsafe, because a type
// switch would miss named types (type ID uint64) and reflect would allocate.
// codecFor has checked the kind, on which the memory layout depends.

func bytesCodec[T any]() codec[T] {
	return codec[T]{
		encode: func(dst []byte, v T) ([]byte, error) {
			return append(dst, *(*[]byte)(unsafe.Pointer(&v))...), nil
		},
		decode: func(b []byte) (v T, err error) {
			*(*[]byte)(unsafe.Pointer(&v)) = bytes.Clone(b)
			return v, nil
		},
	}
}

func stringCodec[T any]() codec[T] {
	return codec[T]{
		encode: func(dst []byte, v T) ([]byte, error) {
			return append(dst, *(*string)(unsafe.Pointer(&v))...), nil
		},
		decode: func(b []byte) (v T, err error) {
			*(*string)(unsafe.Pointer(&v)) = string(b)
			return v, nil
		},
	}
}

func emptyCodec[T any]() codec[T] {
	return codec[T]{
		encode: func(dst []byte, _ T) ([]byte, error) { return dst, nil },
		decode: func(b []byte) (v T, err error) { return v, wantSize(b, 0) },
	}
}

// wordCodec writes numbers and bools of any width as 8 bytes: int then needs
// no width of its own.
func wordCodec[T any](isBool bool) codec[T] {
	return codec[T]{
		encode: func(dst []byte, v T) ([]byte, error) {
			return binary.LittleEndian.AppendUint64(dst, loadWord(unsafe.Pointer(&v), unsafe.Sizeof(v))), nil
		},
		decode: func(b []byte) (v T, err error) {
			if err := wantSize(b, 8); err != nil {
				return v, err
			}
			w, size := binary.LittleEndian.Uint64(b), unsafe.Sizeof(v)
			// A bool that is neither 0 nor 1 would be undefined behaviour.
			if isBool && w > 1 || size < 8 && w>>(8*size) != 0 {
				return v, fmt.Errorf("value %d is too large for %T", w, v)
			}
			storeWord(unsafe.Pointer(&v), size, w)
			return v, nil
		},
	}
}

func loadWord(p unsafe.Pointer, size uintptr) uint64 {
	switch size {
	case 1:
		return uint64(*(*uint8)(p))
	case 2:
		return uint64(*(*uint16)(p))
	case 4:
		return uint64(*(*uint32)(p))
	}
	return *(*uint64)(p)
}

func storeWord(p unsafe.Pointer, size uintptr, w uint64) {
	switch size {
	case 1:
		*(*uint8)(p) = uint8(w)
	case 2:
		*(*uint16)(p) = uint16(w)
	case 4:
		*(*uint32)(p) = uint32(w)
	default:
		*(*uint64)(p) = w
	}
}

func fixedCodec[T any]() codec[T] {
	return codec[T]{
		encode: func(dst []byte, v T) ([]byte, error) { return binary.Append(dst, binary.LittleEndian, v) },
		decode: func(b []byte) (v T, err error) {
			if err := wantSize(b, binary.Size(v)); err != nil {
				return v, err
			}
			_, err = binary.Decode(b, binary.LittleEndian, &v)
			return v, err
		},
	}
}

func sliceCodec[T any](t reflect.Type) codec[T] {
	elem := binary.Size(reflect.New(t.Elem()).Interface())
	return codec[T]{
		encode: func(dst []byte, v T) ([]byte, error) { return binary.Append(dst, binary.LittleEndian, v) },
		decode: func(b []byte) (v T, err error) {
			if len(b)%elem != 0 {
				return v, fmt.Errorf("%d bytes are no whole number of elements of %d bytes", len(b), elem)
			}
			v = reflect.MakeSlice(t, len(b)/elem, len(b)/elem).Interface().(T)
			_, err = binary.Decode(b, binary.LittleEndian, v)
			return v, err
		},
	}
}

// marshalCodec asks the pointer, whose methods include those of the value.
func marshalCodec[T any]() codec[T] {
	return codec[T]{
		encode: func(dst []byte, v T) ([]byte, error) {
			return appendMarshaled(dst, any(&v).(encoding.BinaryMarshaler))
		},
		decode: func(b []byte) (v T, err error) {
			err = unmarshal(b, any(&v).(encoding.BinaryUnmarshaler))
			return v, err
		},
	}
}

// pointerCodec is for a T that is itself a pointer with the methods.
func pointerCodec[T any]() codec[T] {
	elem := reflect.TypeFor[T]().Elem()
	return codec[T]{
		encode: func(dst []byte, v T) ([]byte, error) {
			return appendMarshaled(dst, any(v).(encoding.BinaryMarshaler))
		},
		decode: func(b []byte) (v T, err error) {
			v = reflect.New(elem).Interface().(T)
			err = unmarshal(b, any(v).(encoding.BinaryUnmarshaler))
			return v, err
		},
	}
}

func appendMarshaled(dst []byte, m encoding.BinaryMarshaler) (_ []byte, err error) {
	defer caught(&err)
	b, err := m.MarshalBinary()
	return append(dst, b...), err
}

// unmarshal gives the method its own copy: the interface allows it to keep
// only what it copies, but the frame's buffer is too easy to get wrong.
func unmarshal(b []byte, u encoding.BinaryUnmarshaler) (err error) {
	defer caught(&err)
	return u.UnmarshalBinary(bytes.Clone(b))
}

// gobCodec sends the type with every value, so that each frame can be read
// alone: a stream shared by all would be lost with the first broken frame.
//
// An interface is passed by its address, or gob would send the value inside
// without its type; all else as itself, or gob would send a nil pointer as
// a zero value.
func gobCodec[T any]() codec[T] {
	isInterface := reflect.TypeFor[T]().Kind() == reflect.Interface
	return codec[T]{
		encode: func(dst []byte, v T) (_ []byte, err error) {
			defer caught(&err)
			buf := bytes.NewBuffer(dst)
			if isInterface {
				err = gob.NewEncoder(buf).Encode(&v)
			} else {
				err = gob.NewEncoder(buf).Encode(v)
			}
			return buf.Bytes(), err
		},
		decode: func(b []byte) (v T, err error) {
			defer caught(&err)
			r := bytes.NewReader(b)
			if err = gob.NewDecoder(r).Decode(&v); err == nil && r.Len() > 0 {
				err = fmt.Errorf("%d bytes after the value", r.Len())
			}
			return v, err
		},
	}
}

// caught turns a panic of the type's own code into an error: bytes from
// another process must not be able to stop this one.
func caught(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("panic while converting: %v", r)
	}
}

func wantSize(b []byte, n int) error {
	if n < 0 || n > math.MaxInt32 {
		return errors.New("type has no fixed size")
	}
	if len(b) != n {
		return fmt.Errorf("%d bytes where %d belong", len(b), n)
	}
	return nil
}
