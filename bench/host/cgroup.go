package host

import (
	"cmp"
	"fmt"
	"math"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// hierarchy is the path from the cgroup of this process to the top of the
// mounted tree: directories below the root, the process's own first.
type hierarchy struct {
	v2   bool
	dirs []string
}

// QuotaDirs returns the directories of the cgroups that hold this process and have a
// CPU quota, its own first, as paths that can be opened. In their files cpu.stat, v2
// counts throttled_usec and v1 throttled_time in nanoseconds. The list is empty if root
// cannot be read.
func QuotaDirs(root string) (dirs []string) {
	t, done, err := openTree(root)
	if err != nil {
		return nil
	}
	defer done()
	quotas, _ := quotasIn(t)
	for _, q := range quotas {
		dirs = append(dirs, filepath.Join(cmp.Or(root, "/"), filepath.FromSlash(q.dir)))
	}
	return dirs
}

// quota is the tightest limit over all cgroups that hold the process, in CPUs, 0 if
// there is none and NaN if that is not known. A parent may be tighter than the
// process's own group.
func quota(t tree) (tightest float64) {
	quotas, unknown := quotasIn(t)
	for _, q := range quotas {
		if tightest == 0 || q.cpus < tightest {
			tightest = q.cpus
		}
	}
	if tightest == 0 && unknown {
		return math.NaN()
	}
	return tightest
}

// Quota returns what Host.Quota is now, 0 also if that is not known.
func Quota() float64 {
	t, done, err := openTree("")
	if err != nil {
		return 0
	}
	defer done()
	if cpus := quota(t); cpus > 0 {
		return cpus
	}
	return 0
}

// groupQuota is the quota of a cgroup.
type groupQuota struct {
	dir  string
	cpus float64
}

// quotasIn returns the quotas of the cgroups that hold the process, its own first, and
// whether there may be others. The formats are in
// Documentation/admin-guide/cgroup-v2.rst and Documentation/scheduler/sched-bwc.rst.
func quotasIn(t tree) (quotas []groupQuota, unknown bool) {
	list, unmounted := hierarchies(t, "cpu")
	unknown = list == nil
	if list == nil && unmounted != nil {
		t.note("the CPU quota is unknown: the cgroup %s is not in a mounted tree", strings.Join(unmounted, ", "))
	} else if list == nil {
		t.note("the CPU quota is unknown: proc/self/cgroup names no cgroup")
	}
	for _, h := range list {
		for _, dir := range h.dirs {
			limit, period := "", ""
			file := dir + "/cpu.max"
			if h.v2 {
				limit, period, _ = strings.Cut(t.text(file), " ")
			} else {
				file = dir + "/cpu.cfs_quota_us"
				limit, period = t.text(file), t.text(dir+"/cpu.cfs_period_us")
			}
			if limit == "" || limit == "max" || limit == "-1" {
				continue
			}
			q, err1 := strconv.ParseUint(limit, 10, 63)
			p, err2 := strconv.ParseUint(strings.TrimSpace(period), 10, 63)
			if err1 != nil || err2 != nil || q == 0 || p == 0 {
				t.ignore(file, fmt.Errorf("%q of %q is not a CPU limit", oneLine(limit), oneLine(period)))
				unknown = true
				continue
			}
			quotas = append(quotas, groupQuota{dir, float64(q) / float64(p)})
		}
	}
	return quotas, unknown
}

// cpuset is the set of CPUs of the nearest cgroup that has one, nil without.
func cpuset(t tree) []int {
	list, _ := hierarchies(t, "cpuset")
	for _, h := range list {
		for _, dir := range h.dirs {
			for _, file := range []string{"/cpuset.cpus.effective", "/cpuset.effective_cpus"} {
				if ids, _ := t.list(dir + file); len(ids) > 0 {
					return ids
				}
			}
		}
	}
	return nil
}

// hierarchies finds the cgroups of this process: in the tree of v2, and in that
// of v1 to which the controller is attached. Both may be mounted. unmounted has the
// groups that are in no mounted tree.
func hierarchies(t tree, controller string) (list []hierarchy, unmounted []string) {
	mounts := mountsIn(t)
	for line := range strings.Lines(t.text("proc/self/cgroup")) {
		fields := strings.SplitN(strings.TrimRight(line, "\r\n"), ":", 3)
		if len(fields) != 3 {
			continue
		}
		controllers := strings.Split(fields[1], ",")
		v2 := fields[0] == "0" && fields[1] == ""
		if !v2 && !slices.Contains(controllers, controller) {
			continue
		}
		dirs := []string(nil)
		for _, m := range mounts {
			if v2 && m.kind == "cgroup2" || !v2 && m.kind == "cgroup" && slices.Contains(m.options, controller) {
				if found := m.dirs(fields[2]); len(found) > len(dirs) {
					dirs = found
				}
			}
		}
		if dirs == nil {
			unmounted = append(unmounted, fields[2])
			continue
		}
		list = append(list, hierarchy{v2, dirs})
	}
	return list, unmounted
}

// mount is a line of mountinfo.
type mount struct {
	kind    string // of file system
	source  string
	root    string // what of it is at the mount point
	point   string
	options []string // of the file system: controllers among them
}

// mountsIn reads all mounts; the fields are described in proc(5).
func mountsIn(t tree) (list []mount) {
	for line := range strings.Lines(t.text("proc/self/mountinfo")) {
		before, after, ok := strings.Cut(line, " - ")
		fields, kind := strings.Fields(before), strings.Fields(after)
		if !ok || len(fields) < 5 || len(kind) < 1 {
			continue
		}
		m := mount{kind: kind[0], root: unescape(fields[3]), point: unescape(fields[4])}
		if len(kind) > 1 {
			m.source = kind[1]
		}
		if len(kind) > 2 {
			m.options = strings.Split(kind[2], ",")
		}
		list = append(list, m)
	}
	return list
}

// dirs returns the directories from the given cgroup up to the top of the mount,
// or nil if the cgroup is not in it. In a cgroup namespace both paths may
// begin with "..", which steps out of the namespace; a path that begins with it
// even below the mount is invalid.
func (m mount) dirs(group string) (list []string) {
	rest := group
	if m.root != "/" {
		var ok bool
		if rest, ok = strings.CutPrefix(group, m.root); !ok || rest != "" && rest[0] != '/' {
			return nil
		}
	}
	parts := strings.FieldsFunc(rest, func(r rune) bool { return r == '/' })
	const deepest = 256
	if slices.Contains(parts, "..") || len(parts) > deepest {
		return nil
	}
	top := strings.TrimPrefix(path.Clean("/"+m.point), "/")
	for n := len(parts); n >= 0; n-- {
		list = append(list, path.Join(top, path.Join(parts[:n]...)))
	}
	return list
}

// unescape undoes the octal escapes of white space in mountinfo.
func unescape(s string) string {
	return strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`).Replace(s)
}
