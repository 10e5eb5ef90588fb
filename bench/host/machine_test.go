package host

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

func files(list ...string) fstest.MapFS {
	m := fstest.MapFS{}
	for i := 0; i < len(list); i += 2 {
		m[list[i]] = &fstest.MapFile{Data: []byte(list[i+1] + "\n")}
	}
	return m
}

func TestFingerprintIsOfConfigurationLines(t *testing.T) {
	h, err := Read()
	if err != nil {
		t.Fatal(err)
	}
	h.Virtualisation, h.Governor, h.Turbo = "a\nb: c\x1b", "", "on"
	key := regexp.MustCompile(`^[a-z][^A-Z\s:]*$`)
	got := map[string]string{}
	for _, p := range h.Fingerprint() {
		if !key.MatchString(p.Key) || p.Value == "" || strings.ContainsAny(p.Value, "\n\x1b") || got[p.Key] != "" {
			t.Errorf("%q: %q", p.Key, p.Value)
		}
		got[p.Key] = p.Value
	}
	for _, key := range []string{"host", "os", "go", "cpu-model", "mask", "topology", "turbo", "quota", "clock-resolution", "gogc", "gomemlimit", "virtualisation"} {
		if got[key] == "" {
			t.Errorf("no line %s", key)
		}
	}
	if _, ok := got["governor"]; ok || got["cpu"] != "" {
		t.Errorf("a governor that is not known, or a cpu that testing prints: %v", got)
	}
	if got["mask"] != FormatList(h.IDs()) || got["gogc"] == "0" {
		t.Errorf("mask %s, gogc %s", got["mask"], got["gogc"])
	}
}

// Each reading takes a nanosecond of a clock that is seen in steps.
func TestClockResolution(t *testing.T) {
	for want, step := range map[string]time.Duration{"1ns": 1, "100ns": 100, "15.625µs": 15625, "500µs": 500_000, "": time.Hour} {
		var ns time.Duration
		got := clockResolution(func() time.Time {
			ns++
			return time.Unix(0, int64(ns.Truncate(step)))
		})
		if got != want {
			t.Errorf("a clock in steps of %v: %q, want %q", step, got, want)
		}
	}
}

