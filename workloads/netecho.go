package workloads

import (
	"cmp"
	"context"
	"errors"
	"time"

	"overlap/primitives"
)

// Netecho sends messages over loopback TCP connections, one per worker, to a
// server in the same process. It waits like Sleepers but also needs system calls,
// the network poller and copies, so overlapping helps until those fill the core.
//
// In the open loop, messages are due at a fixed rate, 4000 a second, answered or
// not (see arrivals). Other variants raise the rate, and the job in proportion.
//
// A slice is fewer messages, in the open loop at a lower rate; weak scaling raises
// the rate. Items are messages.
var Netecho = Workload{
	Name:     "netecho",
	Kind:     IO,
	Doc:      "256-byte messages to a loopback TCP server that echoes after 1 ms",
	Models:   "clients of a remote service: a request on a connection of a pool, and a wait for the answer",
	Source:   "the echo of RFC 862; the open loop is wrk2's (Tene, 2013)",
	Limit:    "the server's delay while there are few workers, then the kernel's network code",
	Checked:  "every byte of every echo against the message, and that every message came back once",
	Expect:   Knee,
	Why:      "waits overlap until system calls and copies of client and server fill the cores",
	Variants: append([]Variant{{"closed", "a worker sends a message when the one before was answered", Knee}}, openVariants("message", 4000)...),
	Needs:    netechoNeeds,
	SetUp:    func(p Params) (Job, error) { return newNetecho(p, func(int64) { time.Sleep(delay) }) },
}

// netechoNeeds returns both ends of a connection for each worker. Child processes
// have connections of their own; the other ends are the server's.
func netechoNeeds(p Params, executor string) Needs {
	if executor == "processes" {
		return Needs{Files: 3 * p.Workers}
	}
	return Needs{Files: 2 * p.Workers}
}

// netechoInterval is the time between due messages.
const netechoInterval = time.Second / 4000

// NetechoMessage is the argument of a piece: a message and where to send it.
type NetechoMessage struct {
	Server EchoServer
	Number int64
}

// NetechoReply is the result of a piece: the number in the echo, whether the echo
// equals the message, and how long it took from the piece's start.
type NetechoReply struct {
	Number int64
	Equal  bool
	Took   time.Duration
}

// netechoCount is the result: right replies, and the sum of their numbers.
type netechoCount struct{ Replies, Numbers int }

func (c *netechoCount) add(number int64, equal bool) {
	if equal {
		c.Replies++
		c.Numbers += int(number)
	}
}

type netechoJob struct {
	exact[netechoCount]
	arriving[NetechoMessage, NetechoReply]
	server *echoServer
}

var netechoPiece = primitives.Define("workloads.netecho", func(_ context.Context, m NetechoMessage) (r NetechoReply, err error) {
	start := time.Now()
	conn, err := echoConns.take(m.Server)
	if err != nil {
		return r, err
	}
	if r.Number, r.Equal, err = conn.exchange(m.Number); err != nil {
		conn.Close()
		return r, err
	}
	echoConns.put(m.Server, conn)
	r.Took = time.Since(start)
	return r, nil
})

// newNetecho sets up a job. The server calls wait with the number of every message
// before it answers.
func newNetecho(p Params, wait func(number int64)) (Job, error) {
	server, err := newEchoServer(wait)
	if err != nil {
		return nil, err
	}
	j := netechoTo(p, server)
	if err = echoConns.dial(server.address(), p.Workers); err == nil {
		err = server.await(p.Workers)
	}
	if err != nil { // perhaps because the server has failed
		return nil, errors.Join(cmp.Or(server.failure(), err), j.Close())
	}
	return j, nil
}

// netechoTo returns the job that sends to that server.
func netechoTo(p Params, server *echoServer) *netechoJob {
	n := p.share(p.pick(8, 64, 1024) * max(p.rateFactor(), 1))
	j := &netechoJob{server: server}
	j.items, j.want = n, netechoCount{n, n * (n - 1) / 2}
	j.piece, j.merge = netechoPiece, j.add
	j.arrivals = newArrivals(p, n, netechoInterval)
	for i := range n {
		j.args = append(j.args, NetechoMessage{server.address(), int64(i)})
	}
	return j
}

func (j *netechoJob) Run(ctx context.Context, ex primitives.Executor) error {
	return errors.Join(j.arriving.Run(ctx, ex), j.server.failure())
}

func (j *netechoJob) add(replies []NetechoReply) {
	var got netechoCount
	for i, r := range replies {
		got.add(r.Number, r.Equal)
		j.noteLatency(i, r.Took)
	}
	j.compare(got)
}

// Serial sends one message after the other over one connection.
func (j *netechoJob) Serial() error {
	conn, err := dialEcho(j.server.address())
	if err != nil {
		return err
	}
	defer conn.Close()
	var got netechoCount
	err = j.serial(func(i int) error {
		number, equal, err := conn.exchange(int64(i))
		got.add(number, equal)
		return err
	})
	if err == nil {
		j.compare(got)
	}
	return err
}

// Close ends the connections of this process. Those of children end with them, or
// when the server closes its ends.
func (j *netechoJob) Close() error {
	echoConns.close(j.server.address())
	return j.server.close()
}
