package sweep

import (
	"context"
	"crypto/sha256"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Sums identifies the test binary of each package, by its import path, and the
// files in the package's directory testdata, which it may read. Builds of the same
// sources in two directories have the same sums if Flags has -trimpath and
// -buildvcs=false.
func (f *Foreign) Sums() (map[string][sha256.Size]byte, error) {
	sums := map[string][sha256.Size]byte{}
	for pkg, b := range f.binaries {
		sum := sha256.New()
		if err := hashProgram(sum, b.path); err != nil {
			return nil, fmt.Errorf("read a test binary: %w", err)
		}
		if err := hashDir(sum, b.dir, "testdata"); err != nil {
			return nil, fmt.Errorf("read the data of %s: %w", pkg, err)
		}
		sums[pkg] = [sha256.Size]byte(sum.Sum(nil))
	}
	return sums, nil
}

// CompiledSums is like Sums for the packages as they were compiled, not linked: a binary also
// holds the tags that it was built with, whether a file asks for them or not. It knows nothing
// of the linker's flags.
func (f *Foreign) CompiledSums(ctx context.Context) (map[string][sha256.Size]byte, error) {
	byFlags := map[string][]string{} // packages
	for pkg, b := range f.binaries {
		byFlags[strings.Join(b.flags, "\n")] = append(byFlags[strings.Join(b.flags, "\n")], pkg)
	}
	sums := map[string][sha256.Size]byte{}
	for _, packages := range byFlags {
		args := slices.Concat([]string{"list", "-export", "-deps", "-test", `-f={{.ImportPath}}{{"\t"}}{{.BuildID}}{{"\t"}}{{join .Deps "\t"}}`}, f.Flags, f.binaries[packages[0]].flags, packages)
		out, err := f.builder.Run(ctx, args...)
		if err != nil {
			return nil, fmt.Errorf("compare what was compiled: %w", err)
		}
		contents, deps := map[string]string{}, map[string][]string{}
		for line := range strings.Lines(out) {
			fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
			if len(fields) < 2 {
				return nil, fmt.Errorf("compare what was compiled: go list printed %q", line)
			}
			// A build ID is a hash of what went in, a slash, and a hash of what came out.
			contents[fields[0]] = fields[1][strings.LastIndex(fields[1], "/")+1:]
			deps[fields[0]] = fields[2:]
		}
		for _, pkg := range packages {
			sum := sha256.New()
			for _, part := range append(deps[pkg+".test"], pkg+".test") {
				fmt.Fprintf(sum, "%q %s\n", part, contents[part])
			}
			if err := hashDir(sum, f.binaries[pkg].dir, "testdata"); err != nil {
				return nil, fmt.Errorf("read the data of %s: %w", pkg, err)
			}
			sums[pkg] = [sha256.Size]byte(sum.Sum(nil))
		}
	}
	return sums, nil
}

// SumData identifies what the tests of the package in dir may read: its directory
// testdata, and files by their names in dir, such as those that they embed.
func SumData(dir string, files []string) (sum [sha256.Size]byte, err error) {
	hash := sha256.New()
	err = hashDir(hash, dir, "testdata")
	for _, name := range files {
		fmt.Fprintf(hash, "\n%q\n", name)
		err = errors.Join(err, hashFile(hash, filepath.Join(dir, name)))
	}
	if err != nil {
		return sum, fmt.Errorf("read the data of %s: %w", dir, err)
	}
	return [sha256.Size]byte(hash.Sum(nil)), nil
}

// SumProgram identifies the code and the data of a program.
func SumProgram(path string) (sum [sha256.Size]byte, err error) {
	hash := sha256.New()
	if err := hashProgram(hash, path); err != nil {
		return sum, fmt.Errorf("read a program: %w", err)
	}
	return [sha256.Size]byte(hash.Sum(nil)), nil
}

// hashProgram hashes a program without what does not run: a comment that moves
// the lines below it changes the tables of line numbers, the symbols and the ids
// of the build, but neither code nor data. Of formats other than ELF it hashes
// all.
func hashProgram(sum io.Writer, path string) error {
	file, err := elf.Open(path)
	if err != nil {
		return hashFile(sum, path)
	}
	defer file.Close()
	for _, s := range file.Sections {
		if s.Flags&elf.SHF_ALLOC == 0 || s.Type == elf.SHT_NOTE || slices.Contains(lineTables, s.Name) {
			continue
		}
		fmt.Fprintf(sum, "\n%q %+v\n", s.Name, struct{ addr, size uint64 }{s.Addr, s.Size})
		if s.Type == elf.SHT_NOBITS {
			continue
		}
		if _, err := io.Copy(sum, s.Open()); err != nil {
			return err
		}
	}
	return nil
}

// lineTables are the sections with the line numbers, one for each mode of linking.
var lineTables = []string{".gopclntab", ".data.rel.ro.gopclntab"}

func hashFile(sum io.Writer, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = io.Copy(sum, file)
	return err
}

// hashDir hashes the names and contents of the files below dir/name, if it is
// there. Links are not followed, and what is not a file is hashed by its name.
func hashDir(sum io.Writer, dir, name string) error {
	return fs.WalkDir(os.DirFS(dir), name, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			if path == name && errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			return err
		}
		fmt.Fprintf(sum, "\n%q %v\n", path, d.Type())
		full := filepath.Join(dir, filepath.FromSlash(path))
		switch {
		case d.Type()&fs.ModeSymlink != 0:
			target, err := os.Readlink(full)
			fmt.Fprintf(sum, "%q\n", target)
			return err
		case d.Type().IsRegular():
			return hashFile(sum, full)
		}
		return nil
	})
}
