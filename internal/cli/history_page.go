package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"overlap/internal/git"
	"overlap/internal/table"
	"overlap/report/historypage"
)

// pageOptions returns how the page is written. It fails before minutes are spent on a page
// that cannot be kept.
func (c *historyCmd) pageOptions(ctx context.Context) (o historypage.Options, err error) {
	switch {
	case c.HTML == "" && c.Repository != "":
		return o, errors.New("--repository: only the page has links to commits: add --html FILE")
	case c.HTML == "":
		return o, nil
	}
	if dir, name := reportDir(filepath.Dir(c.HTML)), filepath.Base(c.HTML); exists(c.HTML) && !dir.hasPage(name) {
		return o, fmt.Errorf("--html: %s is not a page that overlap wrote, so it is not replaced: move it away, or name another file", c.HTML)
	}
	if c.Repository != "" {
		if o.Repository, err = historypage.Repository(c.Repository); err != nil {
			return o, fmt.Errorf("--repository: %w", err)
		}
		return o, nil
	}
	// Without a remote on the web, commits are no links.
	if remote, err := git.Run(ctx, c.Dir, os.Environ(), "remote", "get-url", "origin"); err == nil {
		o.Repository, _ = historypage.Repository(strings.TrimSpace(remote))
	}
	return o, nil
}

// writePage writes the page of all machines.
func (c *historyCmd) writePage(s *streams, machines []historypage.Machine, o historypage.Options) error {
	var page bytes.Buffer
	err := historypage.Write(&page, machines, o)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(c.HTML), 0o777)
	}
	if err == nil {
		err = replace(c.HTML, page.Bytes())
	}
	if err != nil {
		return fmt.Errorf("--html: %w", err)
	}
	if !c.JSON {
		fmt.Fprintf(s.out, "\npage: %s\n", table.Printable(c.HTML))
	}
	return nil
}
