//go:build amd64 || arm64

package recording

import (
	"encoding/binary"
	"errors"
	"os"
	"runtime"
	"strconv"
	"sync/atomic"
	"syscall"
	"unsafe"
)

// countersOfRecording are the buffers into which the kernel writes samples, one for each CPU.
type countersOfRecording [][]byte

// The first page of a buffer has the positions; the size is what an ordinary user may lock.
const (
	bufferOfRecording = 512 << 10
	writtenRecording  = 1024 // offset of the position up to which the kernel has written
	readRecording     = 1032 // offset of the position up to which it may overwrite
)

// start forgets all samples up to now.
func (c *countersOfRecording) start() error {
	if *c == nil {
		if err := c.open(); err != nil {
			return err
		}
	}
	for _, buffer := range *c {
		positionOfRecording(buffer, readRecording).Store(positionOfRecording(buffer, writtenRecording).Load())
	}
	return nil
}

// open finds the events among the files that this process has inherited. For each CPU, there
// is a leader, followed by the others, all of which write to its buffer.
func (c *countersOfRecording) open() error {
	leader, n := 0, 0
	for fd := 3; ; fd++ {
		name, err := os.Readlink("/proc/self/fd/" + strconv.Itoa(fd))
		if err != nil || name != "anon_inode:[perf_event]" {
			break
		}
		syscall.CloseOnExec(fd)
		if n++; n%len(PeriodsOfRecording) == 1 {
			leader = fd
			buffer, err := syscall.Mmap(fd, 0, os.Getpagesize()+bufferOfRecording, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED)
			if err != nil {
				return os.NewSyscallError("mmap", err)
			}
			*c = append(*c, buffer)
			continue
		}
		const setOutput = 0x2405
		if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, uintptr(fd), setOutput, uintptr(leader)); errno != 0 {
			return os.NewSyscallError("ioctl", errno)
		}
	}
	if n == 0 {
		return errors.New("this process has inherited no hardware counters")
	}
	return nil
}

func positionOfRecording(buffer []byte, offset int) *atomic.Uint64 {
	return (*atomic.Uint64)(unsafe.Pointer(&buffer[offset]))
}

// write writes what the events counted since start as a profile for package pprof: samples,
// and the number of each event.
func (c countersOfRecording) write(path string) error {
	p := profileOfRecording{strings: map[string]uint64{}, locations: map[uintptr]uint64{}}
	p.text("")
	for _, name := range []string{"samples", "cycles", "instructions", "cache_misses"} {
		p.message(1, func(m *profileOfRecording) { m.number(1, p.text(name)); m.number(2, p.text("count")) })
	}
	p.message(11, func(m *profileOfRecording) { m.number(1, p.text("cache_misses")); m.number(2, p.text("count")) })
	p.number(12, PeriodsOfRecording[2])
	for stack, values := range c.read() {
		p.sample([]byte(stack), values)
	}
	return os.WriteFile(path, p.data, 0o666)
}

// read sums the samples by stack.
func (c countersOfRecording) read() map[string][4]uint64 {
	sums := map[string][4]uint64{}
	for _, buffer := range c {
		data := buffer[os.Getpagesize():]
		from, until := positionOfRecording(buffer, readRecording).Load(), positionOfRecording(buffer, writtenRecording).Load()
		list := make([]byte, until-from)
		copy(list[copy(list, data[from%bufferOfRecording:]):], data)
		for len(list) >= 8 {
			// Type, flags, size; process, thread; period; length of the stack; stack.
			size := min(len(list), max(8, int(binary.NativeEndian.Uint16(list[6:]))))
			record := list[:size]
			list = list[size:]
			const sample = 9
			if binary.NativeEndian.Uint32(record) != sample || size < 32 || int(binary.NativeEndian.Uint32(record[8:])) != os.Getpid() {
				continue // of a program that this one has started, or nothing to count
			}
			period := binary.NativeEndian.Uint64(record[16:])
			for i, p := range PeriodsOfRecording {
				if p == period {
					values := sums[string(record[32:])]
					values[0]++
					values[1+i] += period
					sums[string(record[32:])] = values
				}
			}
		}
	}
	return sums
}

// profileOfRecording is a protocol buffer: github.com/google/pprof/proto/profile.proto.
type profileOfRecording struct {
	data      []byte
	strings   map[string]uint64 // with their numbers
	locations map[uintptr]uint64
	functions uint64
}

func (p *profileOfRecording) number(field, x uint64) {
	p.data = binary.AppendUvarint(binary.AppendUvarint(p.data, field<<3), x)
}

func (p *profileOfRecording) bytes(field uint64, data []byte) {
	p.data = append(binary.AppendUvarint(binary.AppendUvarint(p.data, field<<3|2), uint64(len(data))), data...)
}

// message adds what fill puts into it.
func (p *profileOfRecording) message(field uint64, fill func(*profileOfRecording)) {
	var m profileOfRecording
	fill(&m)
	p.bytes(field, m.data)
}

// text is the number of a string.
func (p *profileOfRecording) text(s string) uint64 {
	if _, ok := p.strings[s]; !ok {
		p.strings[s] = uint64(len(p.strings))
		p.bytes(6, []byte(s))
	}
	return p.strings[s]
}

// sample adds a stack of addresses.
func (p *profileOfRecording) sample(stack []byte, values [4]uint64) {
	var ids []uint64
	for ; len(stack) >= 8; stack = stack[8:] {
		pc := binary.NativeEndian.Uint64(stack)
		if len(ids) == 0 {
			pc++ // where it is, and not where it returns to, as the others
		}
		if id := p.location(uintptr(pc)); id > 0 {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return
	}
	p.message(2, func(m *profileOfRecording) {
		for _, id := range ids {
			m.number(1, id)
		}
		for _, x := range values {
			m.number(2, x)
		}
	})
}

// location is the number of the lines of an address, those of inlined functions first; 0 if
// it is not of Go code, as the marks that the kernel puts into stacks are not.
func (p *profileOfRecording) location(pc uintptr) uint64 {
	id, known := p.locations[pc]
	if known {
		return id
	}
	var lines [][2]uint64                             // function, line
	frames := runtime.CallersFrames([]uintptr{pc, 0}) // of the last one, inlined functions would be left out
	for more := true; more; {
		var f runtime.Frame
		if f, more = frames.Next(); f.Function != "" {
			p.functions++
			lines = append(lines, [2]uint64{p.functions, uint64(f.Line)})
			p.message(5, func(m *profileOfRecording) {
				m.number(1, p.functions)
				m.number(2, p.text(f.Function))
				m.number(4, p.text(f.File))
			})
		}
	}
	if len(lines) > 0 {
		id = uint64(len(p.locations) + 1)
		p.message(4, func(m *profileOfRecording) {
			m.number(1, id)
			for _, line := range lines {
				m.message(4, func(l *profileOfRecording) { l.number(1, line[0]); l.number(2, line[1]) })
			}
		})
	}
	p.locations[pc] = id
	return id
}
