//go:build !linux || !(amd64 || arm64)

package recording

import "errors"

type countersOfRecording struct{}

func (*countersOfRecording) start() error { return errors.ErrUnsupported }

func (countersOfRecording) write(string) error { return errors.ErrUnsupported }
