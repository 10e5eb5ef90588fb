package cli

import (
	"fmt"

	"overlap/bench/host"
)

// worth is how many of so many cores the CPU quota is worth, if there is one: more
// would be throttled, and look as if they did not help.
func worth(h host.Host, cores int) int {
	if h.Quota > 0 {
		return max(1, min(cores, int(h.Quota)))
	}
	return cores
}

// underQuota says that a CPU quota keeps a measurement from cores, and which flag
// goes around it; empty if it does not.
func underQuota(h host.Host, cores int) string {
	kept := worth(h, cores)
	if kept == cores {
		return ""
	}
	return fmt.Sprintf("a CPU quota of %.4g keeps this on %d of %d cores: --cores 1,%d goes around it, and the quota then throttles what is above it", h.Quota, kept, cores, cores)
}
