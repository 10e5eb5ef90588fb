//go:build linux

package cli_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/perf/benchfmt"

	"overlap/bench/host"
)

// machine is a shape, what happens on it, and what must be seen.
type machine struct {
	name string
	shape
	before string // shell commands before everything else
	levels string // for --cores
	rounds int    // of the sweep; 1 if 0
	during string // shell commands after the first samples
	undo   string // shell commands that take that back

	allowed  string // CPUs; all if empty
	online   string // all if empty
	isolated string
	quota    float64

	fails  string // why samples fail, as a regular expression
	lost   string // points that fail from then on, likewise
	shared bool   // whether every point of the block in which it happens fails
}

const (
	// intoGroup puts the script into a cgroup that can have a cpuset and a quota.
	intoGroup = `
echo "+cpu +cpuset" >/sys/fs/cgroup/cgroup.subtree_control
mkdir /sys/fs/cgroup/group
cd /sys/fs/cgroup/group && %s
echo $$ >cgroup.procs
cd /tmp
`
	offline = "echo 0 >/sys/devices/system/cpu/cpu%d/online\n"
	online  = "echo 1 >/sys/devices/system/cpu/cpu%d/online\n"
)

// machines are the shapes that make shapes boots, all or those that OVERLAP_SHAPES names.
var machines = []machine{
	{
		name:   "packages",
		shape:  shape{arch: "amd64", packages: 2, dies: 1, cores: 4, threads: 2, nodes: []string{"0-7", "8-15"}},
		levels: "1,8,16",
	},
	{
		name:   "sixty-four",
		shape:  shape{arch: "amd64", packages: 2, dies: 1, cores: 16, threads: 2, nodes: []string{"0-15", "16-31", "32-47", "48-63"}},
		levels: "1,64",
	},
	{
		name:   "hundred-and-more",
		shape:  shape{arch: "amd64", packages: 2, dies: 1, cores: 32, threads: 2}, // with two memory nodes, the kernel had not booted after three minutes
		levels: "1,128",
	},
	{
		name:   "empty-node",
		shape:  shape{arch: "amd64", packages: 2, dies: 1, cores: 2, threads: 1, nodes: []string{"0-1", "2-3", ""}}, // the kernel numbers those without CPUs last
		levels: "1,4",
	},
	{
		name:   "dies",
		shape:  shape{arch: "amd64", packages: 1, dies: 2, cores: 2, threads: 2},
		levels: "1,8",
	},
	{
		name:   "offline",
		shape:  shape{arch: "amd64", packages: 1, dies: 1, cores: 4, threads: 2},
		before: fmt.Sprintf(offline+offline, 3, 6),
		levels: "1,6",
		online: "0-2,4-5,7", allowed: "0-2,4-5,7",
	},
	{
		name:   "odd-cpuset",
		shape:  shape{arch: "amd64", packages: 2, dies: 1, cores: 4, threads: 2, nodes: []string{"0-7", "8-15"}},
		before: fmt.Sprintf(offline+intoGroup, 5, "echo 1,3,5,7-9,15 >cpuset.cpus"),
		levels: "1,6",
		online: "0-4,6-15", allowed: "1,3,7-9,15",
	},
	{
		name:   "quota-of-a-half",
		shape:  shape{arch: "amd64", packages: 1, dies: 1, cores: 4, threads: 1},
		before: fmt.Sprintf(intoGroup, "echo 50000 100000 >cpu.max"),
		levels: "1,4",
		quota:  0.5,
	},
	{
		name:   "quota-of-two-and-a-half",
		shape:  shape{arch: "amd64", packages: 1, dies: 1, cores: 4, threads: 2},
		before: fmt.Sprintf(intoGroup, "echo 250000 100000 >cpu.max"),
		levels: "1,8",
		quota:  2.5,
	},
	{
		name:     "isolated",
		shape:    shape{arch: "amd64", packages: 1, dies: 1, cores: 8, threads: 1, kernel: "isolcpus=2-5"},
		levels:   "1,4",
		isolated: "2-5", allowed: "0-1,6-7",
	},
	{
		name:   "arm64",
		shape:  shape{arch: "arm64", packages: 2, dies: 1, cores: 4, threads: 1, nodes: []string{"0-3", "4-7"}},
		levels: "1,8",
	},
	{
		name:   "goes-offline",
		shape:  shape{arch: "amd64", packages: 1, dies: 1, cores: 4, threads: 1},
		levels: "1,2,4",
		rounds: 6,
		during: fmt.Sprintf(offline, 3),
		undo:   fmt.Sprintf(online, 3),
		fails:  "CPU",
		lost:   "cores=4/|slices=4",
	},
	{
		name:   "cpuset-changes",
		shape:  shape{arch: "amd64", packages: 1, dies: 1, cores: 4, threads: 1},
		before: fmt.Sprintf(intoGroup, "echo 0-3 >cpuset.cpus"),
		levels: "1,2,4",
		rounds: 6,
		during: "echo 0-2 >/sys/fs/cgroup/group/cpuset.cpus\n",
		undo:   "echo 0-3 >/sys/fs/cgroup/group/cpuset.cpus\n",
		fails:  "CPU",
		lost:   "cores=4/|slices=4",
		shared: true,
	},
	{
		name:   "quota-changes",
		shape:  shape{arch: "amd64", packages: 1, dies: 1, cores: 4, threads: 1},
		before: fmt.Sprintf(intoGroup, "true"),
		levels: "1,2,4",
		rounds: 6,
		during: "echo 250000 100000 >/sys/fs/cgroup/group/cpu.max\n",
		undo:   "echo max >/sys/fs/cgroup/group/cpu.max\n",
		fails:  "quota",
		lost:   "cores=4/|×4",
		shared: true,
	},
}

