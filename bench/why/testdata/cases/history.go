package cases

// History keeps what happened in a linked list, which the garbage collector cannot
// share out: whoever allocates beside it waits for one worker that follows the links.
type History struct {
	first *event
	size  int
}

type event struct {
	next *event
	at   int
}

func newHistory(events int) *History {
	h := &History{}
	for range events {
		h.add(h.size)
	}
	return h
}

func (h *History) add(at int) {
	h.first = &event{h.first, at}
	h.size++
}

// Page renders the newest events into a new page.
func (h *History) Page(size int) byte {
	page := make([]byte, size) // why: allocation
	return h.render(page)
}

func (h *History) render(page []byte) byte {
	e := h.first
	for i := range page {
		if i%64 == 0 {
			e = e.next
		}
		page[i] = byte(e.at + i)
	}
	return page[len(page)/2]
}
