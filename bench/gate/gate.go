// Package gate compares two builds of the same benchmarks: whether one is slower,
// and whether it has stopped scaling. Samplers of two builds and a Config go into Measure,
// and slots come out, to a File and as Series; Series go into Judge, and Findings come
// out; a Report writes them. The package does not know git, go build, flags or terminals.
//
// The machine that a gate runs on is noisy, and its noise has modes: the same code
// runs up to twice slower for milliseconds or for seconds. Means of whole samples mix
// those modes. So a benchmark is timed in slices of about a quarter of a millisecond,
// and two processes, one of each build, time them in turns on the same CPUs: one
// slice of base, one of head. Whatever slows the machine down for longer than a slice
// slows down both.
//
// # Design
//
// A Block is two such pairs of processes, all of them new, of two binaries that were
// linked for it. A coin decides whether base has the first turn in the first pair and
// head in the second, or the other way round. If both builds have the same code, only
// coins decide which slots of a block are called base. So exchanging the names within
// blocks gives every outcome that the experiment could have had, and the share of
// those with a difference as large as the measured one is an exact p value, whatever
// the noise is (Fisher, 1935; Edgington, 1969).
//
// Every round visits the points in an order of its own, and no block is measured again
// because of its result.
//
// # Looks
//
// Most benchmarks are settled after half of the blocks for which there is time. So a check
// looks at what it has after half of them or a few more, after all, and after half as many
// again, and measures only what is not settled; the last third is for those in doubt, and takes
// the time that the settled ones left. Numbers and shares of the looks are fixed in advance, and
// each look may spend only its share of the error rate: see Looks.
//
// Before the first look, a slot of a benchmark that uses one CPU may be brief: see
// Config.Brief. How brief depends on neither side nor on what was measured, and the slots of a
// block are alike, so exchanging them is as exact as before.
//
// # Layouts
//
// Where the linker puts functions decides which of them share cache lines, pages and
// branch predictors, so the same code runs some percent faster or slower in another
// binary (Mytkowicz et al., 2009), and every edit moves functions. Therefore both
// sides are linked anew before each round, each with its functions in a random order;
// Curtsinger and Berger (2013) move code while it runs, for the same reason. Layouts
// of the same code come from one distribution, whichever side they are for. So the p
// value stays exact for two binaries of the same functions, and the interval is of the
// code over its layouts. A few layouts of either side that all blocks share would not
// be enough: their means differ in all blocks alike.
//
// All blocks measured with the same two binaries are exchanged together: the blocks of
// every point of a gain, and, if linking takes longer than a round, the blocks of several
// rounds.
//
// The run also shows by how much two layouts of the same code differ. Blocks vary by
// layouts and by noise, the two pairs of a block only by noise, and the difference of
// the two variances is due to layouts (an analysis of variance: Fisher, 1925). A
// report states this difference for every quantity, and the change that the run would
// detect if code did not move.
//
// In a random order, functions that call each other are farther apart than the linker
// would put them, so times may be a little longer than those of go test. Data stay in
// the linker's order.
//
// # Settings
//
// The two builds may be of the same code: by two toolchains, with two sets of flags, or one
// binary in two environments. Of the last, only coins and orders of functions from one
// distribution distinguish base from head, unless the environment does: the p value is
// exact. Toolchains and flags are as edits are.
//
// # Statistic
//
// What counts is the ratio of two slices next to each other. The middle half of the
// ratios of a pair of processes is averaged, then the blocks, without those at either
// end. How many are left out is chosen by which average varies least when the names
// are exchanged; that does not look at the names, so the p value stays exact. All p
// values of a report are corrected together (Holm, 1979). Alpha is the chance that a
// report on the same code has one or more false alarms, however many benchmarks it is
// on.
//
// Where processes cannot take turns, on Windows and for the copies of a ceiling, the
// slots of a block come one after the other. Then the ratio is of a quantile of all
// slices: a very low one suits code that computes, one nearer to the median code that
// waits for another core or for memory. It is chosen in the same blind way.
//
// The middle of the ratios misses what happens seldom: a collection, a slow path. The
// mean of the slots includes it, and is tested as well. It also includes the noise of
// the machine, and detects only larger changes. Bytes and allocations that are the same
// in most processes are compared as they are, without chance.
//
// # Verdicts
//
// A change is worse, or better, if chance does not explain it and its estimate is
// beyond the threshold, which is equally far in both directions. It is the same if its
// interval is within the threshold. Everything else is undecided: "cannot tell"; or
// "cannot tell from layout", if chance would not explain the change in code that does
// not move. Of what is counted exactly, one allocation more is worse. The noise floor
// beside a change is the smallest change that this run would have found four times in
// five. It comes from the run itself: from the changes of single blocks, less the change
// of all blocks.
//
// One edit shows in several of these verdicts. So a Report makes one Finding of all that got
// worse or better in a benchmark, and of several benchmarks in which the same line of code
// grew most.
//
// # Scalability
//
// A benchmark that can use several CPUs is measured on one as well, in the same
// rounds. Its speedup, and what follows from it, is a ratio of times; its change is
// the change on several CPUs over the change on one. So code that holds a lock for too
// long is found even if it is as fast as before where nothing else needs the lock. A
// speedup that is smaller only because one CPU became faster is not a regression:
// nothing is slower than it was.
//
// A Rule is a threshold or a minimum efficiency of one benchmark. It is known before anything
// is measured, and no p value depends on it: it only decides which sizes of changes count, so
// the error rate of a report is the same with any rules.
//
// A minimum efficiency is demanded of head alone. Where head is compared with nothing, both
// processes that take turns are head's, and all slots count.
//
// # Others
//
// Other programs, and other guests of the hypervisor, may have one of the CPUs. Each
// slot notes how many they had: what was neither idle, nor an interrupt, nor the CPU
// time of the processes that took turns. A block in which that is more than a tenth of
// a CPU is disturbed, whichever of its slots are called base.
//
// Two processes that take turns on one CPU are disturbed alike, and their ratio holds.
// On several CPUs the program behaves differently: where others have one of two, its
// goroutines no longer meet. So S, E, S/H and the other gains, the CPUs that were busy
// and the floors rest on the undisturbed blocks, and are unknown if there are fewer than
// six of them. A time on several CPUs is tested by all blocks, the size of its change
// comes from the undisturbed ones, and without six of them it is never called the same.
//
// The interval of a gain of one build is a bootstrap over blocks (Efron, 1979), widened
// by what others had even in these blocks. A check waits for others to leave before it
// begins, and after a disturbed block.
//
// Where a container hides what the CPUs do, the time for which threads were ready to
// run and had no CPU is used instead. Systems other than Linux hide even that time: there
// an efficiency may be too low because of others, and a note says so.
//
// # What it does not detect
//
// With a GOMAXPROCS above 1, and on systems other than Linux, a process that waits for
// its turn may still collect garbage or run goroutines in the background. It then takes
// time from the process whose turn it is, so times show only a part of a change. Bytes
// and allocations show all of it. And every slice begins with caches that the other process has used.
//
// Layouts are orders of functions. Variables and constants stay where the linker puts
// them, in all blocks alike, and an edit that moves them may change times. The
// threshold keeps that out of the regressions.
//
// Since Go 1.22, the linker can put functions in a random order. Where a package cannot
// be linked that way, or GOFLAGS fixes the order, each side is linked once, as in files
// of older checks. Then the interval leaves out the luck of the two binaries, and of where
// the kernel keeps their pages: a note says so. The exchange is then exact only for the
// same binary, and the noise floor comes from the differences between slots of the same
// side.
//
// A check does not detect what shows only on machines, with inputs or on numbers of CPUs
// that it did not measure.
package gate

