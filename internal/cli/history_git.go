package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"overlap/internal/git"
	"overlap/report/history"
)

// firstParents are the commits of HEAD in the repository at dir, oldest first:
// of a merge only the line that it was made on, which is the one that is
// compared.
func firstParents(ctx context.Context, dir string) ([]history.Commit, error) {
	// rev-list obeys no log.* configuration, which git log does.
	out, err := git.Run(ctx, dir, os.Environ(), "rev-list", "--first-parent", "--reverse", "--encoding=UTF-8", "--format=%H%x09%cI%x09%s", "HEAD", "--")
	if err != nil {
		return nil, err
	}
	var list []history.Commit
	for line := range strings.Lines(out) {
		fields := strings.SplitN(strings.TrimSuffix(line, "\n"), "\t", 3)
		if len(fields) < 3 { // "commit HASH", which rev-list puts before each
			continue
		}
		at, _ := time.Parse(time.RFC3339, fields[1])
		list = append(list, history.Commit{Hash: fields[0], Time: at, Subject: fields[2]})
	}
	return list, nil
}

// sinceCommit is the hash of a revision on the line of HEAD.
func sinceCommit(ctx context.Context, dir, rev string, order []history.Commit) (string, error) {
	out, err := git.Run(ctx, dir, os.Environ(), "rev-parse", "--verify", "--quiet", "--end-of-options", rev+"^{commit}")
	if err != nil {
		return "", errors.New("the repository has no such revision")
	}
	hash := strings.TrimSpace(out)
	if !slices.ContainsFunc(order, func(c history.Commit) bool { return c.Hash == hash }) {
		return "", fmt.Errorf("commit %.12s is not on the first-parent line of HEAD: name one that is, such as the merge base", hash)
	}
	return hash, nil
}
