//go:build linux

package cli_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// shape is a machine that is emulated. Its CPUs count through threads, then cores, dies and
// packages.
type shape struct {
	arch                           string   // GOARCH
	packages, dies, cores, threads int      // each of those in the one before
	nodes                          []string // a range of CPUs for each memory node, "" for none; nil is one node with all
	kernel                         string   // further arguments for the kernel
}

func (s shape) cpus() int { return s.packages * s.dies * s.cores * s.threads }

// emulators are the programs that emulate a machine, by GOARCH. Only a Haswell has siblings.
var emulators = map[string]struct{ program, args, console string }{
	"amd64": {"qemu-system-x86_64", "-cpu Haswell", "ttyS0"},
	"arm64": {"qemu-system-aarch64", "-M virt,gic-version=3 -cpu max", "ttyAMA0"},
}

// args are those of the emulator.
func (s shape) args() (args []string) {
	memory := 1 << 10 // in MiB
	if s.cpus() > 16 {
		memory = 3 << 10
	}
	each := memory / max(1, len(s.nodes))
	memory = each * max(1, len(s.nodes))
	smp := fmt.Sprintf("%d,sockets=%d,cores=%d,threads=%d", s.cpus(), s.packages, s.cores, s.threads)
	if s.dies > 1 {
		smp += fmt.Sprintf(",dies=%d", s.dies)
	}
	args = append(strings.Fields(emulators[s.arch].args), "-accel", "tcg,thread=multi", "-nographic", "-no-reboot",
		"-smp", smp, "-m", fmt.Sprintf("%dM", memory))
	for i, cpus := range s.nodes {
		node := fmt.Sprintf("node,nodeid=%d,memdev=m%d", i, i)
		if cpus != "" {
			node += ",cpus=" + cpus
		}
		args = append(args, "-object", fmt.Sprintf("memory-backend-ram,id=m%d,size=%dM", i, each), "-numa", node)
	}
	return append(args, "-append", "console="+emulators[s.arch].console+" quiet loglevel=3 panic=-1 "+s.kernel)
}

// guestInit is the first process of an emulated machine.
const guestInit = `#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t proc none /proc; mount -t sysfs none /sys; mount -t devtmpfs none /dev; mount -t tmpfs none /tmp
mount -t cgroup2 none /sys/fs/cgroup; hostname shape; ifconfig lo 127.0.0.1 up; cd /tmp
while usleep 1000000; do printf '\001'; done &
sh /run.sh
echo; echo "@@@ end"
poweroff -f
`

// boot runs a shell script on the machine, where program is /bin/overlap. It returns what
// the script printed, by sections: a line "@@@ NAME" begins one.
func (s shape) boot(t *testing.T, program, script string) map[string]string {
	t.Helper()
	system := debian(t, s.arch)
	dir := t.TempDir()
	save(t, filepath.Join(dir, "init"), guestInit)
	save(t, filepath.Join(dir, "run.sh"), script)
	var image archive
	for _, name := range []string{"bin", "proc", "sys", "dev", "tmp"} {
		image.add(name, fs.ModeDir|0o755, nil)
	}
	for name, path := range map[string]string{"init": filepath.Join(dir, "init"), "run.sh": filepath.Join(dir, "run.sh"), "bin/busybox": only(t, system, "bin/busybox", "usr/bin/busybox"), "bin/overlap": program} {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		image.add(name, 0o755, text)
	}
	save(t, filepath.Join(dir, "initrd"), image.end())

	args := append(s.args(), "-kernel", only(t, system, "boot/vmlinuz-*"), "-initrd", filepath.Join(dir, "initrd"))
	emulator := emulators[s.arch].program
	ctx, cancel := context.WithTimeoutCause(t.Context(), 10*time.Minute, errors.New("it takes longer than ten minutes"))
	defer cancel()
	text, err := emulate(ctx, emulator, args...)
	for more := 2; more > 0 && errors.Is(err, errStandsStill); more-- {
		t.Logf("%v; it boots again; it had printed\n%s", err, text[max(0, len(text)-2000):])
		text, err = emulate(ctx, emulator, args...)
	}
	sections := map[string]string{}
	for _, section := range strings.Split("\n"+text, "\n@@@ ")[1:] {
		name, body, _ := strings.Cut(section, "\n")
		sections[name] = body
	}
	if _, ended := sections["end"]; err != nil || !ended {
		t.Fatalf("%s %s\n%s\n%v", emulator, strings.Join(args, " "), text, err)
	}
	return sections
}

// errStandsStill is of a machine that does not run a loop beside the script: with more CPUs
// than the host has, an emulated machine sometimes stands still. A program that hangs does not
// stop that loop.
var errStandsStill = errors.New("the emulated machine stands still")

