package workloads

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
)

const echoMessage = 256 // bytes

// EchoServer is the address of a server on the loopback interface. Key
// distinguishes it from an earlier server at the same port.
type EchoServer struct{ Port, Key int64 }

// echoConn is a connection with the buffers of the task that uses it.
type echoConn struct {
	net.Conn
	sent, received [echoMessage]byte
}

func dialEcho(s EchoServer) (*echoConn, error) {
	conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", s.Port))
	if err != nil {
		return nil, fmt.Errorf("echo: %w", err)
	}
	return &echoConn{Conn: conn}, nil
}

// exchange sends a message and returns the number in the answer, and whether the
// answer equals the message.
func (c *echoConn) exchange(number int64) (echoed int64, equal bool, err error) {
	for k := 0; k < echoMessage; k += 8 {
		binary.LittleEndian.PutUint64(c.sent[k:], uint64(number)+uint64(k)<<32)
	}
	if _, err := c.Write(c.sent[:]); err != nil {
		return 0, false, fmt.Errorf("echo: %w", err)
	}
	if _, err := io.ReadFull(c.Conn, c.received[:]); err != nil {
		return 0, false, fmt.Errorf("echo: %w", err)
	}
	return echoNumber(&c.received), bytes.Equal(c.sent[:], c.received[:]), nil
}

func echoNumber(message *[echoMessage]byte) int64 {
	return int64(binary.LittleEndian.Uint64(message[:]))
}

// echoPool holds the connections of this process that no task uses.
type echoPool struct {
	mu   sync.Mutex
	idle map[EchoServer][]*echoConn
}

var echoConns = echoPool{idle: map[EchoServer][]*echoConn{}}

// take returns a connection to s that no other task uses.
func (p *echoPool) take(s EchoServer) (conn *echoConn, err error) {
	p.mu.Lock()
	if list := p.idle[s]; len(list) > 0 {
		conn, p.idle[s] = list[len(list)-1], list[:len(list)-1]
	}
	p.mu.Unlock()
	if conn == nil {
		return dialEcho(s)
	}
	return conn, nil
}

func (p *echoPool) put(s EchoServer, c *echoConn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.idle[s] = append(p.idle[s], c)
}

// dial opens n connections to s for take.
func (p *echoPool) dial(s EchoServer, n int) error {
	for range n {
		conn, err := dialEcho(s)
		if err != nil {
			return err
		}
		p.put(s, conn)
	}
	return nil
}

// close closes the connections to s.
func (p *echoPool) close(s EchoServer) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, conn := range p.idle[s] {
		conn.Close()
	}
	delete(p.idle, s)
}

// echoServer echoes every message after calling wait.
type echoServer struct {
	listener net.Listener
	key      int64
	wait     func(number int64)
	running  sync.WaitGroup

	mu       sync.Mutex
	conns    map[net.Conn]struct{} // nil once closed
	accepted int
	err      error     // why it accepts no more connections, unless it was closed
	changed  sync.Cond // accepted or err may have changed
}

// echoServers counts the servers of this process.
var echoServers atomic.Int64

func newEchoServer(wait func(number int64)) (*echoServer, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("echo: %w", err)
	}
	s := &echoServer{listener: listener, key: echoServers.Add(1), wait: wait, conns: map[net.Conn]struct{}{}}
	s.changed.L = &s.mu
	s.running.Go(s.accept)
	return s, nil
}

func (s *echoServer) address() EchoServer {
	return EchoServer{int64(s.listener.Addr().(*net.TCPAddr).Port), s.key}
}

func (s *echoServer) accept() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			s.fail(err)
			return
		}
		s.running.Go(func() { s.serve(conn) })
	}
}

// fail ends all connections if the server can accept no more, for example because
// no file is left: those that wait to be accepted would wait forever.
func (s *echoServer) fail(err error) {
	if errors.Is(err, net.ErrClosed) {
		return // close was called
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = fmt.Errorf("echo: %w", err)
	s.listener.Close()
	s.disconnect()
}

// disconnect ends all connections and refuses new ones. The caller has the lock.
func (s *echoServer) disconnect() {
	for conn := range s.conns {
		conn.Close()
	}
	s.conns = nil
	s.changed.Broadcast()
}

// failure returns why the server accepts no more connections; nil if it does, or
// was closed.
func (s *echoServer) failure() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// await blocks until the server has accepted n connections, or returns why it
// cannot.
func (s *echoServer) await(n int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.accepted < n && s.err == nil {
		s.changed.Wait()
	}
	return s.err
}

func (s *echoServer) serve(conn net.Conn) {
	defer conn.Close()
	if !s.enter(conn) {
		return
	}
	defer s.leave(conn)
	var message [echoMessage]byte
	for {
		if _, err := io.ReadFull(conn, message[:]); err != nil {
			return
		}
		s.wait(echoNumber(&message))
		if _, err := conn.Write(message[:]); err != nil {
			return
		}
	}
}

// enter registers a connection and reports whether it may be served.
func (s *echoServer) enter(conn net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conns == nil {
		return false
	}
	s.conns[conn] = struct{}{}
	s.accepted++
	s.changed.Broadcast()
	return true
}

func (s *echoServer) leave(conn net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, conn)
}

// close ends the server and all connections, even if clients in child processes
// have not closed their ends.
func (s *echoServer) close() error {
	err := s.listener.Close()
	s.mu.Lock()
	s.disconnect()
	s.mu.Unlock()
	s.running.Wait()
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}
