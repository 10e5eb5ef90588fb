package cause

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"overlap/internal/table"
)

// AccountFile is the name of the file beside the recordings that keeps the account.
const AccountFile = "account.json"

// maxAccount limits the size of the file, in bytes.
const maxAccount = 4 << 20

// Explained is the account of a benchmark, as its file keeps it.
type Explained struct {
	Host      string    `json:"host"`
	Recorded  time.Time `json:"recorded"`
	Package   string    `json:"package,omitempty"` // empty for a workload of the suite
	Benchmark string    `json:"benchmark"`
	Executor  string    `json:"executor,omitempty"`
	Variant   string    `json:"variant,omitempty"` // of a workload; empty is its first
	Workers   int       `json:"workers,omitempty"`
	Account
	Slowdowns  []Slowdown `json:"slowdowns"`
	Recordings string     `json:"recordings"` // their directory
	Source     []Excerpt  `json:"source,omitempty"`
}

// Slowdown is what a recording costs: by what factor the benchmark took longer.
type Slowdown struct {
	Recording string  `json:"recording"`
	One       bool    `json:"one_core,omitempty"` // it is of one core
	Factor    float64 `json:"factor"`
}

// ReadFile reads an account. Numbers and texts in it are anybody's, but few.
func ReadFile(path string) (e Explained, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return e, err
	}
	if !info.Mode().IsRegular() { // a pipe would block
		return e, fmt.Errorf("%s: not a regular file", table.Printable(path))
	}
	text, err := readLimited(path, maxAccount)
	if err != nil {
		return e, err
	}
	if err := json.Unmarshal(text, &e); err != nil {
		return e, fmt.Errorf("%s: damaged: %w", table.Printable(path), err)
	}
	if nodes := e.Paths.count(0); !(e.Cores > 0) || e.Cores > maxProcs || len(e.Causes) > maxNodes || nodes > maxNodes+1 {
		return e, fmt.Errorf("%s: damaged: %v cores, %s, %s of call paths", table.Printable(path), e.Cores, table.Count(len(e.Causes), "cause"), table.Count(nodes, "node"))
	}
	return e, nil
}

// count returns the number of nodes; too many if they are too deep or one is missing.
func (n *Node) count(depth int) int {
	switch {
	case n == nil && depth == 0:
		return 0
	case n == nil || depth > maxDepth+1:
		return maxNodes + 2
	}
	sum := 1
	for _, c := range n.Calls {
		sum += c.count(depth + 1)
	}
	return sum
}
