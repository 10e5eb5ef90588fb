package host

import (
	"fmt"
	"slices"
	"strings"
)

// governor names the policies that set the clocks of the CPUs.
func governor(t tree, cpus []int) string {
	var names []string
	for _, id := range cpus {
		if name := t.line(fmt.Sprintf("%s/cpu%d/cpufreq/scaling_governor", cpuDir, id)); name != "" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), ",")
}

// turbo says whether clocks may exceed the nominal one. The files are those of
// Documentation/admin-guide/pm/intel_pstate.rst and cpufreq.rst.
func turbo(t tree) string {
	switch {
	case t.text(cpuDir+"/intel_pstate/no_turbo") == "0", t.text(cpuDir+"/cpufreq/boost") == "1":
		return "on"
	case t.text(cpuDir+"/intel_pstate/no_turbo") == "1", t.text(cpuDir+"/cpufreq/boost") == "0":
		return "off"
	}
	return ""
}

// virtualisation names what lies between this process and the hardware, such
// as "kvm, docker". It is "none" only if the CPU says that there is no
// hypervisor, and "" where nothing tells.
func virtualisation(t tree, cpuid string) string {
	var layers []string
	if vm := hypervisor(t, cpuid); vm != "" {
		layers = append(layers, vm)
	}
	if c := container(t); c != "" {
		layers = append(layers, c)
	}
	if layers == nil && strings.Contains(" "+cpuinfo(t)["flags"]+" ", " fpu ") {
		return "none"
	}
	return strings.Join(layers, ", ")
}

// signs are words in the names that machines give themselves in their
// firmware, or hypervisors in cpuid, and what they are signs of.
var signs = []struct{ word, name string }{
	{"kvm", "kvm"}, {"vmware", "vmware"}, {"virtualbox", "virtualbox"}, {"innotek", "virtualbox"}, {"vbox", "virtualbox"},
	{"xen", "xen"}, {"microsoft hv", "hyper-v"}, {"virtual machine", "hyper-v"}, {"amazon ec2", "amazon ec2"},
	{"google compute engine", "google compute engine"}, {"parallels", "parallels"}, {"prl hyperv", "parallels"}, {"bhyve", "bhyve"},
	{"qemu", "qemu"}, {"tcgtcgtcgtcg", "qemu"}, {"bochs", "bochs"},
}

// hypervisor trusts the CPU first: a metal instance of a cloud bears the name
// of the cloud, too, but its CPU has no hypervisor flag.
func hypervisor(t tree, cpuid string) string {
	if name := t.line("sys/hypervisor/type"); name != "" {
		return name
	}
	flags, known := cpuinfo(t)["flags"]
	flagged := slices.Contains(strings.Fields(flags), "hypervisor")
	if known && !flagged && cpuid == "" {
		return ""
	}
	const dmi = "sys/class/dmi/id/"
	said := cpuid + " " + t.line(dmi+"sys_vendor") + " " + t.line(dmi+"product_name")
	for _, s := range signs {
		if strings.Contains(strings.ToLower(said), s.word) {
			return s.name
		}
	}
	if flagged || cpuid != "" {
		return "a hypervisor without a known name"
	}
	return ""
}

func container(t tree) string {
	if t.exists(".dockerenv") {
		return "docker"
	}
	if t.exists("run/.containerenv") {
		return "podman"
	}
	if name := t.line("run/systemd/container"); name != "" {
		return name
	}
	switch {
	case t.exists("proc/sentry-meminfo"):
		return "gvisor"
	case strings.Contains(t.text("proc/self/mountinfo"), " fuse.lxcfs "):
		return "lxc"
	case strings.Contains(strings.ToLower(t.text("proc/sys/kernel/osrelease")), "microsoft"):
		return "wsl"
	}
	groups := t.text("proc/self/cgroup")
	for _, name := range []string{"kubepods", "docker", "lxc"} {
		if strings.Contains(groups, "/"+name) {
			return name
		}
	}
	return ""
}
