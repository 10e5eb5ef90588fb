package cli

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"overlap/bench/host"
	"overlap/internal/table"
)

type hostCmd struct {
	JSON      bool   `group:"output" help:"Print JSON."`
	Root      string `group:"read" help:"Describe the machine whose /sys and /proc were copied to DIR/sys and DIR/proc (default: this one)." placeholder:"DIR"`
	Advise    bool   `group:"output" help:"Say what would make the machine quieter, and change nothing."`
	Placement string `group:"output" aliases:"policy" help:"Print only the CPUs in the order of this placement: compact, scatter, one-per-core, smt, node:N, class:performance, class:efficiency." placeholder:"ORDER"`
}

// Help is printed below the first line of --help.
func (c *hostCmd) Help() string {
	return "Exit codes: 1 for an error, 2 for a wrong command line."
}

func (c *hostCmd) Run(s *streams) error {
	if c.Advise && c.Placement != "" {
		return errors.New("--advise and --placement print different things: leave one of them out")
	}
	h, err := host.ReadRoot(c.Root)
	if err != nil {
		return fmt.Errorf("host: %w", err)
	}
	policies := h.Policies()
	if c.Placement != "" {
		policies = []string{c.Placement}
	}
	orders := map[string][]int{}
	for _, policy := range policies {
		if orders[policy], err = h.Order(policy); err != nil {
			return fmt.Errorf("--placement: %w", err)
		}
	}
	var advice []string
	if c.Advise {
		if advice, err = host.Advise(c.Root); err != nil {
			return fmt.Errorf("--advise: %w", err)
		}
	}
	var text strings.Builder
	switch {
	case c.JSON:
		return c.json(s.out, h, orders, advice)
	case c.Advise:
		advise(&text, advice)
	case c.Placement != "":
		fmt.Fprintln(&text, host.FormatOrder(orders[c.Placement]))
	default:
		c.printText(&text, h, policies, orders)
	}
	_, err = io.WriteString(s.out, text.String())
	return err
}

// hostJSON is the output of --json. It counts what the process may use; 0 is unknown.
type hostJSON struct {
	host.Host
	host.Count
	Threads   int              `json:"threads"`
	Allowed   []int            `json:"allowed"`
	Classes   map[string][]int `json:"classes"`
	QuotaCPUs *float64         `json:"quota_cpus"` // null without a limit, or if a note says that it is unknown
	Placement map[string][]int `json:"placement"`
	Load      string           `json:"load,omitempty"`
	Advice    *[]string        `json:"advice,omitempty"` // with --advise
}

func (c *hostCmd) json(out io.Writer, h host.Host, orders map[string][]int, advice []string) error {
	j := hostJSON{Host: h, Count: h.Count(), Threads: len(h.CPUs), Allowed: h.IDs(), Classes: h.Classes(), Placement: orders}
	j.Isolated = append([]int{}, h.Isolated...)
	if h.Quota > 0 {
		j.QuotaCPUs = &h.Quota
	}
	if c.Root == "" {
		j.Load, _ = host.Load()
	}
	if c.Advise {
		advice = append([]string{}, advice...)
		j.Advice = &advice
	}
	e := json.NewEncoder(out)
	e.SetIndent("", "  ")
	return e.Encode(j)
}

func advise(out io.Writer, advice []string) {
	if len(advice) == 0 {
		fmt.Fprintln(out, "nothing to advise")
	}
	for _, a := range advice {
		fmt.Fprintln(out, wrap("- ", strings.Fields(a), " "))
	}
}

