// Overlap measures what concurrency and parallelism each buy: it runs a suite
// of workloads over workers and cores, and reports every speedup as the
// product of a concurrency gain and a parallelism gain.
//
//	overlap run       measure this machine
//	overlap check     compare two revisions, for CI
//	overlap report    explain and draw what was measured
//	overlap host      show what a process may use of this machine
//
// Run overlap --help for the flags.
package main

import (
	"context"
	"os"

	"overlap/internal/cli"
	"overlap/primitives"
)

func main() {
	primitives.ServeIfChild()
	os.Exit(cli.Main(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
}
