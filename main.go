// Overlap measures what concurrency and parallelism each buy: it runs a suite
// of workloads over workers and cores, and reports every speedup as the
// product of a concurrency gain and a parallelism gain.
//
// Run overlap help for the verbs and the manual, and overlap VERB --help for the flags.
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
