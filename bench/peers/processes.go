package main

import (
	"bytes"
	"context"

	"overlap/primitives"
)

// message is how many bytes travel to the other process, and back.
const message = 64

var echo = primitives.Define("peers.echo", func(_ context.Context, in []byte) ([]byte, error) { return in, nil })

// processRoundtrip has one worker process send the message back. Both
// processes have the affinity of the sample.
func processRoundtrip(transport string) func(env) (*body, error) {
	return roundtrips(transport, func(x primitives.Executor, sent []byte) ([]byte, error) {
		return primitives.Do(background, x, echo, sent)
	})
}

// processFuture is the same with a future, which another goroutine completes.
func processFuture(transport string) func(env) (*body, error) {
	return roundtrips(transport, func(x primitives.Executor, sent []byte) ([]byte, error) {
		return primitives.Call(background, x, echo, sent).Await(background)
	})
}

func roundtrips(transport string, once func(primitives.Executor, []byte) ([]byte, error)) func(env) (*body, error) {
	return func(env) (*body, error) {
		x, err := primitives.NewProcesses(primitives.Config{Workers: 1, Transport: transport})
		if err != nil {
			return nil, err
		}
		sent := bytes.Repeat([]byte{answer}, message)
		run := timed(func(n int) error {
			for range n {
				got, err := once(x, sent)
				if err != nil {
					return err
				}
				if !bytes.Equal(got, sent) {
					return errWrong
				}
			}
			return nil
		})
		return &body{run: run, stop: func() { _ = x.Shutdown(background) }}, nil
	}
}
