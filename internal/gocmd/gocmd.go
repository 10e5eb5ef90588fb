// Package gocmd runs the go command: it gets arguments and returns what the command
// prints, or an error with the command's own words.
package gocmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"

	"overlap/internal/proc"
	"overlap/internal/scratch"
	"overlap/internal/table"
)

// Go is the go command and where it is to run.
type Go struct {
	Program string   // found by PATH if it is a name; empty: go
	Dir     string   // a directory of the module
	Env     []string // added to this process's own

	// Temp is where it, the compilers and the linkers put temporary files, which
	// they leave behind if they are killed. Nil: the usual place.
	Temp *scratch.Dir
}

// maxOutput is how many bytes of its output an error has.
const maxOutput = 4 << 10

// Run runs the go command and returns its output. The text of an error is what the
// command wrote to standard error. When ctx ends, so does the command with all that it
// started, and the error is the cause.
func (g Go) Run(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, cmp.Or(g.Program, "go"), args...)
	cmd.Dir = g.Dir
	cmd.Env = append(cmd.Environ(), g.Env...)
	if g.Temp != nil {
		cmd.Env = append(cmd.Env, "GOTMPDIR="+g.Temp.Path, "TMPDIR="+g.Temp.Path, g.Temp.Mark())
	}
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := proc.Run(cmd)
	switch {
	case ctx.Err() != nil:
		return "", context.Cause(ctx)
	case errors.Is(err, exec.ErrNotFound):
		return "", fmt.Errorf("benchmarks are built with the go command: %w; install Go from https://go.dev/dl", err)
	case err != nil:
		if text := table.Excerpt(stderr.String(), maxOutput); text != "" {
			return "", errors.New(text)
		}
		return "", fmt.Errorf("go %s: %w", args[0], err)
	}
	return stdout.String(), nil
}