// TestShapes boots machines that we do not have, in emulators, and measures on them.
// OVERLAP_SHAPES names some of them, or is all. OVERLAP_SHAPES_LOG may name a directory for
// what they print. How long anything takes there means nothing.
func TestShapes(t *testing.T) {
	names := os.Getenv("OVERLAP_SHAPES")
	if names == "" {
		t.Skip("it boots machines in emulators: set OVERLAP_SHAPES")
	}
	chosen := strings.Split(names, ",")
	for _, name := range chosen {
		if name != "all" && !slices.ContainsFunc(machines, func(m machine) bool { return m.name == name }) {
			t.Errorf("there is no shape %q", name)
		}
	}
	dir := t.TempDir()
	for _, m := range machines {
		if !slices.Contains(chosen, "all") && !slices.Contains(chosen, m.name) {
			continue
		}
		t.Run(m.name, func(t *testing.T) {
			debian(t, m.arch)
			m.test(t, static(t, dir, m.arch))
		})
	}
}

// static builds overlap for emulated machines, which have no libraries.
func static(t *testing.T, dir, arch string) string {
	t.Helper()
	program := filepath.Join(dir, arch)
	if _, err := os.Stat(program); err == nil {
		return program
	}
	cmd := exec.Command("go", "build", "-ldflags=-s -w", "-o", program, "../..")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+arch)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return program
}

func (m machine) test(t *testing.T, program string) {
	sections := m.boot(t, program, m.script())
	if path := os.Getenv("OVERLAP_SHAPES_LOG"); path != "" {
		var b strings.Builder
		for _, k := range slices.Sorted(maps.Keys(sections)) {
			fmt.Fprintf(&b, "@@@ %s\n%s\n", k, sections[k])
		}
		save(t, filepath.Join(path, m.name), b.String())
	}
	order := m.checkHost(t, sections["host"]).Placement["one-per-core"]
	if m.during == "" {
		samples := samplesIn(t, sections["sweep-file"])
		checkLabels(t, samples, order)
		m.checkComplete(t, samples)
		checkSeen(t, sections["seen"], samples, order)
		if strings.TrimSpace(sections["sweep-code"]) != "0" {
			t.Errorf("the sweep ended with %s%s", sections["sweep-code"], sections["sweep-said"])
		}
		return
	}
	m.checkChanged(t, sections, order)
}

// widest is the highest level.
func (m machine) widest() int {
	list := strings.Split(m.levels, ",")
	n, _ := strconv.Atoi(list[len(list)-1])
	return n
}

