package gocmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Package is a package as go list describes it, as far as List was asked for.
type Package struct {
	ImportPath, Dir           string
	ForTest                   string // the package that it is a variant of, for its tests
	TestGoFiles, XTestGoFiles []string
	IgnoredGoFiles            []string // by build constraints

	EmbedFiles, TestEmbedFiles, XTestEmbedFiles []string

	Module *Module // nil outside of a module
}

// Module is a module as go list describes it.
type Module struct{ Path string }

// List returns the given fields of the packages that match patterns between
// blanks. flags are more flags of go list.
func (g Go) List(ctx context.Context, fields, patterns string, flags ...string) ([]Package, error) {
	args := slices.Concat([]string{"list", "-json=" + fields}, flags, []string{"--"}, strings.Fields(patterns))
	out, err := g.Run(ctx, args...)
	if err != nil {
		return nil, err
	}
	var packages []Package
	for d := json.NewDecoder(strings.NewReader(out)); ; {
		var p Package
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return packages, nil
		} else if err != nil {
			return nil, fmt.Errorf("read the output of go list: %w", err)
		}
		packages = append(packages, p)
	}
}
