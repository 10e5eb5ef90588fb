//go:build unix && !linux

package turns

import "golang.org/x/sys/unix"

func rawRead(fd int, text []byte) (int, error) { return unix.Read(fd, text) }

func rawWrite(fd int, text []byte) error {
	_, err := unix.Write(fd, text)
	return err
}