// checkComplete checks that the sweep went up to the widest level, with all copies.
func (m machine) checkComplete(t *testing.T, samples []sampled) {
	t.Helper()
	for what, is := range map[string]func(sampled) bool{
		"on all CPUs":    func(s sampled) bool { return s.cores == m.widest() },
		"of all copies":  func(s sampled) bool { return s.copies == m.widest() },
		"of one of them": func(s sampled) bool { return s.slices == m.widest() && s.copies == 1 },
		"on one CPU":     func(s sampled) bool { return s.cores == 1 && s.slices == 1 },
	} {
		if !slices.ContainsFunc(samples, is) {
			t.Errorf("no sample %s: %+v", what, samples)
		}
	}
}

// checkLabels compares the labels of samples with their names and the order of CPUs.
func checkLabels(t *testing.T, samples []sampled, order []int) {
	t.Helper()
	for _, s := range samples {
		want := s.cores * s.copies
		if s.cores == 1 && s.copies == 1 { // on each of several in turn
			among := order
			if s.slices > 1 {
				among = order[:s.slices]
			}
			if !areAmong(s.cpus, among) {
				t.Errorf("%+v: the CPUs are not among %v", s, among)
			}
			continue
		}
		if list := host.FormatList(order[:want]); s.cpus != list || s.slices != max(s.copies, s.slices) {
			t.Errorf("%+v: the CPUs are %s", s, list)
		}
	}
}

// areAmong reports whether a list of CPUs is one, and of no other CPUs.
func areAmong(list string, among []int) bool {
	cpus, err := host.ParseList(list)
	return err == nil && len(cpus) > 0 && !slices.ContainsFunc(cpus, func(id int) bool { return !slices.Contains(among, id) })
}

// checkSeen compares where the threads of samples might run, as the kernel says, with the labels.
func checkSeen(t *testing.T, text string, samples []sampled, order []int) {
	t.Helper()
	seen := map[int]map[string]bool{} // by cores, negative for slices
	for pass := range strings.SplitSeq(text, "pass\n") {
		type process struct {
			cores, slices int
			masks         []string
		}
		processes := map[string]*process{}
		for _, found := range regexp.MustCompile(`(?m)^/proc/(\d+)/(?:cmdline|task/\d+/status): (-cores=|-slices=|Cpus_allowed_list:\t)(.*)$`).FindAllStringSubmatch(pass, -1) {
			p := processes[found[1]]
			if p == nil {
				p = &process{}
				processes[found[1]] = p
			}
			switch n, _ := strconv.Atoi(found[3]); found[2] {
			case "-cores=":
				p.cores = n
			case "-slices=":
				p.slices = n
			default:
				p.masks = append(p.masks, found[3])
			}
		}
		for _, p := range processes {
			key := p.cores
			if p.slices > 1 {
				key = -p.slices
			}
			if seen[key] == nil {
				seen[key] = map[string]bool{}
			}
			for _, mask := range p.masks {
				seen[key][mask] = true
			}
		}
	}
	for _, s := range samples {
		if s.slices > 1 {
			masks := slices.Sorted(maps.Keys(seen[-s.slices])) // those of the last to start may be missing
			if len(masks) == 0 || slices.ContainsFunc(masks, func(mask string) bool {
				id, err := strconv.Atoi(mask)
				return err != nil || !slices.Contains(order[:s.slices], id)
			}) {
				t.Errorf("copies of a %d-th might run on %v, not on one each of %v", s.slices, masks, order[:s.slices])
			}
			continue
		}
		got := seen[s.cores]
		if s.cores == 1 { // on one at a time
			cpus, err := host.ParseList(s.cpus)
			for mask := range got {
				id, one := strconv.Atoi(mask)
				if err != nil || one != nil || !slices.Contains(cpus, id) {
					t.Errorf("threads of %+v might run on %s", s, mask)
				}
			}
			continue
		}
		if !maps.Equal(got, map[string]bool{s.cpus: true}) {
			t.Errorf("threads of %+v might run on %v", s, got)
		}
	}
}

