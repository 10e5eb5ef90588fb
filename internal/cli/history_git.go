package cli

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"overlap/internal/git"
	"overlap/report/history"
)

// firstParents returns the commits of HEAD in the repository at dir, oldest first. Of a
// merge it follows only the first parent, the line whose commits are compared.
func firstParents(ctx context.Context, dir string) ([]history.Commit, error) {
	// git log would obey the user's log.* configuration.
	out, err := git.Run(ctx, dir, os.Environ(), "rev-list", "--first-parent", "--reverse", "--encoding=UTF-8", "--format=%H%x09%cI%x09%s", "HEAD", "--")
	if err != nil {
		return nil, err
	}
	var list []history.Commit
	for line := range strings.Lines(out) {
		fields := strings.SplitN(strings.TrimSuffix(line, "\n"), "\t", 3)
		if len(fields) < 3 { // "commit HASH", which rev-list prints before each
			continue
		}
		at, _ := time.Parse(time.RFC3339, fields[1])
		list = append(list, history.Commit{Hash: fields[0], Time: at, Subject: fields[2]})
	}
	return list, nil
}

// commitOf returns the hash of a revision, which has to be one of the commits of order.
func commitOf(ctx context.Context, dir, revision string, order []history.Commit) (string, error) {
	r, err := git.Open(ctx, dir)
	if err != nil {
		return "", err
	}
	hash, err := r.Resolve(ctx, revision)
	if err == nil && !slices.ContainsFunc(order, func(c history.Commit) bool { return c.Hash == hash }) {
		err = fmt.Errorf("commit %.12s is not on the first-parent line of HEAD: name one that is, such as the merge base", hash)
	}
	return hash, err
}
