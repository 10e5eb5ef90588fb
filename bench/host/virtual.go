package host

import (
	"cmp"
	"slices"
	"strings"
)

// virtualisation names what lies between this process and the hardware, such as "kvm,
// docker"; "" is unknown. It is "none" only where the CPU reports no hypervisor, and
// the mounts or groups of the process are visible and show no container.
func virtualisation(t tree, cpuid string) string {
	var layers []string
	if vm := hypervisor(t, cpuid); vm != "" {
		layers = append(layers, vm)
	}
	if c := container(t); c != "" {
		layers = append(layers, c)
	}
	if layers == nil && bare(t) {
		return "none"
	}
	return strings.Join(layers, ", ")
}

// bare reports whether everything that would show a hypervisor or a container
// can be seen and shows none.
func bare(t tree) bool {
	if !slices.Contains(strings.Fields(cpuinfo(t)["flags"]), "fpu") {
		return false
	}
	if ids := strings.Fields(t.text("proc/self/uid_map")); len(ids) > 0 && !slices.Equal(ids, []string{"0", "0", "4294967295"}) {
		return false // users of its own, as a container has
	}
	for _, m := range mountsIn(t) {
		if m.point == "/" && m.kind == "overlay" {
			return false // as most containers, and some machines
		}
	}
	return cmp.Or(t.text("proc/self/mountinfo"), t.text("proc/self/cgroup")) != ""
}

// sign is a word in the names that machines have in their firmware, or hypervisors in
// cpuid, and what it is a sign of. Clouds write their name into the firmware of
// machines without a hypervisor, too.
type sign struct {
	word, name string
	cloud      bool
}

var signs = []sign{
	{"kvm", "kvm", false}, {"vmware", "vmware", false}, {"virtualbox", "virtualbox", false}, {"innotek", "virtualbox", false}, {"vbox", "virtualbox", false},
	{"xen", "xen", false}, {"microsoft hv", "hyper-v", false}, {"virtual machine", "hyper-v", false}, {"amazon ec2", "amazon ec2", true},
	{"google compute engine", "google compute engine", true}, {"parallels", "parallels", false}, {"prl hyperv", "parallels", false}, {"bhyve", "bhyve", false},
	{"openstack", "openstack", true}, {"firecracker", "firecracker", false}, {"apple virtualization", "apple virtualization", false},
	{"qemu", "qemu", false}, {"tcgtcgtcgtcg", "qemu", false}, {"bochs", "bochs", false},
}

// hypervisor trusts the CPU before a cloud's name.
func hypervisor(t tree, cpuid string) string {
	if name := t.line("sys/hypervisor/type"); name != "" {
		return name
	}
	info := cpuinfo(t)
	flags, known := info["flags"]
	flagged := cpuid != "" || slices.Contains(strings.Fields(flags), "hypervisor")
	const dmi, deviceTree = "sys/class/dmi/id/", "proc/device-tree/"
	said := strings.ToLower(strings.Join([]string{
		cpuid, t.line(dmi + "sys_vendor"), t.line(dmi + "product_name"), // x86, arm64 servers
		t.line(deviceTree + "hypervisor/compatible"), info["machine"], // ARM, POWER
		t.line("proc/sysinfo"), // s390
	}, " "))
	for _, s := range signs {
		if strings.Contains(said, s.word) && (flagged || !known || !s.cloud) {
			return s.name
		}
	}
	switch {
	case flagged:
		return "a hypervisor without a known name"
	case strings.Contains(info["vendor_id"], "S390") && t.exists("proc/sysinfo"), info["platform"] == "pSeries":
		return "lpar" // these run on their firmware's hypervisor at least
	}
	return ""
}

// container names the container that the process is in, or the system that acts as its
// kernel.
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
	release := strings.ToLower(t.text("proc/sys/kernel/osrelease"))
	switch {
	case strings.Contains(release, "gvisor"), t.exists("proc/sentry-meminfo"),
		strings.Contains(t.text("proc/version"), "Sun Jan 10 15:06:54 PST 2016"): // the only date that gVisor gives
		return "gvisor"
	case strings.Contains(release, "microsoft"):
		return "wsl"
	}
	groups := t.text("proc/self/cgroup")
	for _, name := range []string{"kubepods", "docker", "libpod", "lxc"} {
		if strings.Contains(groups, "/"+name) {
			return name
		}
	}
	for _, m := range mountsIn(t) {
		switch {
		case m.source == "kataShared":
			return "kata"
		case m.kind == lxcfsKind && (strings.HasPrefix(m.point, "/proc/") || strings.HasPrefix(m.point, "/sys/")): // the host has it elsewhere
			return "lxc"
		}
	}
	return ""
}

const lxcfsKind = "fuse.lxcfs"

// lxcfs reports whether LXCFS makes up a file of /proc or /sys. Its lists count
// the CPUs of a container from 0, whatever numbers the kernel has for them.
func lxcfs(t tree, name string) bool {
	return slices.ContainsFunc(mountsIn(t), func(m mount) bool {
		return m.kind == lxcfsKind && (m.point == "/"+name || strings.HasPrefix("/"+name, m.point+"/"))
	})
}
