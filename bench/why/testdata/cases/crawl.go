package cases

import "runtime"

// crawl visits sites, each on one worker. The first has most of the pages.
func crawl(sites []int) (sum int) {
	sums := make(chan int)
	p := runtime.GOMAXPROCS(0)
	for w := range p {
		go func() {
			sum := 0
			for i := w; i < len(sites); i += p {
				for range sites[i] {
					sum += int(digest(1, 1))
				}
			}
			sums <- sum // why: imbalance holder
		}()
	}
	for range p {
		sum += <-sums // why: imbalance or channel
	}
	return sum
}

// crawlRepaired deals the pages of all sites in turn.
func crawlRepaired(sites []int) (sum int) {
	sums := make(chan int)
	p, pages := runtime.GOMAXPROCS(0), 0
	for _, n := range sites {
		pages += n
	}
	for w := range p {
		go func() {
			sum := 0
			for page := w; page < pages; page += p {
				sum += int(digest(1, 1))
			}
			sums <- sum
		}()
	}
	for range p {
		sum += <-sums
	}
	return sum
}
