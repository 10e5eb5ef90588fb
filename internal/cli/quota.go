package cli

import (
	"fmt"

	"overlap/bench/host"
)

// underQuota says that a CPU quota excludes cores from the measurement, and which flag
// includes them; it is empty if it excludes none.
func underQuota(h host.Host, cores int) string {
	kept := h.WithinQuota(cores)
	if kept == cores {
		return ""
	}
	return fmt.Sprintf("a CPU quota of %.4g allows %d of %d cores: --cores 1,%d measures on all, and the quota then throttles them", h.Quota, kept, cores, cores)
}
