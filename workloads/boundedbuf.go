package workloads

import (
	"context"
	"fmt"
	"sync"

	"overlap/primitives"
)

// Boundedbuf has 40 producers, 40 consumers and one buffer, which one mutex
// guards. Making an item and consuming it take 25 steps of a generator each, which
// is less than handing the buffer from core to core.
//
// Producers and consumers are actors. A task is the turn of one: it goes on
// until the buffer is full, or empty, or its share is done. It never blocks its
// worker: an actor that cannot go on joins the buffer's list of waiting actors,
// and its task ends; the actor that makes room, or an item, submits it again.
//
// Large is 1000 items for each and a buffer of 50, as in Savina; medium has 500
// and small 20 with a buffer of 5. Items are those that pass through the buffer. A
// slice has fewer for each.
var Boundedbuf = Workload{
	Name:        "boundedbuf",
	Kind:        Comm,
	Doc:         "40 producers and 40 consumers around a bounded buffer with one mutex",
	Models:      "work queues between the stages of a program, with back-pressure",
	Source:      "Savina's bounded buffer (Imam and Sarkar, 2014)",
	Limit:       "the one lock, and submitting the actors that wait",
	Checked:     "number, sum and exclusive or of the consumed items, against the serial program",
	Expect:      Retrograde,
	Why:         "every item passes one lock twice, and handing the lock to another core takes longer than making an item",
	NoProcesses: "its tasks share a buffer",
	SetUp:       newBoundedbuf,
}

const (
	bufferActors = 40 // of each kind
	bufferSteps  = 25 // of the generator, to make an item and to consume one: Savina's costs
)

// consumed is the result. It does not depend on the order.
type consumed struct {
	items    int
	sum, xor uint64
}

func (c consumed) plus(o consumed) consumed {
	return consumed{c.items + o.items, c.sum + o.sum, c.xor ^ o.xor}
}

func (c consumed) String() string {
	return fmt.Sprintf("%d items, sum %016x, xor %016x", c.items, c.sum, c.xor)
}

// bufferActor is a producer or a consumer. Only its one task uses it.
type bufferActor struct {
	turn  func(*crowd) error
	left  int // items to go
	next  splitmix
	item  uint64 // a producer's next one, if made
	eaten consumed
	made  bool
	_     [128 - 33 - 3*word]byte
}

func (a *bufferActor) make() {
	if !a.made {
		a.item, a.made = bufferItem(&a.next), true
	}
}

// bufferItem makes the next item of a source.
func bufferItem(source *splitmix) (item uint64) {
	for range bufferSteps {
		item = source.next()
	}
	return item
}

// consume returns the result of consuming an item.
func consume(item uint64) consumed {
	source := splitmix(item)
	value := bufferItem(&source)
	return consumed{1, value, value}
}

type boundedbufJob struct {
	exact[consumed]
	each                 int // items of every actor
	producers, consumers []bufferActor

	_         [128]byte
	mu        sync.Mutex
	buffer    fifo[uint64]
	producing fifo[*bufferActor] // wait for room
	consuming fifo[*bufferActor] // wait for an item
}

func newBoundedbuf(p Params) (Job, error) {
	j := &boundedbufJob{
		each:      p.amount(20, 500, 1000),
		producers: make([]bufferActor, bufferActors),
		consumers: make([]bufferActor, bufferActors),
		buffer:    newFifo[uint64](p.pick(5, 50, 50)),
		producing: newFifo[*bufferActor](bufferActors),
		consuming: newFifo[*bufferActor](bufferActors),
	}
	for i := range bufferActors {
		producer, consumer := &j.producers[i], &j.consumers[i]
		producer.turn = func(c *crowd) error { j.produce(c, producer); return nil }
		consumer.turn = func(c *crowd) error { j.consume(c, consumer); return nil }
	}
	j.items, j.plain, j.want = bufferActors*j.each, j.serial, j.serial()
	return j, nil
}

func (j *boundedbufJob) Run(ctx context.Context, ex primitives.Executor) error {
	j.buffer.clear()
	j.producing.clear()
	j.consuming.clear()
	for i := range bufferActors {
		j.producers[i].left, j.producers[i].next, j.producers[i].made = j.each, splitmix(i), false
		j.consumers[i].left, j.consumers[i].eaten = j.each, consumed{}
	}
	err := runCrowd(ctx, ex, func(c *crowd) {
		for i := range bufferActors {
			c.submit(j.producers[i].turn)
			c.submit(j.consumers[i].turn)
		}
	})
	if err != nil {
		return err
	}
	var got consumed
	for i := range j.consumers {
		got = got.plus(j.consumers[i].eaten)
	}
	j.compare(got)
	return nil
}

// produce is a producer's turn.
func (j *boundedbufJob) produce(c *crowd, a *bufferActor) {
	for a.left > 0 {
		a.make()
		woken, done := j.put(a)
		if !done {
			return // from here on another task may be a's
		}
		a.made = false
		a.left--
		resume(c, woken)
	}
}

// put moves a's item to the buffer and returns a consumer that waited for it; or
// it makes a wait for room.
func (j *boundedbufJob) put(a *bufferActor) (woken *bufferActor, done bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if !j.buffer.push(a.item) {
		j.producing.push(a)
		return nil, false
	}
	woken, _ = j.consuming.pop()
	return woken, true
}

// consume is a consumer's turn.
func (j *boundedbufJob) consume(c *crowd, a *bufferActor) {
	for a.left > 0 {
		item, woken, done := j.take(a)
		if !done {
			return
		}
		a.left--
		resume(c, woken)
		a.eaten = a.eaten.plus(consume(item))
	}
}

// take returns an item and a producer that waited for its place; or it makes a
// wait for an item.
func (j *boundedbufJob) take(a *bufferActor) (item uint64, woken *bufferActor, done bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if item, done = j.buffer.pop(); !done {
		j.consuming.push(a)
		return 0, nil, false
	}
	woken, _ = j.producing.pop()
	return item, woken, true
}

// resume gives a, if there is one, another turn. An actor that was woken may find
// the place taken and wait again. But each place that becomes free wakes one actor,
// so none waits forever.
func resume(c *crowd, a *bufferActor) {
	if a != nil {
		c.submit(a.turn)
	}
}

// serial makes and consumes the same items one after the other.
func (j *boundedbufJob) serial() (got consumed) {
	for i := range bufferActors {
		source := splitmix(i)
		for range j.each {
			got = got.plus(consume(bufferItem(&source)))
		}
	}
	return got
}
