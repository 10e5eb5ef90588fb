//go:build !linux && !darwin

package workloads

import (
	"errors"
	"os"
)

// errNotDirect says that we know no way past this system's page cache that Go's
// files can take.
var errNotDirect = errors.New("not known how on this system")

func openDirect(string) (*os.File, error)   { return nil, errNotDirect }
func createDirect(string) (*os.File, error) { return nil, errNotDirect }

// inMemory reports whether a folder is in memory, as far as is known.
func inMemory(string) bool { return false }
