package bench_test

import (
	"testing"

	"overlap/bench"
	"overlap/workloads"
)

func TestMain(m *testing.M) { bench.Main(m) }

func BenchmarkEp(b *testing.B)           { bench.Run(b, workloads.Ep) }
func BenchmarkNqueens(b *testing.B)      { bench.Run(b, workloads.Nqueens) }
func BenchmarkMandelbrot(b *testing.B)   { bench.Run(b, workloads.Mandelbrot) }
func BenchmarkSpectral(b *testing.B)     { bench.Run(b, workloads.Spectral) }
func BenchmarkDgemm(b *testing.B)        { bench.Run(b, workloads.Dgemm) }
func BenchmarkHash(b *testing.B)         { bench.Run(b, workloads.Hash) }
func BenchmarkSieve(b *testing.B)        { bench.Run(b, workloads.Sieve) }
func BenchmarkSort(b *testing.B)         { bench.Run(b, workloads.Sort) }
func BenchmarkWavefront(b *testing.B)    { bench.Run(b, workloads.Wavefront) }
func BenchmarkUts(b *testing.B)          { bench.Run(b, workloads.Uts) }
func BenchmarkNstream(b *testing.B)      { bench.Run(b, workloads.Nstream) }
func BenchmarkTranspose(b *testing.B)    { bench.Run(b, workloads.Transpose) }
func BenchmarkGups(b *testing.B)         { bench.Run(b, workloads.Gups) }
func BenchmarkStencil(b *testing.B)      { bench.Run(b, workloads.Stencil) }
func BenchmarkBintrees(b *testing.B)     { bench.Run(b, workloads.Bintrees) }
func BenchmarkSkynet(b *testing.B)       { bench.Run(b, workloads.Skynet) }
func BenchmarkGrain(b *testing.B)        { bench.Run(b, workloads.Grain) }
func BenchmarkCounter(b *testing.B)      { bench.Run(b, workloads.Counter) }
func BenchmarkPhilosophers(b *testing.B) { bench.Run(b, workloads.Philosophers) }
func BenchmarkBoundedbuf(b *testing.B)   { bench.Run(b, workloads.Boundedbuf) }
func BenchmarkRing(b *testing.B)         { bench.Run(b, workloads.Ring) }
func BenchmarkIpc(b *testing.B)          { bench.Run(b, workloads.Ipc) }
func BenchmarkPipeline(b *testing.B)     { bench.Run(b, workloads.Pipeline) }
func BenchmarkSleepers(b *testing.B)     { bench.Run(b, workloads.Sleepers) }
func BenchmarkNetecho(b *testing.B)      { bench.Run(b, workloads.Netecho) }
func BenchmarkDisk(b *testing.B)         { bench.Run(b, workloads.Disk) }
func BenchmarkRequest(b *testing.B)      { bench.Run(b, workloads.Request) }
func BenchmarkCashiers(b *testing.B)     { bench.Run(b, workloads.Cashiers) }
