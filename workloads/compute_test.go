package workloads

import (
	"fmt"
	"testing"
)

func init() {
	goldens["ep"] = []golden{
		{Params{Size: Small}, "3178 accepted: sx -1.088663595e+02, sy 6.747355258e+01, counts [1468 1413 280 16 1 0 0 0 0 0]", "a Python program"},
		{Params{Size: Large}, "13176389 accepted: sx -3.247834652e+03, sy -6.958407078e+03, counts [6140517 5865300 1100361 68546 1648 17 0 0 0 0]",
			"NPB 3.4, EP/ep.f90, class S; counts computed serially"},
	}
	goldens["mandelbrot"] = []golden{
		{Params{Size: Small}, "{892 101406}", "a Python program"},
		{Params{Size: Medium}, "{57034 6480610}", "a Python program"},
		{Params{Size: Large}, "{386485 43930374}", "computed serially"},
	}
	damages["ep"] = func(j Job) { j.(*epJob).args[3].First++ }
	damages["mandelbrot"] = func(j Job) { j.(*mandelbrotJob).args[5].Rows-- }
}

func TestEpJump(t *testing.T) {
	x := uint64(epSeed)
	for n := range uint64(1000) {
		if got := epJump(n); got != x {
			t.Fatalf("number %d is %d, want %d", n, got, x)
		}
		x = x * epMultiplier & epMask
	}
}

func TestEpSumsPrint(t *testing.T) {
	if got := fmt.Sprint(EpSums{SX: 1, SY: -2, Counts: [10]int64{3, 4}}); got != "7 accepted: sx 1.000000000e+00, sy -2.000000000e+00, counts [3 4 0 0 0 0 0 0 0 0]" {
		t.Error(got)
	}
}
