package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

// chore is a task that every system runs many times. It returns a number, so that a lost
// or wrong result is detected.
type chore struct {
	name    string
	doc     string
	amounts map[string]int       // of work of a task, by language; "" is all others
	want    func(amount int) int // the correct result of a task
	setUp   func(amount, workers int, wait sleeper) (*work, error)
}

// work is a chore in Go, ready for a number of workers.
type work struct {
	do   func(context.Context) (int, error)
	stop func() // nil if there is nothing to stop
}

// sleeper is how the tasks of a system wait.
type sleeper func(context.Context, time.Duration) error

func (c *chore) amount(language string) int {
	if n, ok := c.amounts[language]; ok {
		return n
	}
	return c.amounts[""]
}

// The waits inside mixed and of the echo server; the programs in other
// languages have the same.
const (
	mixedWait = 2 * time.Millisecond
	echoWait  = time.Millisecond
)

// chores returns all chores in the order of the tables. A task computes for 0.2–0.3 ms in
// every language, so that two tasks for each of 256 workers fit into a sample. Only work
// that Python interprets step by step needs a smaller amount for that.
func chores() []*chore {
	same := func(amount int) int { return amount }
	return []*chore{
		{"task-hash", "cpu: about 0.2 ms of FNV-1a", map[string]int{"": 150_000, "python": 3000}, fnv, hashing},
		{"task-sieve", "cpu and cache: the primes below 65536, in bytes", map[string]int{"": 1 << 16},
			func(limit int) int { return sieve(make([]bool, limit)) }, sieving},
		{"task-mixed", "cpu and wait: about 0.3 ms of FNV-1a, then 2 ms of sleep", map[string]int{"": 200_000, "python": 4000}, fnv, mixing},
		{"task-sleep", "wait: 10 ms of sleep", map[string]int{"": 10}, same, sleeping},
		{"task-echo", "io: 64 bytes to a TCP server on this machine, which answers after 1 ms", map[string]int{"": message}, same, echoing},
	}
}

// fnv is the 32-bit FNV-1a hash of that many bytes 0, 1, …, 255, 0, …
func fnv(steps int) int {
	h := uint32(2166136261)
	for i := range steps {
		h = (h ^ uint32(i&255)) * 16777619
	}
	return int(h)
}

// sieve counts the primes below the length of composite, which it overwrites.
func sieve(composite []bool) (primes int) {
	clear(composite)
	for p := 2; p < len(composite); p++ {
		if composite[p] {
			continue
		}
		primes++
		for q := p * p; q < len(composite); q += p {
			composite[q] = true
		}
	}
	return primes
}

func hashing(amount, _ int, _ sleeper) (*work, error) {
	return &work{do: func(context.Context) (int, error) { return fnv(amount), nil }}, nil
}

func sieving(amount, workers int, _ sleeper) (*work, error) {
	all := make(chan []bool, workers) // an array for each worker: garbage collection is not the task
	for range workers {
		all <- make([]bool, amount)
	}
	return &work{do: func(context.Context) (int, error) {
		mine := <-all
		primes := sieve(mine)
		all <- mine
		return primes, nil
	}}, nil
}

func mixing(amount, _ int, wait sleeper) (*work, error) {
	return &work{do: func(ctx context.Context) (int, error) {
		h := fnv(amount)
		return h, wait(ctx, mixedWait)
	}}, nil
}

func sleeping(amount, _ int, wait sleeper) (*work, error) {
	return &work{do: func(ctx context.Context) (int, error) {
		return amount, wait(ctx, time.Duration(amount)*time.Millisecond)
	}}, nil
}

// echoing has a server in this process and a connection for each worker.
func echoing(amount, workers int, _ sleeper) (*work, error) {
	server, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("echo server: %w", err)
	}
	var serving sync.WaitGroup
	serving.Go(func() { serveEcho(server, amount, &serving) })
	all, sent := make(chan net.Conn, workers), bytes.Repeat([]byte{answer}, amount)
	w := &work{do: func(context.Context) (int, error) {
		mine := <-all
		defer func() { all <- mine }()
		return echoOnce(mine, sent)
	}}
	w.stop = func() {
		server.Close()
		for range len(all) {
			(<-all).Close()
		}
		serving.Wait()
	}
	for range workers {
		conn, err := net.Dial("tcp", server.Addr().String())
		if err != nil {
			w.stop()
			return nil, fmt.Errorf("echo client: %w", err)
		}
		all <- conn
	}
	return w, nil
}

// serveEcho sends every message back after a delay, until server is closed and the
// clients have closed their connections.
func serveEcho(server net.Listener, amount int, serving *sync.WaitGroup) {
	for {
		conn, err := server.Accept()
		if err != nil {
			return
		}
		serving.Go(func() {
			defer conn.Close()
			m := make([]byte, amount)
			for {
				if _, err := io.ReadFull(conn, m); err != nil {
					return
				}
				time.Sleep(echoWait)
				if _, err := conn.Write(m); err != nil {
					return
				}
			}
		})
	}
}

// echoOnce sends the message and returns how many bytes came back as they were.
func echoOnce(conn net.Conn, sent []byte) (int, error) {
	if _, err := conn.Write(sent); err != nil {
		return 0, err
	}
	got := make([]byte, len(sent))
	if _, err := io.ReadFull(conn, got); err != nil {
		return 0, err
	}
	if !bytes.Equal(got, sent) {
		return 0, errWrong
	}
	return len(got), nil
}
