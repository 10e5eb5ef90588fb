package cli

import (
	"encoding/json"
	"fmt"

	"overlap/bench/host"
)

type hostCmd struct {
	JSON bool `help:"Print JSON."`
}

func (c *hostCmd) Run(s *streams) error {
	h, err := host.Read()
	if err != nil {
		return err
	}
	if c.JSON {
		e := json.NewEncoder(s.out)
		e.SetIndent("", "  ")
		return e.Encode(h)
	}
	fmt.Fprintf(s.out, "host       %s\ncpu        %s\nsystem     %s", h.Name, h.Model, h.OS)
	if h.Kernel != "" {
		fmt.Fprintf(s.out, ", %s", h.Kernel)
	}
	ids := h.Placement()
	fmt.Fprintf(s.out, "\ngo         %s\nallowed    %d CPUs on %d cores: %s\nplacement  %v\n",
		h.Go, len(h.CPUs), h.Cores(), host.FormatList(ids), ids)
	for _, note := range h.Notes {
		fmt.Fprintln(s.out, "note      ", note)
	}
	return nil
}
