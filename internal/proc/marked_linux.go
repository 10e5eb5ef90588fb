package proc

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// KillMarked kills the processes of this user that were started with a variable in
// their environment, name=value, which their own children inherit: the kernel does not
// end these with the leader of their group. It does nothing on systems other than
// Linux.
func KillMarked(variable string) {
	files, _ := filepath.Glob("/proc/[0-9]*/environ") // the pattern is right
	for _, path := range files {
		env, err := os.ReadFile(path)
		if err != nil || !bytes.Contains(append([]byte{0}, env...), []byte("\x00"+variable+"\x00")) {
			continue // it has ended, or is another user's
		}
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path))); err == nil && pid != os.Getpid() {
			_ = syscall.Kill(pid, syscall.SIGKILL) // it may have ended
		}
	}
}
