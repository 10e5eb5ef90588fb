package cli

import (
	"fmt"

	"overlap/bench/host"
)

// underQuota says that a CPU quota keeps a measurement from cores, and which flag
// goes around it; empty if it does not.
func underQuota(h host.Host, cores int) string {
	kept := h.WithinQuota(cores)
	if kept == cores {
		return ""
	}
	return fmt.Sprintf("a CPU quota of %.4g keeps this on %d of %d cores: --cores 1,%d goes around it, and the quota then throttles what is above it", h.Quota, kept, cores, cores)
}
