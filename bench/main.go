package bench

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"overlap/bench/host"
	"overlap/bench/overlay/recording"
	"overlap/primitives"
	"overlap/workloads"
)

// options are the flags of a test binary of this package.
type options struct {
	workers   []int
	executors []string
	variants  []string
	size      workloads.Size
	weak      bool
	disk      string
	slices    int
	cores     int
	barrier   bool
	turns     string        // file for the times of turns; empty: it takes none
	turnJobs  int           // that are timed at once; 0: as many as take turn
	turn      time.Duration // how long turnJobs take

	turnLength time.Duration // for how long a turn is timed
	recording  recording.Recording
	bySweep    bool // a sweep started this process for one sample: what the machine cannot do is an error
}

// flags is package state because a benchmark function has no other access to the flags
// of its binary.
var flags = options{
	workers:   []int{1},
	executors: []string{"pool"},
	size:      workloads.Medium,
	slices:    1,
}

// Main is the TestMain of a package of benchmarks: it adds the flags that choose
// points, writes the configuration and Unit lines, and runs the tests and benchmarks.
// It does not return.
func Main(m *testing.M) {
	primitives.ServeIfChild()
	register(flag.CommandLine)
	flag.Parse()
	preamble()
	os.Exit(m.Run())
}

// Sample is the main function of a process that measures one sample: a test binary
// without go test. args are its flags. It does not return. The program must have
// called primitives.ServeIfChild.
func Sample(args []string) {
	testing.Init()
	register(flag.CommandLine)
	flags.bySweep = true
	flag.CommandLine.Parse(args) // exits on errors
	preamble()
	var all []testing.InternalBenchmark
	for _, w := range workloads.All() {
		all = append(all, testing.InternalBenchmark{Name: BenchmarkName(w), F: func(b *testing.B) { Run(b, w) }})
	}
	testing.Main(regexp.MatchString, nil, all, nil)
}

// BenchmarkName is the name of the benchmark function for w: Benchmark and the
// workload's name with a capital.
func BenchmarkName(w workloads.Workload) string { return "Benchmark" + Title(w) }

// Title is the name of w in a result file, where a benchmark's name begins
// with a capital.
func Title(w workloads.Workload) string { return strings.ToUpper(w.Name[:1]) + w.Name[1:] }

func register(fs *flag.FlagSet) {
	flags.workers = []int{1, runtime.NumCPU(), 16}
	slices.Sort(flags.workers)
	flags.workers = slices.Compact(flags.workers)

	fs.Func("workers", "comma-separated `list` of worker counts (default 1, the CPUs, 16)", func(s string) (err error) {
		flags.workers, err = ParseInts(s)
		return err
	})
	fs.Func("executors", "comma-separated `list` of executors, from "+strings.Join(Executors(), ", ")+" (default pool)", func(s string) error {
		flags.executors = strings.Split(s, ",")
		return nil
	})
	fs.Func("variants", "comma-separated `list` of variants; all means every variant (default: the first of each workload)", func(s string) error {
		flags.variants = strings.Split(s, ",")
		return nil
	})
	fs.BoolVar(&flags.weak, "weak", false, "make the jobs grow with the workers (weak scaling)")
	fs.StringVar(&flags.disk, "disk", "", "`directory` for the files of the workload disk (default: the one for temporary files)")
	fs.Func("size", "`size` of the jobs: small, medium, large, or a multiple such as medium4x (default medium)", func(s string) error {
		flags.size = workloads.Size(s)
		return nil
	})
	fs.IntVar(&flags.slices, "slices", 1, "run one of this many equal shares of each job")
	fs.IntVar(&flags.cores, "cores", 0, "fail unless the process is bound to this many CPUs (default: any number)")
	fs.StringVar(&flags.turns, "turns", "", "take turns with other processes, by files 3 and 4, and write the times to this `file`")
	fs.IntVar(&flags.turnJobs, "turn-jobs", 0, "`jobs` that are timed at once in a turn (default: as many as -turn)")
	fs.DurationVar(&flags.turn, "turn", time.Millisecond, "how long these jobs should take")
	fs.DurationVar(&flags.turnLength, "turn-length", 0, "how long a turn times jobs (default: once)")
	fs.StringVar(&flags.recording.Kind, "record", "", "`kind` of a recording of what is timed: cpu, trace, locks, allocs, counters; see package recording")
	fs.StringVar(&flags.recording.Prefix, "record-files", "", "`prefix` of the paths of its files")
	fs.BoolVar(&flags.barrier, "barrier", false, "before each timing, write a line \"ready\" to standard error and wait for a byte on standard input")
}

