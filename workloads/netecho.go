package workloads

import (
	"context"
	"fmt"
	"sync"
	"time"

	"overlap/primitives"
)

// Netecho sends messages over loopback TCP connections, one per worker, to a
// server in the same process that echoes each after 1 ms. It waits like
// Sleepers but pays for system calls, the network poller and copies, so it
// gains from overlapping until those fill the core.
//
// In the closed loop a message is sent when a worker is free: whoever is late
// makes the next one late, too, and the load falls when the server is slow. In
// the open loop message i is due at i/4000 s, as users come who do not know of
// each other, and is sent then if a worker is free. Its latency counts from
// when it was due, however short its own exchange was (see Timed). That has the
// lateness of Go's timers in it: in an idle program on Linux up to 1 ms.
//
// A slice is fewer messages, in the open loop at a rate that is as much lower;
// weak scaling raises the rate. Every byte that comes back is compared. Items
// are messages.
var Netecho = Workload{
	Name:    "netecho",
	Kind:    IO,
	Doc:     "256-byte messages to a loopback TCP server that echoes after 1 ms",
	Models:  "clients of a remote service: a request on a connection of a pool, and a wait for the answer",
	Source:  "the echo of RFC 862; the open loop is wrk2's (Tene, 2013)",
	Limit:   "the server's delay while there are few workers, then the kernel's network code",
	Checked: "every byte of every echo against the message, and that every message came once",
	Expect:  Knee,
	Why:     "waits overlap until system calls and copies of client and server fill the cores",
	Variants: []Variant{
		{"closed", "a worker sends when its last message was answered", Knee},
		// Arrivals set the pace once there are workers to keep up, which need
		// a fraction of one core.
		{"open", "messages are due at a fixed rate, 4000 a second, answered or not", Overlaps},
	},
	SetUp: func(p Params) (Job, error) { return newNetecho(p, func(int64) { time.Sleep(delay) }) },
}

// netechoInterval is the time between due messages.
const netechoInterval = time.Second / 4000

// NetechoMessage is the argument of a piece: a message and where to send it.
type NetechoMessage struct {
	Server EchoServer
	Number int64
}

// NetechoReply says what came back: the number in it, whether all of it is what
// was sent, and how long it took from the piece's start.
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
	tally
	server   *echoServer
	messages []NetechoMessage
	interval time.Duration // between due messages; 0 in the closed loop
	want     netechoCount

	due              []time.Duration // of each message of a run, from due to reply
	intended, actual latencies
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

// newNetecho sets up a job whose server calls wait with the number of every
// message before it answers.
func newNetecho(p Params, wait func(number int64)) (Job, error) {
	server, err := newEchoServer(wait)
	if err != nil {
		return nil, err
	}
	n := p.amount(8, 64, 1024)
	j := &netechoJob{
		server:   server,
		messages: make([]NetechoMessage, n),
		want:     netechoCount{n, n * (n - 1) / 2},
		due:      make([]time.Duration, n),
	}
	for i := range j.messages {
		j.messages[i] = NetechoMessage{server.address(), int64(i)}
	}
	if p.Variant == "open" {
		j.interval = netechoInterval * time.Duration(p.Slices)
		if p.Weak {
			j.interval /= time.Duration(p.Workers)
		}
	}
	if err := echoConns.dial(server.address(), p.Workers); err != nil {
		j.Close()
		return nil, err
	}
	return j, nil
}

func (j *netechoJob) Run(ctx context.Context, ex primitives.Executor) error {
	if j.interval > 0 {
		return j.runOpen(ctx, ex)
	}
	return runPieces(ctx, ex, j)
}

// runOpen is runPieces that submits each piece when it is due.
func (j *netechoJob) runOpen(ctx context.Context, ex primitives.Executor) error {
	futures := make([]*primitives.Future[NetechoReply], len(j.messages))
	var ended sync.WaitGroup // Result may return before OnDone has called
	ended.Add(len(futures))
	start := time.Now()
	for i, m := range j.messages {
		due := start.Add(time.Duration(i) * j.interval)
		_ = primitives.Sleep(ctx, time.Until(due)) // an ended context is the future's error
		futures[i] = primitives.Call(ctx, ex, netechoPiece, m)
		futures[i].OnDone(func(NetechoReply, error) {
			j.due[i] = time.Since(due)
			ended.Done()
		})
	}
	replies, err := collect(futures)
	ended.Wait()
	if err == nil {
		j.Merge(replies)
	}
	return err
}

// Split, Piece and Merge implement Divided.
func (j *netechoJob) Split() []NetechoMessage                               { return j.messages }
func (j *netechoJob) Piece() *primitives.Func[NetechoMessage, NetechoReply] { return netechoPiece }

func (j *netechoJob) Merge(replies []NetechoReply) {
	var got netechoCount
	for i, r := range replies {
		got.add(r.Number, r.Equal)
		j.noteLatency(i, r.Took)
	}
	add(&j.tally, got, j.want)
}

// noteLatency notes the latencies of message i. In the closed loop a message is due
// when its turn comes.
func (j *netechoJob) noteLatency(i int, took time.Duration) {
	j.actual.add(took)
	if j.interval > 0 {
		took = j.due[i]
	}
	j.intended.add(took)
}

// Latencies implements Timed.
func (j *netechoJob) Latencies() (intended, actual Latency) {
	return j.intended.take(), j.actual.take()
}

// Serial sends one message after the other over one connection.
func (j *netechoJob) Serial() error {
	conn, err := dialEcho(j.server.address())
	if err != nil {
		return err
	}
	defer conn.Close()
	var got netechoCount
	start := time.Now()
	for i := range j.Items() {
		due := start.Add(time.Duration(i) * j.interval)
		time.Sleep(time.Until(due)) // returns at once in the closed loop
		began := time.Now()
		number, equal, err := conn.exchange(int64(i))
		if err != nil {
			return fmt.Errorf("message %d: %w", i, err)
		}
		got.add(number, equal)
		j.due[i] = time.Since(due)
		j.noteLatency(i, time.Since(began))
	}
	add(&j.tally, got, j.want)
	return nil
}

func (j *netechoJob) Items() int { return len(j.messages) }

// Close ends the connections of this process; those of children end with them,
// or when the server closes its ends.
func (j *netechoJob) Close() error {
	echoConns.close(j.server.address())
	return j.server.close()
}
