package workloads

import (
	"fmt"
	"testing"
)

// golden is a result that is known from elsewhere.
type golden struct {
	Params
	want   string // of the last result, as fmt prints it
	source string
}

const hashlib = "Python's hashlib, by the formula in the documentation of Hash"

// goldens are by workload. A small golden is checked at every number of workers
// under every executor in every test run; the others not in -short. A workload that
// has none says what its check compares instead.
var goldens = map[string][]golden{
	"ep": {
		{Params{Size: Small}, "3178 accepted: sx -1.088663595e+02, sy 6.747355258e+01, counts [1468 1413 280 16 1 0 0 0 0 0]", "a Python program"},
		{Params{Size: Large}, "13176389 accepted: sx -3.247834652e+03, sy -6.958407078e+03, counts [6140517 5865300 1100361 68546 1648 17 0 0 0 0]",
			"NPB 3.4, EP/ep.f90, class S; counts computed serially"},
	},
	"nqueens": {
		{Params{Size: Small}, "{92 2056}", "solutions: OEIS A000170; queens placed: a C program"},
		{Params{Size: Medium}, "{14200 856188}", "solutions: OEIS A000170; queens placed: a C program"},
		{Params{Size: Large}, "{73712 4674889}", "solutions: OEIS A000170; queens placed: a C program"},
	},
	"mandelbrot": {
		{Params{Size: Small}, "{892 101406}", "a Python program"},
		{Params{Size: Medium}, "{57034 6480610}", "a Python program"},
		{Params{Size: Large}, "{386485 43930374}", "computed serially"},
	},
	"spectral": {
		{Params{Size: Small}, "1.274219991, v·v 4.794126087e+08", "the Computer Language Benchmarks Game, n = 100; v·v: a C program"},
		{Params{Size: Medium}, "1.274224116, v·v 4.903323333e+08", "the Computer Language Benchmarks Game, n = 500; v·v: a C program"},
		{Params{Size: Large}, "1.274224152, v·v 4.924442554e+08", "a C program"},
	},
	"dgemm": nil, // every element with its closed form
	"hash": {
		{Params{Size: Small}, "67f826628c65f023fcf3706dad2e44c752dd398c859edf1042e9500b043abcd9", hashlib},
		{Params{Size: Medium}, "2672684e4f861640ca5b62e96d7dbd6fe4436359e3ac7db4a909d63c129131c8", hashlib},
		{Params{Size: Large}, "ac8b8a0f7c2b45dce331a3c418616953567a3da11cf3ded1043f7442a58472d7", hashlib},
	},
	"sieve": {
		{Params{Size: Small}, "78498", "OEIS A006880(6)"},
		{Params{Size: Medium}, "664579", "OEIS A006880(7)"},
		{Params{Size: Large}, "5761455", "OEIS A006880(8)"},
	},
	"sort": {
		{Params{Size: Small}, "77dbeca03fa7f6180e39949126f892352c438646869cd50716e39b7d23a97b63", "a Python program"},
		{Params{Size: Large}, "5827e939ff0562aba7c1433180720683b2384527b418bac818950a95a259a238", "a Python program"},
	},
	"wavefront": {{Params{Size: Small}, "190", "PRK p2p: the corner grows by m+n-2 in an iteration, 128+64-2"}},
	"uts": {
		{Params{Size: Small}, "{944 744 4 2043565366421}", "a Python program"},
		{Params{Size: Medium}, "{63914 51124 7 138011199149763}", "a Python program"},
		{Params{Size: Large}, "{4130071 3305118 10 8868945590681351}", "mini-uts, tree T1; the sum: a Python program"},
		{Params{Size: Small, Variant: "binomial"}, "{721 634 16 1496280358629}", "a Python program"},
		{Params{Size: Medium, Variant: "binomial"}, "{81697 71734 150 176314914693658}", "a Python program"},
		{Params{Size: Large, Variant: "binomial"}, "{4112897 3599034 1572 8832236503534231}", "mini-uts, tree T3; the sum: a Python program"},
	},
	"nstream":   nil, // every element with its closed form
	"transpose": nil, // every element with its closed form
	"gups":      nil, // every word with the first state, after the same updates again
	"stencil":   {{Params{Size: Small}, "2", "PRK stencil: the norm grows by 2 in an iteration"}},
	"bintrees": {
		{Params{Size: Small}, "[1984 2032 0 0 0 0 0 0]", "trees times 2^(d+1)-1: 64·31 and 16·127"},
		{Params{Size: Medium}, "[126976 130048 130816 131008 131056 0 0 0]", "trees times 2^(d+1)-1: 4096·31, 1024·127, 256·511, 64·2047, 16·8191"},
	},
	"skynet": {
		{Params{Size: Small}, "499500", "closed form"},
		{Params{Size: Medium}, "49995000", "closed form"},
		{Params{Size: Large}, "499999500000", "skynet (Temerev, 2016)"},
	},
	"grain": {
		{Params{Size: Small}, "3674860372584839004", "a Python program"},
		{Params{Size: Small, Variant: "250ns"}, "3674860372584839004", "a Python program"},
		{Params{Size: Small, Variant: "1us"}, "3674860372584839004", "a Python program"},
		{Params{Size: Small, Variant: "4us"}, "3674860372584839004", "a Python program"},
		{Params{Size: Small, Variant: "64us"}, "3674860372584839004", "a Python program"},
		{Params{Size: Small, Variant: "250us"}, "3674860372584839004", "a Python program"},
		{Params{Size: Medium}, "3510933498471821612", "a Python program"},
	},
	"counter": {
		{Params{Size: Small}, "total 16000, bad reads 0", "16 tasks of 1000 increments"},
		{Params{Size: Medium}, "total 512000, bad reads 0", "128 tasks of 4000 increments"},
		{Params{Size: Medium, Variant: "rwmutex"}, "total 51200, bad reads 0", "a tenth of 128 tasks of 4000 operations"},
		{Params{Size: Medium, Variant: "channel"}, "total 128000, bad reads 0", "128 tasks of 1000 increments"},
		{Params{Size: Medium, Variant: "sharded"}, "total 512000, bad reads 0", "128 tasks of 4000 increments"},
	},
	"philosophers": {{
		Params{Size: Small},
		"meals [2000 2000 2000 2000 2000], uses [4000 4000 4000 4000 4000], by [10001 00011 00110 01100 11000], " +
			"eaten [98847b0c95dfc60c b10c7d671f4039ba 4e50139a5d1003d1 b871c8a9423abc62 e5a991a649650c44], clashes 0",
		"4 tasks of 500 meals each; eaten computed by a separate program in Python",
	}},
	"boundedbuf": {
		{Params{Size: Small}, "800 items, sum b521bb3cad6d6d88, xor 48d93dc3ffd141dc", "computed by a separate program in Python"},
		{Params{Size: Large}, "40000 items, sum 34abf415ac6ae37b, xor 4e4f033f4cee16f1", "the same; the number is Savina's"},
	},
	"ring": {
		{Params{Size: Small}, "542 hops, stopped at 42, 0 members with wrong visits", "542 mod 100"},
		{Params{Size: Large}, "100000 hops, stopped at 0, 0 members with wrong visits", "Savina's thread ring: R mod N"},
		{Params{Size: Small, Variant: "pingpong"}, "401 hops, stopped at 1, 0 members with wrong visits", "401 mod 2"},
		{Params{Size: Large, Variant: "pingpong"}, "40000 hops, stopped at 0, 0 members with wrong visits", "Savina's ping-pong: R mod 2"},
	},
	"ipc": {{Params{Size: Small}, "{16 120}", "16 messages, 0 + 1 + … + 15"}},
	"pipeline": {
		{Params{Size: Small}, "f1128f6423d7190bc001686c07d4ac9f0548cc798b5e096f45a4fd1de26f5a7c", "computed by a separate program in Python"},
		{Params{Size: Medium}, "313a3f774a69acbdb17f8101be163cca946678a374b1fd2fdd3fab2604fae953", "computed serially, and by a separate program in Python"},
	},
	"sleepers": {{Params{Size: Small}, "8", "one for each task"}},
	"netecho": {
		{Params{Size: Small}, "{8 28}", "8 messages, 0 + … + 7"},
		{Params{Size: Small, Variant: "open"}, "{8 28}", "8 messages, 0 + … + 7"},
		{Params{Size: Medium}, "{64 2016}", "64 messages, 0 + … + 63"},
	},
	"disk": {
		{Params{Size: Small}, "{16 120}", "16 blocks, 0 + … + 15"},
		{Params{Size: Small, Variant: "read"}, "{32 1035}", "computed by another program, in Python"},
		{Params{Size: Small, Variant: "cachedread"}, "{32 1035}", "computed by another program, in Python"},
		{Params{Size: Medium, Variant: "cachedread"}, "{4096 8277874}", "computed by another program, in Python"},
	},
	"request": {
		{Params{Size: Small}, "2.080899072e+09", "PRK dgemm: 8 times 64³·63²/4"},
		{Params{Size: Small, Variant: "open"}, "2.080899072e+09", "PRK dgemm: 8 times 64³·63²/4"},
		{Params{Size: Medium}, "1.6647192576e+10", "PRK dgemm: 64 times 64³·63²/4"},
	},
	"cashiers": {
		{Params{Size: Small}, "[{4 2557618998660293118} {4 17781711207105998642}]", "computed by another program, in Python"},
		{Params{Size: Medium}, "[{32 13764609735741364298} {32 11177296011952097072}]", "computed by another program, in Python"},
	},
}

