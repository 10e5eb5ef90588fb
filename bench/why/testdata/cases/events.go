package cases

// Collector counts the events that workers send to it.
type Collector struct {
	events  chan int
	batches chan []int
	done    chan int
}

func newCollector() *Collector {
	return &Collector{events: make(chan int), batches: make(chan []int, 4), done: make(chan int)}
}

// collect takes events one by one, until there are no more.
func (c *Collector) collect() {
	sum := 0
	for e := range c.events { // why: channel
		sum += e
	}
	c.done <- sum
}

// Send hands an event over.
func (c *Collector) Send(e int) {
	c.events <- e // why: channel
}

// collectRepaired takes events in batches.
func (c *Collector) collectRepaired() {
	sum := 0
	for batch := range c.batches {
		for _, e := range batch {
			sum += e
		}
	}
	c.done <- sum
}
