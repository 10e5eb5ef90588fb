package historypage

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

// Repository returns the web address of a repository, to which /commit/HASH and
// /compare/BASE...HEAD can be added, as GitHub, GitLab, Gitea and others have them. It
// takes what git takes for a remote: an http, https or ssh address, or user@host:path.
// Passwords, tokens and ports of ssh are left out: the page is public.
func Repository(remote string) (string, error) {
	u, err := url.Parse(remote)
	if m := shortRemote.FindStringSubmatch(remote); m != nil {
		u, err = &url.URL{Scheme: "ssh", Host: m[1], Path: "/" + m[2]}, nil
	}
	// The text may hold a token, so the error does not repeat it.
	if err != nil || u.Opaque != "" {
		return "", errRemote
	}
	host := u.Host
	switch u.Scheme {
	case "http", "https":
	case "ssh", "git+ssh":
		if host = u.Hostname(); !strings.Contains(host, ".") {
			return "", fmt.Errorf("%w; a host without a dot is an alias that only ssh knows", errRemote)
		}
		u.Scheme = "https"
	default:
		return "", errRemote
	}
	path := strings.TrimSuffix(strings.TrimRight(u.Path, "/"), ".git")
	if !hostName.MatchString(host) || !ownerAndName.MatchString(path) || strings.Contains(path, "/.") {
		return "", errRemote
	}
	return u.Scheme + "://" + host + path, nil
}

var errRemote = fmt.Errorf("not the address of a repository on the web: want one such as https://github.com/you/module")

var (
	shortRemote  = regexp.MustCompile(`^(?:[A-Za-z0-9._-]+@)?([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+):/?([^/:][^:]*)$`)
	hostName     = regexp.MustCompile(`^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*(:[0-9]{1,5})?$`)
	ownerAndName = regexp.MustCompile(`^(/[A-Za-z0-9._~-]+){2,}$`)
)
