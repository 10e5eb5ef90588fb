package cases

// pipeline passes n records from one stage to the next, one by one.
func pipeline(n int) (sum int) {
	records := make(chan int)
	go func() {
		for i := range n {
			records <- int(digest(1, i)) // why: channel
		}
		close(records)
	}()
	for r := range records { // why: channel
		sum += int(digest(1, r))
	}
	return sum
}

// pipelineRepaired passes them in batches, of which several may be on their way.
func pipelineRepaired(n int) (sum int) {
	records := make(chan []int, 4)
	go func() {
		for i := 0; i < n; {
			batch := make([]int, 0, 64)
			for ; i < n && len(batch) < cap(batch); i++ {
				batch = append(batch, int(digest(1, i)))
			}
			records <- batch
		}
		close(records)
	}()
	for batch := range records {
		for _, r := range batch {
			sum += int(digest(1, r))
		}
	}
	return sum
}
