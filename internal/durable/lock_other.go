//go:build !unix

package durable

import "os"

// Lock does nothing: where locks are mandatory, one would keep readers out of a file
// that is being written.
func Lock(*os.File) {}

// TryLock reports true, and does nothing, for the same reason.
func TryLock(*os.File) bool { return true }

// Locked reports that it is not known whether another process holds the lock.
func Locked(*os.File) (held, known bool) { return false, false }
