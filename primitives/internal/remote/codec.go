package remote

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"reflect"
	"unsafe"
)

// codec writes and reads values of one type. Define chooses it once, so that a
// call pays for no type switch. Values are passed as themselves: a pointer
// handed to a func value would move every argument to the heap.
type codec[T any] struct {
	encode func(dst []byte, v T) ([]byte, error)
	decode func(b []byte) (T, error) // must not keep b
}

func codecFor[T any]() codec[T] {
	t := reflect.TypeFor[T]()
	if err := fieldLoss(t, nil); err != nil {
		return refusingCodec[T](err)
	}
	switch {
	case t.Kind() == reflect.Interface:
		return gobCodec[T]() // its methods say nothing about the value inside
	case marshalsItself(reflect.PointerTo(t)):
		return marshalCodec[T]()
	case t.Kind() == reflect.Pointer && marshalsItself(t):
		return pointerCodec[T]()
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8:
		return bytesCodec[T]()
	case t.Kind() == reflect.String:
		return stringCodec[T]()
	case t.Kind() >= reflect.Bool && t.Kind() <= reflect.Float64:
		return numberCodec[T](t.Kind() == reflect.Bool)
	case t.Kind() == reflect.Struct && t.NumField() == 0:
		return emptyCodec[T]()
	case t.Kind() == reflect.Slice && fixedSize(t.Elem()):
		return sliceCodec[T](t)
	case fixedSize(t):
		return fixedCodec[T]()
	}
	return gobCodec[T]()
}

// refusingCodec is for a type that cannot cross.
func refusingCodec[T any](err error) codec[T] {
	return codec[T]{
		encode: func(dst []byte, _ T) ([]byte, error) { return dst, err },
		decode: func([]byte) (v T, _ error) { return v, err },
	}
}

// fixedSize reports whether encoding/binary can write and read every value of
// t. Unexported fields, which it cannot set, leave a struct to gob.
func fixedSize(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Array:
		return t.Size() > 0 && fixedSize(t.Elem())
	case reflect.Struct:
		for f := range t.Fields() {
			if !f.IsExported() || !fixedSize(f.Type) {
				return false
			}
		}
		return t.Size() > 0
	case reflect.Int, reflect.Uint, reflect.Uintptr:
		return false // encoding/binary refuses a type whose size depends on the machine
	}
	return t.Kind() >= reflect.Bool && t.Kind() <= reflect.Complex128
}

// The codecs of plain kinds reinterpret v through unsafe, because a type
// switch would miss named types (type ID uint64) and reflect would allocate.
// codecFor has checked the kind, which determines the memory layout.

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

// numberCodec copies the memory of a number or bool: both processes run the same
// program.
func numberCodec[T any](isBool bool) codec[T] {
	return codec[T]{
		encode: func(dst []byte, v T) ([]byte, error) {
			return append(dst, unsafe.Slice((*byte)(unsafe.Pointer(&v)), unsafe.Sizeof(v))...), nil
		},
		decode: func(b []byte) (v T, err error) {
			if err := wantSize(b, int(unsafe.Sizeof(v))); err != nil {
				return v, err
			}
			if isBool && b[0] > 1 { // would be undefined behaviour
				return v, fmt.Errorf("value %d is not a %T", b[0], v)
			}
			copy(unsafe.Slice((*byte)(unsafe.Pointer(&v)), len(b)), b)
			return v, nil
		},
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
				return v, fmt.Errorf("%d bytes are not a multiple of the element size %d", len(b), elem)
			}
			v = reflect.MakeSlice(t, len(b)/elem, len(b)/elem).Interface().(T)
			_, err = binary.Decode(b, binary.LittleEndian, v)
			return v, err
		},
	}
}

func wantSize(b []byte, n int) error {
	if n < 0 || n > math.MaxInt32 {
		return errors.New("type has no fixed size")
	}
	if len(b) != n {
		return fmt.Errorf("got %d bytes, want %d", len(b), n)
	}
	return nil
}
