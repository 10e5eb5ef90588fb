package workloads

import (
	"fmt"
	"testing"
)

func init() {
	goldens["nqueens"] = []golden{
		{Params{Size: Small}, "{92 2056}", "solutions: OEIS A000170; queens placed: a C program"},
		{Params{Size: Medium}, "{14200 856188}", "solutions: OEIS A000170; queens placed: a C program"},
		{Params{Size: Large}, "{73712 4674889}", "solutions: OEIS A000170; queens placed: a C program"},
	}
	goldens["spectral"] = []golden{
		{Params{Size: Small}, "1.274219991, v·v 4.794126087e+08", "the Computer Language Benchmarks Game, n = 100; v·v: a C program"},
		{Params{Size: Medium}, "1.274224116, v·v 4.903323333e+08", "the Computer Language Benchmarks Game, n = 500; v·v: a C program"},
		{Params{Size: Large}, "1.274224152, v·v 4.924442554e+08", "a C program"},
	}
	goldens["sort"] = []golden{
		{Params{Size: Small}, "77dbeca03fa7f6180e39949126f892352c438646869cd50716e39b7d23a97b63", "a Python program"},
		{Params{Size: Large}, "5827e939ff0562aba7c1433180720683b2384527b418bac818950a95a259a238", "a Python program"},
	}
	goldens["uts"] = []golden{
		{Params{Size: Small}, "{944 744 4 2043565366421}", "a Python program"},
		{Params{Size: Medium}, "{63914 51124 7 138011199149763}", "a Python program"},
		{Params{Size: Large}, "{4130071 3305118 10 8868945590681351}", "mini-uts, tree T1; the sum: a Python program"},
		{Params{Size: Small, Variant: "binomial"}, "{721 634 16 1496280358629}", "a Python program"},
		{Params{Size: Medium, Variant: "binomial"}, "{81697 71734 150 176314914693658}", "a Python program"},
		{Params{Size: Large, Variant: "binomial"}, "{4112897 3599034 1572 8832236503534231}", "mini-uts, tree T3; the sum: a Python program"},
	}
	goldens["skynet"] = []golden{
		{Params{Size: Small}, "499500", "closed form"},
		{Params{Size: Medium}, "49995000", "closed form"},
		{Params{Size: Large}, "499999500000", "skynet (Temerev, 2016)"},
	}
	damages["nqueens"] = func(j Job) { j.(*nqueensJob).args[5].Left = 0 }
	damages["spectral"] = func(j Job) { j.(*spectralJob).tasks-- }
	damages["dgemm"] = func(j Job) { j.(*dgemmJob).c[17]++ }
	damages["sort"] = func(j Job) { j.(*sortJob).in[3]++ }
	damages["uts"] = func(j Job) { j.(*utsJob).args[7].Open[0].State[19]++ }
	damages["skynet"] = func(j Job) { j.(*skynetJob).root /= 10 }
}

func TestUtsSearchTravels(t *testing.T) {
	tree := UtsTree{Seed: 2, Levels: 3, Root: 5, Probability: 0.25}
	for open := range 3 {
		want := UtsSearch{UtsHead: UtsHead{Tree: tree, Budget: 9, Counts: UtsCounts{1, 2, 3, 4}}}
		for i := range open {
			root := tree.root()
			want.Open = append(want.Open, root.child(i))
		}
		b, err := want.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		var got UtsSearch
		if err := got.UnmarshalBinary(b); err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%v arrives as %v, %v", want, got, err)
		}
	}
	if new(UtsSearch).UnmarshalBinary([]byte{1, 2, 3}) == nil {
		t.Error("three bytes are a search")
	}
}
