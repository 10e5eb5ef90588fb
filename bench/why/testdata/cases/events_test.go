package cases

import "testing"

func BenchmarkEvents(b *testing.B) {
	c := newCollector()
	go c.collect()
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i++ {
			c.Send(int(digest(2, i)))
		}
	})
	close(c.events)
	sink.Add(int64(<-c.done))
}

func BenchmarkEventsRepaired(b *testing.B) {
	c := newCollector()
	go c.collectRepaired()
	b.RunParallel(func(pb *testing.PB) {
		batch := make([]int, 0, 64)
		for i := 0; pb.Next(); i++ {
			batch = append(batch, int(digest(2, i)))
			if len(batch) == cap(batch) {
				c.batches <- batch
				batch = make([]int, 0, 64)
			}
		}
		c.batches <- batch
	})
	close(c.batches)
	sink.Add(int64(<-c.done))
}
