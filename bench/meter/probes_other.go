//go:build !linux

package meter

import (
	"runtime"
	"time"
)

// idleTimes are not told here.
type idleTimes struct{}

func openIdle(int) idleTimes          { return idleTimes{} }
func (idleTimes) close()              {}
func (idleTimes) read() time.Duration { return -1 }
func bindThread(int) (free func())    { return runtime.UnlockOSThread }

// ProcessCPU reports false: it is not told here.
func ProcessCPU(int) (time.Duration, bool) { return 0, false }

// ChildrenOf returns none: they are not told here.
func ChildrenOf(int) []int { return nil }
