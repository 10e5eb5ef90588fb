package workloads

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"overlap/primitives"
)

// Netecho sends messages over loopback TCP connections, one per worker, to a
// server in the same process that echoes each after 1 ms. It waits like
// Sleepers but pays for system calls, the network poller and copies, so it
// gains from overlapping until those fill the core.
//
// Every byte that comes back is compared. Items are messages.
var Netecho = Workload{
	Name:   "netecho",
	Kind:   IO,
	Doc:    "256-byte messages to a loopback TCP server that echoes after 1 ms",
	Expect: Knee,
	Shares: "connections",
	SetUp:  newNetecho,
}

const netechoMessage = 256 // bytes

type netechoJob struct {
	tally
	tasks  int
	server *echoServer
	idle   chan *echoConn // connections that no task uses
	echoed atomic.Int64
}

// echoConn is a connection with the buffers of the task that uses it.
type echoConn struct {
	net.Conn
	sent, received [netechoMessage]byte
}

func newNetecho(p Params) (_ Job, err error) {
	tasks := p.amount(8, 64, 1024)
	server, err := newEchoServer(delay)
	if err != nil {
		return nil, err
	}
	j := &netechoJob{tasks: tasks, server: server, idle: make(chan *echoConn, p.Workers)}
	defer func() {
		if err != nil {
			j.Close()
		}
	}()
	for range p.Workers {
		conn, err := net.Dial("tcp", server.addr())
		if err != nil {
			return nil, fmt.Errorf("netecho: %w", err)
		}
		j.idle <- &echoConn{Conn: conn}
	}
	return j, nil
}

func (j *netechoJob) Run(ctx context.Context, ex primitives.Executor) error {
	j.echoed.Store(0)
	_, err := forEach(ctx, ex, j.tasks, func(_ context.Context, i int) (struct{}, error) {
		conn := <-j.idle
		defer func() { j.idle <- conn }()
		return struct{}{}, j.exchange(conn, i)
	})
	if err != nil {
		return err
	}
	add(&j.tally, j.echoed.Load(), int64(j.tasks))
	return nil
}

// exchange sends message i and counts it if the same bytes come back.
func (j *netechoJob) exchange(conn *echoConn, i int) error {
	for k := 0; k < netechoMessage; k += 8 {
		binary.LittleEndian.PutUint64(conn.sent[k:], uint64(i)<<32|uint64(k))
	}
	if _, err := conn.Write(conn.sent[:]); err != nil {
		return fmt.Errorf("netecho: %w", err)
	}
	if _, err := io.ReadFull(conn, conn.received[:]); err != nil {
		return fmt.Errorf("netecho: %w", err)
	}
	if bytes.Equal(conn.sent[:], conn.received[:]) {
		j.echoed.Add(1)
	}
	return nil
}

func (j *netechoJob) Serial() error {
	conn := <-j.idle
	defer func() { j.idle <- conn }()
	for i := range j.tasks {
		if err := j.exchange(conn, i); err != nil {
			return err
		}
	}
	return nil
}

func (j *netechoJob) Items() int { return j.tasks }

func (j *netechoJob) Close() error {
	close(j.idle)
	for conn := range j.idle {
		conn.Close()
	}
	return j.server.close()
}

// echoServer returns every message after a delay. It listens on loopback only.
type echoServer struct {
	listener net.Listener
	delay    time.Duration
	running  sync.WaitGroup
}

func newEchoServer(delay time.Duration) (*echoServer, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("netecho: %w", err)
	}
	s := &echoServer{listener: listener, delay: delay}
	s.running.Go(s.accept)
	return s, nil
}

func (s *echoServer) addr() string { return s.listener.Addr().String() }

func (s *echoServer) accept() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.running.Go(func() { s.serve(conn) })
	}
}

func (s *echoServer) serve(conn net.Conn) {
	defer conn.Close()
	var message [netechoMessage]byte
	for {
		if _, err := io.ReadFull(conn, message[:]); err != nil {
			return
		}
		time.Sleep(s.delay)
		if _, err := conn.Write(message[:]); err != nil {
			return
		}
	}
}

// close stops the server after its connections have been closed by the client.
func (s *echoServer) close() error {
	err := s.listener.Close()
	s.running.Wait()
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}