import "overlap/bench/sweep"

// Slot is what one process timed of a point.
type Slot struct {
	Ops      int       // operations in each slice
	Slices   []float64 // nanoseconds per operation, in the order of time; those of several copies one after the other
	CPUs     float64   // mean CPUs busy while the slices were timed; NaN if unknown
	Allocs   float64   // allocations per operation; NaN if unknown
	Bytes    float64   // bytes allocated per operation; NaN if unknown
	Pressure float64   // share of the CPUs that others had while this benchmark wanted them; NaN if unknown
	Others   Others    // CPUs that others had, wanted or not
	Layout   int64     // seed of the order of functions in the binary; 0 for the linker's own
	Turns    bool      // slices alternate with those of the slot beside this one in its block: 0 with 1, 2 with 3
}

// Block is four slots of a point: two pairs that took turns, or one after the other.
type Block struct {
	HeadFirst bool    // head, base, base, head; else base, head, head, base
	Slots     [4]Slot // in the order in which they began
}

// Sides are the slots of the two builds, each in the order of time.
func (b Block) Sides() (base, head [2]Slot) {
	outer, inner := [2]Slot{b.Slots[0], b.Slots[3]}, [2]Slot{b.Slots[1], b.Slots[2]}
	if b.HeadFirst {
		return inner, outer
	}
	return outer, inner
}

// Series is what was measured of a point.
type Series struct {
	Point    sweep.Point
	Blocks   []Block
	HeadOnly bool // all slots are of head, which is compared with nothing: for a floor
}
