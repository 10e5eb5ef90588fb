package host

import (
	"fmt"
	"io/fs"
	"math"
	"strconv"
	"strings"

	"overlap/internal/table"
)

// Advise returns, in sentences, what disturbs measurements on this machine, or on the
// one with the tree at root, and what to do about it. It changes nothing. The list is
// empty if there is nothing to advise.
func Advise(root string) ([]string, error) {
	h, err := ReadRoot(root)
	if err != nil {
		return nil, err
	}
	t, done, err := openTree(root)
	if err != nil {
		return nil, err
	}
	defer done()
	var list []string
	for _, advice := range []string{
		h.adviseClock(), h.adviseTurbo(), h.adviseSiblings(), h.adviseQuota(), h.adviseIsolated(),
		adviseLoad(t, len(h.CPUs)), h.adviseVirtual(t), adviseHugePages(t), adviseSwap(t), adviseBattery(t),
	} {
		if advice != "" {
			list = append(list, advice)
		}
	}
	return list, nil
}

func (h Host) adviseClock() string {
	if h.Governor == "" || h.Governor == "performance" {
		return ""
	}
	return fmt.Sprintf("The clock governor is %s: a CPU speeds up only after it has been busy, so short samples are slower than long ones. While you measure, set it to performance: cpupower frequency-set -g performance.", h.Governor)
}

func (h Host) adviseTurbo() string {
	if h.Turbo != "on" {
		return ""
	}
	return "Turbo is on: one busy core clocks higher than all of them together, which costs speedup that no software can recover, and depends on the temperature. Turn it off (intel_pstate/no_turbo = 1 or cpufreq/boost = 0), or compare speedups only with the measured ceiling."
}

func (h Host) adviseSiblings() string {
	if len(h.siblings()) == 0 {
		return ""
	}
	return fmt.Sprintf("%d CPUs are threads of %s: two threads of a core share its units, so another CPU is not another core. Measure on up to %s in the placement one-per-core, and keep other programs off the siblings.", len(h.CPUs), table.Count(h.Cores(), "core"), table.Count(h.Cores(), "CPU"))
}

func (h Host) adviseQuota() string {
	if !(h.Quota > 0 && h.Quota < float64(len(h.CPUs))) {
		return ""
	}
	text := fmt.Sprintf("A CPU quota of %s is below the %d CPUs allowed: a program that uses more is stopped for the rest of a period, in the middle of a job. Raise the limit of the container, or bind it to whole CPUs instead.", FormatQuota(h.Quota), len(h.CPUs))
	if procs := h.ProcsText(); procs != "" {
		text += " GOMAXPROCS is " + procs + "."
	}
	return text
}

// ProcsText says which GOMAXPROCS Go programs have here, which differs between releases
// because of a CPU quota; it is empty if none makes a difference.
func (h Host) ProcsText() string {
	now := math.Max(2, math.Ceil(h.Quota))
	if !(h.Quota > 0 && now < float64(len(h.CPUs))) {
		return ""
	}
	return fmt.Sprintf("%.0f in programs of Go 1.25 and later, and %d in earlier ones or with an earlier go line in go.mod", now, len(h.CPUs))
}

func (h Host) adviseIsolated() string {
	if idle := intersect(h.IDs(), h.Isolated); len(idle) > 0 {
		return fmt.Sprintf("Isolated and in the mask: CPU %s. The kernel does not balance threads among isolated CPUs, so several may share one while others idle. Leave them out of the mask, or run one thread on each.", FormatList(idle))
	}
	if len(h.Isolated) > 0 {
		return fmt.Sprintf("Isolated and outside the mask: CPU %s. Nothing else runs there; taskset -c %s measures there, with one thread on each.", FormatList(h.Isolated), FormatList(h.Isolated))
	}
	return ""
}

// adviseLoad warns from a tenth of the CPUs, and at least a fifth of one.
func adviseLoad(t tree, cpus int) string {
	text, ok := loadIn(t)
	if !ok {
		return ""
	}
	now, _, _ := strings.Cut(text, " ")
	if load, _ := strconv.ParseFloat(now, 64); load > max(0.2, float64(cpus)/10) {
		return fmt.Sprintf("The load of the last minute is %s on %d CPUs: other programs take turns with the measurement. End them, or wait.", now, cpus)
	}
	return ""
}

func (h Host) adviseVirtual(t tree) string {
	if h.Virtualisation == "" || h.Virtualisation == "none" {
		return ""
	}
	text := fmt.Sprintf("%s is between this process and the hardware: invisible neighbours share caches and memory with it.", h.Virtualisation)
	if share, ok := stealShare(t); ok {
		text += fmt.Sprintf(" Since the machine started, others have stolen %.2g %% of the CPU time.", 100*share)
	}
	return text + " If small differences matter, measure on a machine of your own; otherwise take more samples and watch the pressure."
}

// stealShare is the share of CPU time that the hypervisor gave to others since the
// machine started (proc_stat(5): steal is the eighth of the columns, and the
// guest columns after it are in the first two already).
func stealShare(t tree) (share float64, ok bool) {
	first, _, _ := strings.Cut(t.text("proc/stat"), "\n")
	fields := strings.Fields(first)
	if len(fields) < 9 || fields[0] != "cpu" {
		return 0, false
	}
	var total, steal float64
	for i, f := range fields[1:9] {
		ticks, err := strconv.ParseUint(f, 10, 64)
		if err != nil {
			return 0, false
		}
		total += float64(ticks)
		if i == 7 {
			steal = float64(ticks)
		}
	}
	return steal / total, total > 0
}

func adviseHugePages(t tree) string {
	if !strings.Contains(t.text("sys/kernel/mm/transparent_hugepage/enabled"), "[always]") {
		return ""
	}
	return "Transparent huge pages are always on: memory is fast where the kernel finds some, and it may compact memory in the middle of a job. Set /sys/kernel/mm/transparent_hugepage/enabled to madvise to make runs more alike."
}

func adviseSwap(t tree) string {
	kB := map[string]int{}
	for line := range strings.Lines(t.text("proc/meminfo")) {
		if f := strings.Fields(line); len(f) > 1 {
			kB[f[0]], _ = strconv.Atoi(f[1])
		}
	}
	if used := kB["SwapTotal:"] - kB["SwapFree:"]; used > 0 && kB["SwapFree:"] >= 0 {
		return fmt.Sprintf("%d MB are swapped out: a job that touches them waits for the disk. Free memory, then run swapoff -a while you measure.", (used+1023)/1024)
	}
	return ""
}

func adviseBattery(t tree) string {
	const dir = "sys/class/power_supply"
	entries, err := fs.ReadDir(t.fs, dir)
	if err != nil {
		return ""
	}
	for _, e := range entries {
		supply := dir + "/" + e.Name()
		if t.text(supply+"/type") == "Battery" && t.text(supply+"/scope") != "Device" && t.text(supply+"/status") == "Discharging" {
			return "The machine runs on its battery: it saves power by lower clocks, the more the emptier the battery is. Plug it in."
		}
	}
	return ""
}
