//go:build !unix

package durable

import "os"

// Lock does nothing: where locks are mandatory, one would keep readers out of a file
// that is being written.
func Lock(*os.File) {}

// TryLock reports true, and does nothing, for the same reason.
func TryLock(*os.File) bool { return true }
