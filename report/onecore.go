package report

import (
	"fmt"
	"strconv"
	"strings"

	"overlap/internal/table"
)

// onlyOneCore is the warning of a row that was measured on one core, with the
// reason if the file has it: a run keeps to as many cores as a CPU quota is worth.
func (d survey) onlyOneCore(base Point) string {
	host := d.Host
	if base.Column != "" {
		host = d.Hosts[base.Column]
	}
	quota, err := strconv.ParseFloat(host["quota"], 64)
	if err != nil || !(quota > 0 && quota < 2) || !strings.ContainsAny(host["mask"], ",-") {
		return "only one core was measured: the machine is too small, or the run was, to tell what cores buy"
	}
	return fmt.Sprintf("only one core was measured: a CPU quota of %s keeps a run there; --cores 1,2 goes around it, and the quota then throttles the second core", table.Printable(host["quota"]))
}
