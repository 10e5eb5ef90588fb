package cli

import (
	"testing"

	"github.com/alecthomas/kong"
)

// A push replaces the comment of the push before, and checks of other packages, places or
// machines keep theirs.
func TestFlagsOfOneCheckHaveOneComment(t *testing.T) {
	key := func(args ...string) string {
		t.Helper()
		parser, err := kong.New(&command{}, kong.ExplicitGroups(flagGroups))
		if err != nil {
			t.Fatal(err)
		}
		k, err := parser.Parse(append([]string{"check"}, args...))
		if err != nil {
			t.Fatal(err)
		}
		return commentKey(k, nil)
	}
	if got := key("--base=v1", "--head=v2", "--budget=1m", "--strict", "--seed=1", "--results=r", "--markdown"); got != "" {
		t.Errorf("a check of everything has the key %q", got)
	}
	if a, b := key("--pkg=./a", "--cores=1,2", "--base=v1"), key("--base=v2", "--cores=1,2", "--pkg=./a"); a != b {
		t.Errorf("the order of flags matters: %q, %q", a, b)
	}
	seen := map[string]bool{key(): true}
	for _, flag := range []string{"--pkg=./a", "--pkg=./b", "--bench=A", "--dir=.", "--tests=head", "--cores=2", "--curves=never", "--name=box"} {
		got := key(flag)
		if seen[got] {
			t.Errorf("%s has the key %q of another check", flag, got)
		}
		seen[got] = true
	}
}