// check returns an error for flags that cannot be followed.
func (o options) check(cpus []int) error {
	for _, x := range o.executors {
		if !slices.Contains(Executors(), x) {
			return fmt.Errorf("-executors: unknown executor %q: there are %s", x, strings.Join(Executors(), ", "))
		}
	}
	if err := workloads.CheckVariants(workloads.All(), o.variants); err != nil {
		return fmt.Errorf("-variants: %w", err)
	}
	if err := o.size.Check(); err != nil {
		return fmt.Errorf("-size: %w", err)
	}
	if o.slices < 1 {
		return fmt.Errorf("-slices: must be at least 1, not %d", o.slices)
	}
	if o.cores != 0 && o.cores != len(cpus) {
		return fmt.Errorf("-cores=%d: the process is bound to %d CPUs (%s)", o.cores, len(cpus), host.FormatList(cpus))
	}
	return nil
}

// Executors lists what -executors takes: the executors, and the serial program.
func Executors() []string { return append(primitives.Names(), SerialExecutor) }

// ParseInts reads a comma-separated list of numbers that are at least 1.
func ParseInts(s string) ([]int, error) {
	var list []int
	for field := range strings.SplitSeq(s, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(field))
		if err != nil || n < 1 {
			return nil, fmt.Errorf("%q is not a list of whole numbers from 1, such as 1,2,8", s)
		}
		list = append(list, n)
	}
	return list, nil
}

// cpuList is the value of -test.cpu, or the GOMAXPROCS in force.
func cpuList() ([]int, error) {
	if f := flag.Lookup("test.cpu"); f != nil && f.Value.String() != "" {
		return ParseInts(f.Value.String())
	}
	return []int{runtime.GOMAXPROCS(0)}, nil
}

// preamble writes the lines that hold for the whole process, if it will run
// benchmarks. In the output of plain tests they would be noise.
func preamble() {
	if f := flag.Lookup("test.bench"); f == nil || f.Value.String() == "" {
		return
	}
	w := bufio.NewWriter(os.Stdout)
	defer w.Flush()
	WriteUnits(w)
	writeConfig(w)
}

// writeConfig writes the configuration lines. The kinds and expectations are those of
// all workloads, so that the lines are the same in every process: benchstat makes a
// table for each value of a configuration key. For the same reason the sweep writes the
// host's fingerprint: its samples are bound to a few CPUs and would see a smaller
// machine.
func writeConfig(w io.Writer) {
	cpus, err := host.Affinity()
	if err != nil {
		fmt.Fprintln(os.Stderr, "overlap: no host configuration lines:", err)
		return
	}
	if !flags.bySweep {
		h, err := host.Read()
		if err != nil {
			fmt.Fprintln(os.Stderr, "overlap: no host configuration lines:", err)
			return
		}
		for _, p := range h.Fingerprint() {
			fmt.Fprintf(w, "%s: %s\n", p.Key, p.Value)
		}
	}
	var kinds, expect []string
	for _, k := range workloads.All() {
		kinds = append(kinds, Title(k)+"="+string(k.Kind))
		expect = append(expect, Title(k)+"="+string(k.Expect))
		for _, v := range k.Variants[min(1, len(k.Variants)):] {
			expect = append(expect, Title(k)+"/"+v.Name+"="+string(v.Expect))
		}
	}
	fmt.Fprintf(w, "cpus: %s\nkinds: %s\nexpect: %s\n",
		host.FormatList(cpus), strings.Join(kinds, " "), strings.Join(expect, " "))
}

// meet tells the owner of the barrier that this process is ready and waits for the
// word to start.
func meet() error {
	if _, err := fmt.Fprintln(os.Stderr, "ready"); err != nil {
		return fmt.Errorf("barrier: %w", err)
	}
	if _, err := os.Stdin.Read(make([]byte, 1)); err != nil {
		return fmt.Errorf("barrier: no word to start: %w", err)
	}
	return nil
}
