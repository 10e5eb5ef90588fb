package gocmd_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"overlap/internal/gocmd"
	"overlap/internal/scratch"
)

func module(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.com/m\n\ngo 1.24\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestErrorsAreWhatGoSays(t *testing.T) {
	_, err := gocmd.Go{Dir: module(t)}.Run(t.Context(), "list", "example.com/other")
	if err == nil || strings.Contains(err.Error(), "exit status") || !strings.HasPrefix(err.Error(), "no required module provides package example.com/other") {
		t.Errorf("%v", err)
	}
	_, err = gocmd.Go{Program: "no-such-go", Dir: module(t)}.Run(t.Context(), "list")
	if !errors.Is(err, exec.ErrNotFound) || !strings.Contains(err.Error(), "https://go.dev/dl") {
		t.Errorf("%v", err)
	}
	out, err := gocmd.Go{Dir: module(t), Env: []string{"GOFLAGS=-mod=mod"}}.Run(t.Context(), "env", "GOFLAGS")
	if err != nil || out != "-mod=mod\n" {
		t.Errorf("%q, %v", out, err)
	}
}

// What the command has started ends with it, and what it has written is in Temp.
func TestTheEndOfTheContextEndsWhatGoHasStarted(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("needs a shell")
	}
	temp, err := scratch.Make(t.TempDir(), "build")
	if err != nil {
		t.Fatal(err)
	}
	defer temp.Remove()
	program := filepath.Join(t.TempDir(), "go")
	const script = "#!/bin/sh\n(while :; do touch \"$TMPDIR/alive\" \"$GOTMPDIR/alive\"; sleep 0.05; done) &\nwait\n"
	if err := os.WriteFile(program, []byte(script), 0o777); err != nil {
		t.Fatal(err)
	}
	alive := filepath.Join(temp.Path, "alive")
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := errors.New("stop")
	go func() {
		for ctx.Err() == nil {
			if _, err := os.Stat(alive); err == nil {
				cancel(stop)
			}
			time.Sleep(time.Millisecond)
		}
	}()
	if _, err := (gocmd.Go{Program: program, Temp: temp}).Run(ctx, "build"); err != stop {
		t.Errorf("%v", err)
	}
	if err := os.Remove(alive); err != nil {
		t.Error(err)
	}
	time.Sleep(200 * time.Millisecond)
	if _, err := os.Stat(alive); err == nil {
		t.Error("what it has started still runs")
	}
}
