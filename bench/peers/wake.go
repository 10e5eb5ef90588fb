package main

import (
	"runtime"
	"sync/atomic"
	"time"

	"overlap/primitives"
)

// event is common to the sides that wake goroutines. A switch of goroutines costs a
// hundred times the call through the interface.
type event interface {
	Set()
	Clear()
	Wait()
}

func newOurs() event { return &primitives.Event{} }
func newCond() event { return newCondEvent() }
func newOnce() event { return &closing{make(chan struct{})} }

// closing is a bare channel: Set closes it. It allows only one Set between two Clears,
// and no Clear during a Wait.
type closing struct{ released chan struct{} }

func (c *closing) Set()   { close(c.released) }
func (c *closing) Clear() { c.released = make(chan struct{}) }
func (c *closing) Wait()  { <-c.released }

// pingPong is two goroutines that wake each other by a flag each. An operation is one
// wake.
func pingPong(newEvent func() event) func(env) (*body, error) {
	return func(env) (*body, error) {
		return &body{ops: 2, run: timed(func(n int) error {
			ping, pong := newEvent(), newEvent()
			go func() {
				for range n {
					ping.Wait()
					ping.Clear()
					pong.Set()
				}
			}()
			for range n {
				ping.Set()
				pong.Wait()
				pong.Clear()
			}
			return nil
		})}, nil
	}
}

// pingPongChannel is the same with two channels without buffers.
func pingPongChannel(env) (*body, error) {
	return &body{ops: 2, run: timed(func(n int) error {
		ping, pong := make(chan struct{}), make(chan struct{})
		go func() {
			for range n {
				<-ping
				pong <- struct{}{}
			}
		}()
		for range n {
			ping <- struct{}{}
			<-pong
		}
		return nil
	})}, nil
}

const waiters = 1000

// broadcast measures from Set until the last of 1000 parked waiters has run. An operation
// is the wake of one of them. Between two measurements they meet at a channel, which is
// the same for every side, so that only the waking is timed.
func broadcast(newEvent func() event) func(env) (*body, error) {
	return func(env) (*body, error) {
		f := newEvent()
		var arrived, ran atomic.Int64
		var end time.Time // written by the last to run, read after last
		last, next := make(chan struct{}), make(chan struct{})
		wait := func() {
			for range next {
				arrived.Add(1)
				f.Wait()
				if ran.Add(1) == waiters {
					end = time.Now()
					last <- struct{}{}
				}
			}
		}
		for range waiters {
			go wait()
		}
		run := func(n int) (total time.Duration, err error) {
			for range n {
				f.Clear()
				arrived.Store(0)
				ran.Store(0)
				for range waiters {
					next <- struct{}{}
				}
				park(&arrived)
				start := time.Now()
				f.Set()
				<-last
				total += end.Sub(start)
			}
			return total, nil
		}
		return &body{ops: waiters, run: run, stop: func() { close(next) }}, nil
	}
}

// park returns when all have announced that they will wait and had time to do so.
func park(arrived *atomic.Int64) {
	for arrived.Load() < waiters {
		runtime.Gosched()
	}
	time.Sleep(50 * time.Microsecond)
}
