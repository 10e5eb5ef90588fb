package bench_test

import (
	"testing"

	"overlap/bench"
	"overlap/workloads"
)

func TestMain(m *testing.M) { bench.Main(m) }

func BenchmarkEp(b *testing.B)         { bench.Run(b, workloads.Ep) }
func BenchmarkMandelbrot(b *testing.B) { bench.Run(b, workloads.Mandelbrot) }
func BenchmarkNstream(b *testing.B)    { bench.Run(b, workloads.Nstream) }
func BenchmarkCounter(b *testing.B)    { bench.Run(b, workloads.Counter) }
func BenchmarkSleepers(b *testing.B)   { bench.Run(b, workloads.Sleepers) }
func BenchmarkNetecho(b *testing.B)    { bench.Run(b, workloads.Netecho) }
func BenchmarkRequest(b *testing.B)    { bench.Run(b, workloads.Request) }
