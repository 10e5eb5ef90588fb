package host

import (
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// tree reads small files below a root that holds sys and proc. Each may be absent.
// A library that reads whole directories (procfs) fails for all CPUs because of one
// bad file, and returns zero for values that it cannot read.
type tree struct {
	fs    fs.FS
	notes *notes
}

// openTree opens the files below root. It refuses symbolic links that lead out of
// another machine's tree: they would lead to files of this machine.
func openTree(root string) (tree, func(), error) {
	t := tree{notes: new(notes)}
	if root == "" || root == "/" {
		t.fs = os.DirFS("/")
		return t, func() {}, nil
	}
	r, err := os.OpenRoot(root)
	if err != nil {
		return tree{}, nil, fmt.Errorf("open the tree of a machine: %w", err)
	}
	t.fs = r.FS()
	return t, func() { r.Close() }, nil
}

func (t tree) note(format string, args ...any) { t.notes.add(fmt.Sprintf(format, args...)) }

// ignore notes a file that cannot be used.
func (t tree) ignore(name string, why error) {
	t.notes.add("ignored", fmt.Sprintf("%s (%v)", name, why))
}

// maxFile is how many bytes are read of a file. Of the longest, mountinfo and cpuinfo,
// the beginning is enough.
const maxFile = 1 << 20

// text is the file without white space around it, or "", and without the NUL bytes
// with which tar pads files of /sys to a page. Pipes and devices, which could block,
// are not opened.
func (t tree) text(name string) string {
	info, err := fs.Stat(t.fs, name)
	if err != nil || !info.Mode().IsRegular() {
		return ""
	}
	f, err := t.fs.Open(name)
	if err != nil {
		return ""
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxFile))
	if err != nil {
		return ""
	}
	return strings.TrimFunc(string(b), func(r rune) bool { return r == 0 || unicode.IsSpace(r) })
}

// line is the file as one printable line of reasonable length.
func (t tree) line(name string) string { return oneLine(t.text(name)) }

func (t tree) exists(name string) bool {
	_, err := fs.Stat(t.fs, name)
	return err == nil
}

// number is the whole number that the file holds, from 0.
func (t tree) number(name string) (int, bool) {
	n, err := strconv.Atoi(t.text(name))
	return n, err == nil && n >= 0 && n <= math.MaxInt32
}

// list is the CPU list that the file holds, ascending. A list that cannot be
// read is noted; an absent file is not.
func (t tree) list(name string) (ids []int, ok bool) { return t.parsed(name, ParseList) }

// cpus is the list of CPUs in a file or, without that, in the file with the mask,
// which is all that some kernels and some copies have.
func (t tree) cpus(list, mask string) []int {
	if ids, _ := t.list(list); ids != nil {
		return ids
	}
	ids, _ := t.parsed(mask, parseMask)
	return ids
}

func (t tree) parsed(name string, parse func(string) ([]int, error)) (ids []int, ok bool) {
	text := t.text(name)
	if text == "" {
		return nil, t.exists(name)
	}
	ids, err := parse(text)
	if err != nil {
		t.ignore(name, err)
		return nil, false
	}
	slices.Sort(ids)
	return ids, true
}

// numbered returns the numbers n of the entries PREFIXn in a directory,
// ascending.
func (t tree) numbered(dir, prefix string) []int {
	entries, err := fs.ReadDir(t.fs, dir)
	if err != nil {
		return nil
	}
	var list []int
	for _, e := range entries {
		digits, ok := strings.CutPrefix(e.Name(), prefix)
		if n, err := strconv.Atoi(digits); ok && err == nil && n >= 0 && n < MaxCPUs && strconv.Itoa(n) == digits {
			list = append(list, n)
		}
	}
	slices.Sort(list)
	return list
}

// oneLine makes text fit for a terminal and a configuration line: white space
// becomes single spaces, unprintable characters become ?, and the text is cut after
// 400 characters.
func oneLine(s string) string {
	s = strings.ToValidUTF8(strings.Join(strings.Fields(s), " "), "?")
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, s)
	if r := []rune(s); len(r) > 400 {
		return string(r[:400]) + "…"
	}
	return s
}