// checkChanged checks two sweeps during which the machine changed, one of which was killed
// after that and continued when the machine was as before.
func (m machine) checkChanged(t *testing.T, sections map[string]string, order []int) {
	t.Helper()
	for _, name := range []string{"changed", "resumed"} {
		text := sections[name+"-file"]
		samples := samplesIn(t, text)
		checkLabels(t, samples, order)
		m.checkComplete(t, samples)
		m.checkFailures(t, text, name == "resumed")
		if said := sections[name+"-said"]; !regexp.MustCompile("(?m)^failed: .*("+m.fails+")").MatchString(said) || strings.TrimSpace(sections[name+"-code"]) != "1" {
			t.Errorf("%s: code %s%s", name, sections[name+"-code"], said)
		}
	}
	killed, resumed := sections["killed-file"], sections["resumed-file"]
	if n := len(samplesIn(t, killed)); n == 0 || !strings.HasPrefix(resumed, strings.TrimSpace(killed)) {
		t.Errorf("some of %d samples are lost:\n%s\nnow\n%s", n, killed, resumed)
	}
	if !strings.Contains(sections["refused"], "--resume: ") || !strings.Contains(sections["refused"], " now") {
		t.Errorf("continued on a changed machine:\n%s", sections["refused"])
	}
}

// checkFailures checks that the change costs the points that it must, and no other. undone
// says whether it was taken back before the end.
func (m machine) checkFailures(t *testing.T, text string, undone bool) {
	t.Helper()
	type note struct {
		Round        int
		Point, Error string
	}
	last, failures := map[string]note{}, map[string]int{}
	for _, line := range regexp.MustCompile(`(?m)^# (?:sample|failed): (.*)$`).FindAllStringSubmatch(text, -1) {
		var n note
		if err := json.Unmarshal([]byte(line[1]), &n); err != nil {
			t.Fatal(err)
		}
		last[n.Point] = n
		if n.Error != "" {
			failures[n.Point]++
			if !regexp.MustCompile(m.fails).MatchString(n.Error) {
				t.Errorf("failed for another reason: %+v", n)
			}
		}
	}
	may := 0
	if m.shared {
		may = 1
	}
	for point, n := range last {
		lost := regexp.MustCompile(m.lost).MatchString(point)
		if !lost && (failures[point] > may || n.Error != "") || lost && n.Error == "" && !undone {
			t.Errorf("failed %d times: at last %+v", failures[point], n)
		}
	}
}

// sampled is a sample as its name and its labels say.
type sampled struct {
	name                  string
	cores, slices, copies int
	cpus                  string
}

func samplesIn(t *testing.T, text string) (list []sampled) {
	t.Helper()
	for r := benchfmt.NewReader(strings.NewReader(text), "samples"); r.Scan(); {
		switch result := r.Result().(type) {
		case *benchfmt.SyntaxError:
			t.Error(result)
		case *benchfmt.Result:
			number := func(text string) int {
				n, err := strconv.Atoi(text)
				if err != nil {
					t.Errorf("%s: %v", result.Name, err)
				}
				return n
			}
			cores := regexp.MustCompile(`/cores=(\d+)`).FindStringSubmatch(result.Name.String())
			if cores == nil {
				t.Fatalf("%s has no cores", result.Name)
			}
			list = append(list, sampled{
				name: result.Name.String(), cores: number(cores[1]), cpus: result.GetConfig("cpus"),
				slices: number(result.GetConfig("slices")), copies: number(result.GetConfig("copies")),
			})
		}
	}
	return list
}

// guestSteps are the functions of a script.
const guestSteps = `
section() { echo; echo "@@@ $1"; shift; "$@" 2>&1; }
sweep() { # in the background, into its file
	rm -rf results
	overlap run --workloads=ep --workers=1,4 --size=small --sample=50ms --wait=0s --no-recordings --budget=20m --limit=5m --name=shape --seed=1 "$@" >/tmp/said 2>&1 &
	run=$!
	guard &
}
guard() { usleep 240000000 && kill -QUIT $run; } # a run that hangs says where
until_file_has() { # or the run has ended, which kill -0 does not tell: it waits for wait
	while ! grep -q "$1" results/shape/*.txt && grep -q "^State:[^Z]*$" /proc/$run/status; do usleep 100000; done 2>/dev/null
}
ended() { wait $run; section "$1-code" echo $?; section "$1-said" cat /tmp/said; section "$1-file" grep -v "^# turns" results/shape/*.txt; }
watch() { # which CPUs the threads of samples may run on
	while usleep 100000; do
		for p in $(grep -l -e "-slice[s]=" /proc/[0-9]*/cmdline); do
			echo $p ${p%cmdline}task/*/status
		done | xargs -r strings -f | grep -e " -cores=" -e " -slices=" -e " Cpus_allowed_list:"
		echo pass
	done >/tmp/seen 2>/dev/null
}
`

