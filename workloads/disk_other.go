//go:build !linux && !darwin

package workloads

import (
	"errors"
	"os"
)

// errNotDirect says that we know no way around this system's page cache for Go's
// files.
var errNotDirect = errors.New("not known how on this system")

func openDirect(string) (*os.File, error)   { return nil, errNotDirect }
func createDirect(string) (*os.File, error) { return nil, errNotDirect }

// inMemory reports whether a directory is known to be in memory.
func inMemory(string) bool { return false }