// printText prints the machine, what of it may be used, what limits it, and in which
// order CPUs are taken.
func (c *hostCmd) printText(out io.Writer, h host.Host, policies []string, orders map[string][]int) {
	row := func(name, text string) {
		if text != "" {
			fmt.Fprintln(out, wrap(fmt.Sprintf("%-16s", name), strings.Fields(text), " "))
		}
	}
	list := func(name string, ids []int) {
		if len(ids) > 0 {
			fmt.Fprintln(out, wrap(fmt.Sprintf("%-16s", name), strings.SplitAfter(host.FormatOrder(ids), ","), ""))
		}
	}
	n := h.Count()
	row("host", h.Name)
	row("cpu", h.Model)
	row("caches", strings.Join(h.Caches, ", "))
	row("system", strings.TrimSuffix(h.OS+", "+h.Kernel, ", "))
	row("go", h.Go)
	parts := []string{part(n.Packages, "package")}
	if n.Dies > n.Packages {
		parts = append(parts, part(n.Dies, "die"))
	}
	row("topology", strings.Join(append(parts, part(n.Nodes, "memory node"), part(n.LLCs, "last-level cache"), part(n.Cores, "core"), part(len(h.CPUs), "thread")), ", "))
	list("online", h.Online)
	row("allowed", fmt.Sprintf("%s on %s: %s", part(len(h.CPUs), "CPU"), part(n.Cores, "core"), strings.ReplaceAll(host.FormatList(h.IDs()), ",", ", ")))
	list("isolated", h.Isolated)
	for _, class := range []string{host.Performance, host.Efficiency} {
		list(class, h.Classes()[class])
	}
	step := "unknown" // a clock that stood still
	for _, p := range h.Fingerprint() {
		switch p.Key {
		case "governor", "turbo", "quota", "clocksource":
			row(p.Key, p.Value)
		case "clock-resolution":
			step = p.Value
		}
	}
	if procs := h.ProcsText(); procs != "" {
		row("GOMAXPROCS", procs+"; above the quota, the kernel stops all threads for the rest of each period, mostly 100 ms")
	}
	row("virtualisation", cmp.Or(h.Virtualisation, "unknown"))
	if c.Root == "" {
		row("clock step", step)
		load, _ := host.Load()
		row("load", load)
	}
	fmt.Fprintln(out, "placement")
	for _, policy := range policies {
		list(fmt.Sprintf("  %-19s", policy), orders[policy])
	}
	coreMap(out, h)
	for _, note := range h.Notes {
		row("note", note)
	}
}

// part counts parts of a machine; 0 is unknown.
func part(n int, thing string) string {
	if n == 0 {
		return "unknown " + thing + "s"
	}
	return table.Count(n, thing)
}

// maxMapped is how many CPUs have a map that is shorter than a screen.
const maxMapped = 64

// coreMap draws a line per last-level cache, and class of cores in it: a bracket
// for every core, with its CPUs.
func coreMap(out io.Writer, h host.Host) {
	order, err := h.Order(host.Compact)
	if err != nil || len(order) > maxMapped {
		return
	}
	cpus := map[int]host.CPU{}
	for _, c := range h.CPUs {
		cpus[c.ID] = c
	}
	fmt.Fprintln(out, "cores")
	var cores []string
	for i, id := range order {
		c, text := cpus[id], fmt.Sprint(id)
		if n := len(cores); n > 0 && sameCore(c, cpus[order[i-1]]) {
			cores[n-1] += " " + text
		} else {
			cores = append(cores, text)
		}
		if i+1 == len(order) || group(cpus[order[i+1]]) != group(c) {
			for j := range cores {
				cores[j] = "[" + cores[j] + "]"
			}
			fmt.Fprintln(out, wrap("  "+group(c)+"  ", cores, " "))
			cores = nil
		}
	}
}

// group names the part of the machine that a line of the map shows.
func group(c host.CPU) string {
	text := fmt.Sprintf("package %d, node %d, cache %d", c.Package, c.Node, c.LLC)
	if c.Die > 0 { // few machines have more than one in a package
		text = fmt.Sprintf("package %d, die %d, node %d, cache %d", c.Package, c.Die, c.Node, c.LLC)
	}
	if c.Class != "" {
		text += ", " + c.Class
	}
	return strings.ReplaceAll(text, "-1", "?")
}

func sameCore(a, b host.CPU) bool { return a.Core >= 0 && a.Core == b.Core && a.Package == b.Package }

// columns leaves a margin on a terminal of 100. The text is the same on every terminal, so
// that descriptions of machines can be compared.
const columns = 96

// wrap writes the words after the label, in lines of at most columns. Unlike table.Wrap
// it also breaks lists at commas without blanks.
func wrap(label string, words []string, between string) string {
	var b strings.Builder
	b.WriteString(label)
	width, first := len(label), true
	for _, word := range words {
		if !first && width+len(between)+len([]rune(word)) > columns {
			b.WriteString("\n" + strings.Repeat(" ", len(label)))
			width, first = len(label), true
		}
		if !first {
			b.WriteString(between)
			width += len(between)
		}
		b.WriteString(word)
		width, first = width+len([]rune(word)), false
	}
	return b.String()
}
