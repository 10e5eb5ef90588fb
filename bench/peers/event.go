package main

import "overlap/primitives"

// The operations of an event that wake nobody. Both events are called by their own type
// and not through an interface: that call would cost as much as the operation.

func isSetOurs(env) (*body, error) {
	var e primitives.Event
	e.Set()
	return &body{run: timed(func(n int) error {
		up := 0
		for range n {
			if e.IsSet() {
				up++
			}
		}
		return all(up, n)
	})}, nil
}

func isSetCond(env) (*body, error) {
	e := newCondEvent()
	e.Set()
	return &body{run: timed(func(n int) error {
		up := 0
		for range n {
			if e.IsSet() {
				up++
			}
		}
		return all(up, n)
	})}, nil
}

func waitSetOurs(env) (*body, error) {
	var e primitives.Event
	e.Set()
	return &body{run: timed(func(n int) error {
		for range n {
			e.Wait()
		}
		return nil
	})}, nil
}

func waitSetCond(env) (*body, error) {
	e := newCondEvent()
	e.Set()
	return &body{run: timed(func(n int) error {
		for range n {
			e.Wait()
		}
		return nil
	})}, nil
}

func setClearOurs(env) (*body, error) {
	var e primitives.Event
	return &body{run: timed(func(n int) error {
		for range n {
			e.Set()
			e.Clear()
		}
		return isClear(e.IsSet())
	})}, nil
}

func setClearCond(env) (*body, error) {
	e := newCondEvent()
	return &body{run: timed(func(n int) error {
		for range n {
			e.Set()
			e.Clear()
		}
		return isClear(e.IsSet())
	})}, nil
}

func all(got, want int) error {
	if got != want {
		return errWrong
	}
	return nil
}

func isClear(up bool) error {
	if up {
		return errWrong
	}
	return nil
}
