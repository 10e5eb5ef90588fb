//go:build !unix

package scratch

import "os"

// lockLeft removes the file of a directory whose process has ended.
func lockLeft(path string) (*os.File, bool) { return nil, os.Remove(path) == nil }

// ours reports whether path is a directory; here, each user has a directory for temporary
// files.
func ours(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.IsDir()
}