// emulate runs an emulator to the end of the machine and returns what that printed, without
// the beats of guestInit. After a minute without one it returns errStandsStill.
func emulate(ctx context.Context, program string, args ...string) (string, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var printed beats
	cmd := exec.CommandContext(ctx, program, args...)
	var warnings bytes.Buffer // for each CPU, not of interest unless it fails
	cmd.Stdout, cmd.Stderr = &printed, &warnings
	printed.still = time.AfterFunc(3*time.Minute, func() { stop(errStandsStill) }) // one with 128 CPUs boots slowly
	err := cmd.Run()
	printed.still.Stop()
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	} else if err != nil {
		err = fmt.Errorf("%w\n%s", err, &warnings)
	}
	return printed.String(), err
}

// beats keeps what a machine prints, but for the beats of guestInit.
type beats struct {
	strings.Builder
	still *time.Timer
}

func (b *beats) Write(text []byte) (int, error) {
	if bytes.IndexByte(text, beat) >= 0 {
		b.still.Reset(time.Minute)
	}
	for _, c := range text { // bytes, since a write may end within a character
		if c != beat && c != '\r' {
			b.WriteByte(c)
		}
	}
	return len(text), nil
}

const beat = '\001'

// debian returns a directory with a kernel and a static busybox for an architecture, from
// packages of Debian, or of Ubuntu. It is made once for a user. Without an emulator or the
// tools for packages the test is skipped, unless OVERLAP_QEMU=required.
func debian(t *testing.T, arch string) string {
	t.Helper()
	for _, program := range []string{emulators[arch].program, "apt-get", "apt-cache", "dpkg-deb"} {
		if _, err := exec.LookPath(program); err != nil {
			text := fmt.Sprintf("%s is not installed: install qemu-system-x86 and qemu-system-arm, on Debian or Ubuntu", program)
			if os.Getenv("OVERLAP_QEMU") == "required" {
				t.Fatal(text)
			}
			t.Skip(text)
		}
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	whole := filepath.Join(cache, "overlap-shapes", arch)
	if _, err := os.Stat(whole); !errors.Is(err, fs.ErrNotExist) {
		return whole
	}
	if err := os.MkdirAll(filepath.Dir(whole), 0o755); err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp(filepath.Dir(whole), arch+"-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	run := func(name string, args ...string) {
		cmd := exec.Command(name, args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", cmd, err, out)
		}
	}
	// Lists of our own: the system's are of its own architecture, and only root may change them.
	if err := os.MkdirAll(filepath.Join(dir, "lists/partial"), 0o755); err != nil {
		t.Fatal(err)
	}
	apt := []string{"-qq", "-oAPT::Architecture=" + arch, "-oAPT::Architectures=" + arch, "-oAPT::Sandbox::User=", "-oDir::Cache=" + dir, "-oDir::State::Lists=" + filepath.Join(dir, "lists")}
	run("apt-get", append(apt, "update")...)
	var kernel []string
	for _, name := range []string{"linux-image-cloud-" + arch, "linux-image-virtual"} { // of Debian, of Ubuntu
		out, _ := exec.Command("apt-cache", append(apt, "depends", name)...).Output() // fails if there is no such package
		if kernel = regexp.MustCompile(`Depends: (linux-image-\S+)`).FindStringSubmatch(string(out)); kernel != nil {
			break
		}
	}
	if kernel == nil {
		t.Fatalf("apt has no kernel for %s", arch)
	}
	run("apt-get", append(apt, "download", "busybox-static", kernel[1])...)
	packages, err := filepath.Glob(filepath.Join(dir, "*.deb"))
	if err != nil || len(packages) != 2 {
		t.Fatalf("packages %v, %v", packages, err)
	}
	for _, p := range packages {
		run("dpkg-deb", "-x", p, "system")
	}
	if err := os.Rename(filepath.Join(dir, "system"), whole); err != nil && !errors.Is(err, fs.ErrExist) { // another test was faster
		t.Fatal(err)
	}
	return whole
}

// only returns the one file in a directory that matches a pattern.
func only(t *testing.T, dir string, patterns ...string) string {
	t.Helper()
	var found []string
	for _, pattern := range patterns {
		files, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, files...)
	}
	if len(found) != 1 {
		t.Fatalf("%v in %s are %v", patterns, dir, found)
	}
	return found[0]
}

// archive is a cpio archive, as the kernel unpacks it into memory when it boots: see
// Documentation/driver-api/early-userspace/buffer-format.rst.
type archive struct{ bytes.Buffer }

func (a *archive) add(name string, mode fs.FileMode, text []byte) {
	const directory, file = 0o040000, 0o100000
	kind := uint32(file)
	if mode.IsDir() {
		kind = directory
	}
	fmt.Fprintf(a, "070701%08x", a.Len()) // the number of the file, which must differ
	for _, field := range []uint32{kind | uint32(mode.Perm()), 0, 0, 1, 0, uint32(len(text)), 0, 0, 0, 0, uint32(len(name) + 1), 0} {
		fmt.Fprintf(a, "%08x", field)
	}
	a.WriteString(name + "\x00")
	a.align()
	a.Write(text)
	a.align()
}

func (a *archive) align() { a.Write(make([]byte, -a.Len()&3)) }

// end returns the whole archive.
func (a *archive) end() string {
	a.add("TRAILER!!!", 0, nil)
	return a.String()
}
