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

// exitClosed is the exit code of a command whose output is closed, as shells report a
// program that SIGPIPE ended.
const exitClosed = 128 + 13

// errClosed is the cause with which the context then ends.
var errClosed = fmt.Errorf("%w: the output is closed", sweep.ErrInterrupted)

// interruptible returns a context that ends on the first Ctrl-C, SIGTERM or SIGHUP,
// and when the reader of a stream has gone, so that temporary files are removed. A
// signal a second later ends the program, as usual.
func interruptible(parent context.Context, stdout, stderr io.Writer) (context.Context, *streams, func()) {
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 1)
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(s) { // as nohup makes SIGHUP
			signal.Notify(signals, s)
		}
	}
	// Whoever asks for SIGPIPE is not ended by it: the write fails instead.
	pipes := make(chan os.Signal, 1)
	signal.Notify(pipes, syscall.SIGPIPE)
	go func() {
		select {
		case <-signals:
			cancel(sweep.ErrInterrupted)
			// Who ends a whole group of processes may signal this one twice.
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
