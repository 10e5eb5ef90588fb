package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"

	"overlap/internal/cli/manual"
)

type helpCmd struct {
	Topic string `arg:"" optional:"" complete:"topics" help:"A page of the manual, or a verb (default: list them)."`
}

func (c *helpCmd) Run(k *kong.Context, s *streams) error {
	if page, ok := manual.Page(c.Topic); ok {
		return manual.Write(s.out, page, textWidth(s.out))
	}
	if c.Topic == "" {
		return c.list(k, s.out)
	}
	verb, err := kong.Trace(k.Kong, []string{c.Topic})
	if err != nil || verb.Error != nil || verb.Selected() == nil {
		return fmt.Errorf("no manual page or verb is called %q: the pages are %s", c.Topic, strings.Join(manual.Topics(), ", "))
	}
	return verb.PrintUsage(false)
}

// list prints the help of the command and the pages of the manual.
func (c *helpCmd) list(k *kong.Context, w io.Writer) error {
	all, err := kong.Trace(k.Kong, nil)
	if err != nil {
		return err
	}
	if err := all.PrintUsage(false); err != nil {
		return err
	}
	fmt.Fprintf(w, "\nManual (overlap help TOPIC):\n")
	for _, topic := range manual.Topics() {
		page, _ := manual.Page(topic)
		fmt.Fprintf(w, "  %-12s%s\n", topic, manual.Title(page))
	}
	return nil
}

// textWidth is how wide to print text for people. Long lines are hard to read.
func textWidth(w io.Writer) int {
	return min(terminalOf(w).Columns(), 100)
}