// script is what runs on the machine: a sweep during which something happens, and another
// one that is killed after it.
func (m machine) script() string {
	sweep := fmt.Sprintf("sweep --cores=%s --rounds=%d\n", m.levels, max(1, m.rounds))
	steps := m.before + guestSteps + "section host overlap host --json\n"
	if m.during == "" {
		return steps + "watch & watcher=$!\n" + sweep + "ended sweep\nkill $watcher\nsection seen cat /tmp/seen\n"
	}
	begin := sweep + "until_file_has '^# sample'\n" + m.during
	return steps + begin + "ended changed\n" + m.undo + begin + `
until_file_has "^# failed"
usleep 300000
kill -9 $run
ended killed
section refused overlap run --resume=$(echo results/shape/*.txt)
` + m.undo + `
overlap run --resume=$(echo results/shape/*.txt) >/tmp/said 2>&1 & run=$!
guard &
ended resumed
`
}

// described is what overlap host --json prints.
type described struct {
	host.Host
	host.Count
	Allowed   []int
	Placement map[string][]int
	QuotaCPUs *float64 `json:"quota_cpus"`
}

// checkHost compares how overlap describes the machine with the arguments of the emulator.
func (m machine) checkHost(t *testing.T, text string) (d described) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	all := fmt.Sprintf("0-%d", m.cpus()-1)
	or := func(list, otherwise string) string {
		if list == "" {
			return otherwise
		}
		return list
	}
	for _, c := range []struct{ what, got, want string }{
		{"online", host.FormatList(d.Online), or(m.online, all)},
		{"allowed", host.FormatList(d.Allowed), or(m.allowed, all)},
		{"isolated", host.FormatList(d.Isolated), m.isolated},
		{"system", d.OS, "linux/" + m.arch},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, not %q", c.what, c.got, c.want)
		}
	}
	switch {
	case m.quota == 0 && d.QuotaCPUs != nil:
		t.Errorf("a quota of %v", *d.QuotaCPUs)
	case m.quota != 0 && (d.QuotaCPUs == nil || *d.QuotaCPUs != m.quota):
		t.Errorf("not a quota of %v: %v", m.quota, d.QuotaCPUs)
	}
	cores, packages, nodes, dies := map[int]int{}, map[int]bool{}, map[int]bool{}, map[int]bool{}
	for _, c := range d.CPUs {
		core := c.ID / m.threads
		die := core / m.cores
		if known, ok := cores[core]; ok && known != c.Core {
			t.Errorf("CPU %d is on core %d, its sibling on %d", c.ID, c.Core, known)
		}
		cores[core], packages[die/m.dies], dies[die] = c.Core, true, true
		node := m.node(t, c.ID)
		nodes[node] = true
		if c.Package != die/m.dies || c.Node != node || c.Die > 0 && c.Die != die%m.dies {
			t.Errorf("CPU %d is in package %d, die %d, node %d, not in %d, %d, %d", c.ID, c.Package, c.Die, c.Node, die/m.dies, die%m.dies, node)
		}
	}
	if m.arch == "arm64" { // whose kernel knows no dies
		clear(dies)
	}
	if d.Count.Cores != len(cores) || d.Count.Packages != len(packages) || d.Count.Nodes != len(nodes) || d.Count.Dies != len(dies) {
		t.Errorf("%+v, not %d cores, %d packages, %d nodes, %d dies", d.Count, len(cores), len(packages), len(nodes), len(dies))
	}
	return d
}

// node is the memory node of a CPU.
func (m machine) node(t *testing.T, cpu int) int {
	t.Helper()
	for i, text := range m.nodes {
		if text == "" {
			continue
		}
		list, err := host.ParseList(text)
		if err != nil {
			t.Fatal(err)
		}
		if slices.Contains(list, cpu) {
			return i
		}
	}
	return 0
}
