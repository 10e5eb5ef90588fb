package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"overlap/bench/sweep"
)

// The exit codes of a command that was interrupted, or whose output was closed: those
// with which shells report a program that SIGINT or SIGPIPE ended.
const (
	exitInterrupted = 128 + 2
	exitClosed      = 128 + 13
)

// errClosed is why the context ends when the output is closed.
var errClosed = fmt.Errorf("%w: the output is closed", sweep.ErrInterrupted)

// interruptible returns a context that ends on the first Ctrl-C, SIGTERM or SIGHUP, or
// when the reader of a stream has gone, so that the verb removes its temporary files. A
// signal more than a second later ends the program at once.
func interruptible(parent context.Context, stdout, stderr io.Writer) (context.Context, *streams, func()) {
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 1)
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(s) { // as nohup makes SIGHUP
			signal.Notify(signals, s)
		}
	}
	// A program that asks for SIGPIPE is not ended by it: the write fails instead.
	pipes := make(chan os.Signal, 1)
	signal.Notify(pipes, syscall.SIGPIPE)
	go func() {
		select {
		case <-signals:
			cancel(sweep.ErrInterrupted)
			// Whoever ends a whole process group may signal this process twice.
			time.Sleep(time.Second)
			signal.Stop(signals)
		case <-ctx.Done():
		}
	}()
	gone := func() { cancel(errClosed) }
	return ctx, &streams{outlet{stdout, gone}, outlet{stderr, gone}}, func() {
		signal.Stop(signals)
		signal.Stop(pipes)
		cancel(context.Canceled)
	}
}

// outlet is standard output or standard error.
type outlet struct {
	io.Writer
	gone func() // is called when the reader has gone
}

func (o outlet) Write(p []byte) (int, error) {
	n, err := o.Writer.Write(p)
	if errors.Is(err, syscall.EPIPE) {
		o.gone()
	}
	return n, err
}

// fileOf is the file that w writes to, if it is one.
func fileOf(w io.Writer) (*os.File, bool) {
	if o, ok := w.(outlet); ok {
		w = o.Writer
	}
	f, ok := w.(*os.File)
	return f, ok
}
