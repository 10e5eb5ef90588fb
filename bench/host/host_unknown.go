//go:build !linux && !darwin && !windows

package host

import (
	"math"
	"runtime"
)

// readHere knows only the number of CPUs.
func readHere(tree) (Host, error) {
	ids, err := Affinity()
	if err != nil {
		return Host{}, err
	}
	return Host{
		Model:  "unknown " + runtime.GOARCH,
		Online: ids,
		Quota:  math.NaN(),
		CPUs:   alike(ids, 0),
		Notes:  []string{"the core layout is not read on " + runtime.GOOS + ", each CPU counts as a core"},
	}, nil
}
