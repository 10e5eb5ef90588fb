package cli

import "errors"

type reportCmd struct {
	Files []string `arg:"" optional:"" help:"Result files (default: the newest run)." placeholder:"FILE"`
}

func (c *reportCmd) Run(s *streams) error { return errors.New("not here yet") }
