// Package cases holds programs that lose their second core for a known reason.
//
// Each file is a case: BenchmarkX loses, BenchmarkXRepaired does the same work
// without the cause. A line that ends in "// why: KIND" is what must be named for
// the benchmarks of its file; of several such lines, one suffices, as does one of
// several kinds ("KIND or KIND"). "// why: KIND holder" marks whose release ends the
// wait there.
package cases
