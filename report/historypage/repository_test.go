package historypage_test

import (
	"strings"
	"testing"

	"overlap/report/historypage"
)

func TestRepository(t *testing.T) {
	for remote, want := range map[string]string{
		"https://github.com/you/module":                       "https://github.com/you/module",
		"https://github.com/you/module.git/":                  "https://github.com/you/module",
		"https://x-access-token:SECRET@github.com/you/module": "https://github.com/you/module",
		"https://github.com/you/module?token=SECRET#SECRET":   "https://github.com/you/module",
		"http://localhost:3000/you/module":                    "http://localhost:3000/you/module",
		"https://gitlab.com/a/b/c.git":                        "https://gitlab.com/a/b/c",
		"git@github.com:you/module.git":                       "https://github.com/you/module",
		"github.com:you/module":                               "https://github.com/you/module",
		"ssh://git@github.com/you/module":                     "https://github.com/you/module",
		"ssh://git:SECRET@git.example.org:2222/you/module":    "https://git.example.org/you/module",
		"git@alias:you/module":                                "",
		"ssh://alias/you/module":                              "",
		"":                                                    "",
		"..":                                                  "",
		"/srv/git/module":                                     "",
		"file:///srv/git/module":                              "",
		`C:\git\module`:                                       "",
		"git://github.com/you/module":                         "",
		"javascript:alert(1)":                                 "",
		"javascript://github.com/you/%0aalert(1)":             "",
		"data:text/html,<script>":                             "",
		"https://github.com/you":                              "",
		"https:///you/module":                                 "",
		"https://github.com/you/../module":                    "",
		"https://github.com/you/%2e%2e/module":                "",
		"https://github.com/you/mod ule":                      "",
		`https://github.com/you/"onclick="x`:                  "",
		"https://git hub.com/you/module":                      "",
		"https://github.com/you/module\n":                     "",
		"git@github.com:/you/../../module":                    "",
	} {
		got, err := historypage.Repository(remote)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q is %q, %v, want %q", remote, got, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "SECRET") {
			t.Errorf("%q: the error %v shows the token", remote, err)
		}
	}
}