// byName fails unless the table has every workload, and nothing else.
func byName[T any](t *testing.T, what string, table map[string]T) {
	t.Helper()
	for _, w := range All() {
		if _, ok := table[w.Name]; !ok {
			t.Errorf("%s lacks %s", what, w.Name)
		}
	}
	for name := range table {
		if _, err := Lookup(name); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestGoldens(t *testing.T) {
	byName(t, "goldens", goldens)
	for _, w := range All() {
		for _, g := range goldens[w.Name] {
			t.Run(fmt.Sprintf("%s/%s/%s", w.Name, g.Variant, g.Size), func(t *testing.T) {
				if testing.Short() && g.Size != Small {
					t.Skip("takes long")
				}
				p := g.Params
				p.Workers = 7
				job := newJob(t, w, p)
				check := func(t *testing.T) {
					t.Helper()
					if err := job.Check(); err != nil {
						t.Fatal(err)
					}
					if got := fmt.Sprint(job.(interface{ last() any }).last()); got != g.want {
						t.Errorf("got %s, want %s (%s)", got, g.want, g.source)
					}
				}
				if err := job.Serial(); err != nil {
					t.Fatal(err)
				}
				check(t)
				everywhere(t, w, func(t *testing.T, executor string, workers int) {
					run(t, job, executor, workers, 1)
					check(t)
				})
			})
		}
	}
}