func TestVirtualisation(t *testing.T) {
	const bare, guest = "flags : fpu vme", "flags : fpu hypervisor"
	for _, unproved := range []fstest.MapFS{
		files("proc/cpuinfo", bare), // and nothing of the process
		files("proc/cpuinfo", bare, "proc/self/cgroup", "0::/", "proc/self/uid_map", "0 100000 65536"),
		files("proc/cpuinfo", bare, "proc/self/mountinfo", "1 1 0:1 / / rw - overlay overlay rw"),
		files("proc/self/cgroup", "0::/"),
	} {
		if got := virtualisation(treeOf(unproved), ""); got != "" {
			t.Errorf("%q of %v, want nothing", got, unproved)
		}
	}
	for want, tree := range map[string]struct {
		files fstest.MapFS
		cpuid string
	}{
		"":                                  {files("proc/cpuinfo", "Features : fp"), ""},
		"none":                              {files("proc/cpuinfo", bare, "proc/self/cgroup", "0::/", "sys/class/dmi/id/sys_vendor", "Amazon EC2"), ""},
		"amazon ec2":                        {files("proc/cpuinfo", guest, "sys/class/dmi/id/sys_vendor", "Amazon EC2"), ""},
		"kvm, docker":                       {files(".dockerenv", "", "proc/cpuinfo", guest, "sys/class/dmi/id/product_name", "Standard PC (Q35 + ICH9, 2009)"), "KVMKVMKVM"},
		"qemu":                              {files("sys/class/dmi/id/sys_vendor", "QEMU"), ""},
		"hyper-v, docker":                   {files("proc/cpuinfo", guest, ".dockerenv", ""), "Microsoft Hv"},
		"xen":                               {files("sys/hypervisor/type", "xen", "proc/cpuinfo", bare), ""},
		"podman":                            {files("run/.containerenv", "", "proc/cpuinfo", bare), ""},
		"kubepods":                          {files("proc/self/cgroup", "0::/kubepods.slice/x"), ""},
		"systemd-nspawn":                    {files("run/systemd/container", "systemd-nspawn"), ""},
		"a hypervisor without a known name": {files("proc/cpuinfo", guest), ""},
		"firecracker":                       {files("proc/cpuinfo", bare, "sys/class/dmi/id/sys_vendor", "Firecracker"), ""},
		"vmware":                            {files("proc/cpuinfo", bare, "proc/self/cgroup", "0::/", "sys/class/dmi/id/sys_vendor", "VMware, Inc."), ""},
		"kvm, gvisor":                       {files("proc/sys/kernel/osrelease", "4.19.0-gvisor"), "KVMKVMKVM"},
		"wsl":                               {files("proc/cpuinfo", bare, "proc/self/cgroup", "0::/", "proc/sys/kernel/osrelease", "4.4.0-19041-Microsoft"), ""},
		"lxc":                               {files("proc/cpuinfo", bare, "proc/self/mountinfo", "1 1 0:1 / /proc/stat rw - fuse.lxcfs lxcfs rw"), ""},
		"kvm":                               {files("proc/device-tree/hypervisor/compatible", "linux,kvm\x00"), ""},
		"qemu, podman":                      {files("proc/cpuinfo", "machine : CHRP IBM pSeries (emulated by qemu)", "run/.containerenv", ""), ""},
		"lpar":                              {files("proc/cpuinfo", "vendor_id : IBM/S390", "proc/sysinfo", "LPAR Name: A"), ""},
	} {
		if got := virtualisation(treeOf(tree.files), tree.cpuid); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func treeOf(files fstest.MapFS) tree { return tree{files, new(notes)} }

func TestLoadIsThreeNumbers(t *testing.T) {
	for text, want := range map[string]string{
		"0.34 0.50 0.61 1/123 456": "0.34 0.50 0.61", "": "", "1 2": "", "1 2 x": "", "a b c": "", "NaN 0 0": "", "-1 0 0": "", "Inf 1 1": "",
	} {
		if got, ok := loadIn(treeOf(files("proc/loadavg", text))); got != want || ok != (want != "") {
			t.Errorf("%q is read as %q, %v", text, got, ok)
		}
	}
}

// written makes a directory of the files, for what opens a root by its name.
func written(t *testing.T, files fstest.MapFS) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, files); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestAdvice(t *testing.T) {
	quiet := []string{"sys/devices/system/cpu/online", "0-3", "proc/cpuinfo", "flags : fpu",
		"proc/loadavg", "0.39 0 0 1/1 1", "proc/stat", "cpu 1 2 3 4 5 6 7 0 9 9", "proc/meminfo", "SwapTotal: 10 kB\nSwapFree: 10 kB",
		"sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "performance", "sys/devices/system/cpu/cpufreq/boost", "0",
		"sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never"}
	if got, err := Advise(written(t, files(quiet...))); err != nil || len(got) != 0 {
		t.Errorf("a quiet machine is advised %q, %v", got, err)
	}
	for want, change := range map[string][]string{
		"governor is powersave,schedutil":         {"sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "schedutil", "sys/devices/system/cpu/cpu3/cpufreq/scaling_governor", "powersave"},
		"Turbo is on":                             {"sys/devices/system/cpu/cpufreq/boost", "1"},
		"4 CPUs are threads of 3 cores":           {"sys/devices/system/cpu/cpu0/topology/core_cpus_list", "0-1", "sys/devices/system/cpu/cpu1/topology/core_cpus_list", "0-1"},
		"quota of 2.5 is below the 4 CPUs":        {"proc/self/cgroup", "0::/", "proc/self/mountinfo", "1 1 0:1 / /c rw - cgroup2 c rw", "c/cpu.max", "250000 100000"},
		"in the mask: CPU 2-3. The kernel":        {"sys/devices/system/cpu/isolated", "2-3"},
		"taskset -c 5 measures":                   {"sys/devices/system/cpu/isolated", "5"},
		"load of the last minute is 0.41 on 4":    {"proc/loadavg", "0.41 0 0 1/1 1"},
		"others have stolen 20 % of the CPU time": {"proc/cpuinfo", "flags : fpu hypervisor", "proc/stat", "cpu 8 0 0 0 0 0 0 2 99 99"},
		"pages are always on":                     {"sys/kernel/mm/transparent_hugepage/enabled", "[always] madvise never"},
		"3 MB are swapped out":                    {"proc/meminfo", "SwapTotal: 4096 kB\nSwapFree: 2000 kB"},
		"runs on its battery":                     {"sys/class/power_supply/BAT0/type", "Battery", "sys/class/power_supply/BAT0/status", "Discharging"},
	} {
		got, err := Advise(written(t, files(append(quiet[:len(quiet):len(quiet)], change...)...)))
		if err != nil || len(got) != 1 || !strings.Contains(got[0], want) {
			t.Errorf("advice is %q, %v; want %s", got, err, want)
		}
	}
}

func TestOnlyRegularFilesAreRead(t *testing.T) {
	m := files("long", strings.Repeat("1", 2*maxFile))
	m["pipe"] = &fstest.MapFile{Data: []byte("0-3"), Mode: fs.ModeNamedPipe}
	if got := treeOf(m).text("pipe"); got != "" {
		t.Errorf("a pipe, which may block, is read: %q", got)
	}
	if got := len(treeOf(m).text("long")); got != maxFile {
		t.Errorf("%d bytes of a long file are read", got)
	}
}

// A link in a copied tree must not be answered by this machine.
func TestRootIsNotLeft(t *testing.T) {
	outside := written(t, files("online", "0-6"))
	root := written(t, files("proc/self/status", "Cpus_allowed_list:\t0-1", "proc/self/cgroup", "0::/"))
	cpus := filepath.Join(root, "sys/devices/system/cpu")
	if err := os.MkdirAll(cpus, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(outside, "online"), filepath.Join(cpus, "online")); err != nil {
		t.Skip(err)
	}
	h, err := ReadRoot(root)
	if err != nil || FormatList(h.Online) != "0-1" || h.Go != "" || h.Features != nil {
		t.Errorf("%+v, %v", h, err)
	}
	if _, err := ReadRoot(t.TempDir()); err == nil || !strings.Contains(err.Error(), "no CPUs found") {
		t.Errorf("an empty directory: %v", err)
	}
	if _, err := ReadRoot(filepath.Join(root, "nothing")); err == nil {
		t.Error("a directory that is not there is read")
	}
}

func TestQuotaDirsCanBeOpened(t *testing.T) {
	root := written(t, files("proc/self/cgroup", "0::/a/b", "proc/self/mountinfo", "1 1 0:1 / /c\\040d rw - cgroup2 c rw",
		"c d/a/b/cpu.max", "50000 100000", "c d/a/cpu.max", "max 100000", "c d/cpu.max", "70000 100000"))
	got := QuotaDirs(root)
	if want := []string{filepath.Join(root, "c d/a/b"), filepath.Join(root, "c d")}; strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%q, want %q", got, want)
	}
	for _, dir := range append(got, QuotaDirs("")...) {
		if _, err := os.ReadDir(dir); err != nil {
			t.Error(err)
		}
	}
	if got := QuotaDirs(filepath.Join(root, "nothing")); got != nil {
		t.Errorf("%q of nothing", got)
	}
}
