package main

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestPaceFillsTheTime(t *testing.T) {
	ran, runs := 0, 0
	got, err := pace(8, 20*time.Millisecond, func(n int) error {
		ran, runs = n, runs+1
		time.Sleep(time.Duration(n) * 50 * time.Microsecond)
		return nil
	})
	if err != nil || got.tasks != ran || got.took < 10*time.Millisecond || got.tasks%8 != 0 || runs < 2 {
		t.Errorf("%+v in %d runs, %v", got, runs, err)
	}
	if _, err := pace(1, time.Second, func(int) error { return errWrong }); !errors.Is(err, errWrong) {
		t.Errorf("error %v", err)
	}
}

func TestMore(t *testing.T) {
	for _, x := range []struct {
		n, workers int
		took       time.Duration
		want       int
	}{
		{2, 1, time.Second / 10, 20},
		{2, 1, time.Microsecond, 32}, // no more than 16 times
		{2, 1, time.Second, 4},       // no less than twice
		{16, 8, time.Second / 3, 48},
		{16, 8, 300 * time.Millisecond, 56}, // a multiple of the workers
		{512, 256, 0, 8192},
	} {
		if got := more(x.n, x.workers, x.took, time.Second); got != x.want {
			t.Errorf("%d tasks of %d workers in %v: then %d, want %d", x.n, x.workers, x.took, got, x.want)
		}
	}
}

func TestParseRates(t *testing.T) {
	got, err := parseRates([]byte("1 10 1000000000\n2 40 2e9\n"), []int{1, 2})
	if err == nil {
		t.Errorf("nanoseconds with an exponent give %v", got)
	}
	got, err = parseRates([]byte("1 10 1000000000\n2 40 2000000000\n"), []int{1, 2})
	if err != nil || got[1].perSecond() != 10 || got[2].perSecond() != 20 || len(got) != 2 {
		t.Errorf("%v, %v", got, err)
	}
	for out, want := range map[string]string{
		"":                      "it measured [] workers, not [1 2]",
		"1 10 5\n":              "it measured [1] workers",
		"2 10 5\n1 10 5\n":      "it measured [2 1] workers",
		"1 10 5\n1 10 5\n":      "it measured [1 1] workers",
		"1 0 5\n2 10 5\n":       "not positive",
		"1 10 -5\n2 10 5\n":     "not positive",
		"Traceback (most\n":     "is not a measurement",
		"1 10\n2 10 5\n":        "is not a measurement",
		"1 10 5\n2 10 5\n8 1 1": "it measured [1 2 8] workers",
	} {
		if _, err := parseRates([]byte(out), []int{1, 2}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want an error about %q", out, err, want)
		}
	}
}
