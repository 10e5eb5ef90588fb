package cli

import (
	"overlap/report"
)

type reportCmd struct {
	Files []string `arg:"" optional:"" help:"Result files (default: the newest run)." placeholder:"FILE"`
}

func (c *reportCmd) Run(s *streams) error {
	d, err := report.Load(c.Files...)
	if err != nil {
		return err
	}
	return report.Analyze(d).WriteTable(s.out)
}
