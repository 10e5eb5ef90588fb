package report_test

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"overlap/internal/table"
	"overlap/report/analyse"
	"overlap/report/load"
	"overlap/report/write"
)

func markdown(t *testing.T, a *analyse.Analysis) string {
	t.Helper()
	var b strings.Builder
	if err := write.Markdown(&b, a); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestMarkdown(t *testing.T) {
	f := sweep("Waiter", func(w, p int) float64 { return 64 / float64(w) }, 2)
	f.kinds = "Waiter=wait"
	text := markdown(t, analyze(t, f.save(t)))
	for _, want := range []string{
		"**overlap**: of 1 workload, more workers speed up 1, more cores 0, both 0; on up to 2 cores of `h`.\n\n| workload |",
		"\n| `waiter` | 64 × 2 | 64.0 ±0.2 | 1.00 ±0.00 | 64.0 ±0.1 | 2.00 ±0.00 | 1.50 | 0.50 | waits: 64 workers give 64.0× on one core, because their waiting overlaps; a second core adds nothing (0 ±1 %); enough: 64 workers on 1 core, which loses at most 1 % |\n\n<details>",
		"Warnings: 1.</summary>\n\n```text\n",
		"\nwarning: waiter: the best number of workers is the largest",
		"\n```\n\n</details>\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

// block is the block of code in the details.
var block = regexp.MustCompile("(?s)\n```+text\n.*\n```+\n")

// span is a code span (CommonMark 6.1), in which GitHub looks for neither markup
// nor mentions, of names that have no backticks.
var span = regexp.MustCompile("`[^`]+`")

// hostile are names that are something else in Markdown, in HTML or on GitHub.
var hostile = []string{
	"@torvalds", "golang/go#1", "#1", "a|b", `a\|b`, `a\`, "<img/src=x>", "</details>", "**b**", "_i_", "[l](http://x)",
	"http://x.example", "www.x.example", "me@x.example", "&lt;", "~~s~~", "-->", "a\nb", "a\r\n| x | y |", "\u202egnp", "$x^2$",
}

func named(name string) *analyse.Analysis {
	row := analyse.Row{Workload: name, P: 2, Verdict: name, Expected: analyse.Expected{Shape: name, Outcome: analyse.NotMet, Reason: name}, Warnings: []error{errors.New(name)}}
	return &analyse.Analysis{Data: &load.Data{Host: map[string]string{"host": name, "cpu": name}}, Rows: []analyse.Row{row}}
}

func TestNamesAreNoMarkup(t *testing.T) {
	shape := func(name string) string {
		text := block.ReplaceAllString(markdown(t, named(name)), "\n")
		return strings.ReplaceAll(text, `\|`, "") // whatever is before the backslash, as cells are split before all else
	}
	pipes := func(text string) int { // of the table: the line before it is none of its rows
		_, table, _ := strings.Cut(text, "\n\n")
		return strings.Count(table, "|")
	}
	plain := shape("ep")
	for _, name := range hostile {
		text := shape(name)
		if strings.Count(text, "\n") != strings.Count(plain, "\n") || pipes(text) != pipes(plain) {
			t.Errorf("%q makes other lines or cells:\n%s\nthan ep:\n%s", name, text, plain)
		}
		rest := strings.NewReplacer("**overlap**", "", "**not met**", "").Replace(span.ReplaceAllString(text, ""))
		if found := regexp.MustCompile(`[@#][^\x{200b}]|[^\\][*_~[$]|&[^lga]|<[^/ds]|</[^ds]`).FindString(rest); found != "" {
			t.Errorf("%q leaves %q in\n%s", name, found, rest)
		}
	}
}

// Backticks in a name do not end the code that it stands in.
func TestBackticksStayInCode(t *testing.T) {
	for name, want := range map[string]string{"a`b": "| `` a`b `` |", "`": "| `` ` `` |", "``x": "| ``` ``x ``` |", "a|`": "| `` a\\|` `` |"} {
		if text := markdown(t, named(name)); !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if text := markdown(t, named("```")); !strings.Contains(text, "\n````text\n") || !strings.Contains(text, "\nwarning: ```: ```\n````\n") {
		t.Errorf("the block of code has no longer fence than its content:\n%s", text)
	}
}

// A comment is never longer than GitHub takes, and says what it leaves out.
func TestMarkdownFitsIntoAComment(t *testing.T) {
	a := &analyse.Analysis{Data: &load.Data{}}
	for i := range 3000 {
		a.Rows = append(a.Rows, analyse.Row{Workload: fmt.Sprintf("%04d%s", i, strings.Repeat("|`\u0301", 40*(i%50))), P: 2, Verdict: "scales", Warnings: []error{fmt.Errorf("%d%s", i, strings.Repeat("w", 100))}})
	}
	text := markdown(t, a)
	if len(text) > table.MaxComment || len(text) < table.MaxComment*9/10 {
		t.Errorf("%d bytes, want few less than %d", len(text), table.MaxComment)
	}
	rows, left := strings.Count(text, "| 1 × 2 |")+strings.Count(text, "| – × 2 |"), 0
	note := regexp.MustCompile(`\n\n(\d+) more do not fit into a comment`).FindStringSubmatch(text)
	if note == nil {
		t.Fatal("it does not say that rows are left out")
	}
	fmt.Sscan(note[1], &left)
	if rows+left != len(a.Rows) || rows == 0 {
		t.Errorf("%d rows and %d left out of %d", rows, left, len(a.Rows))
	}
	if !regexp.MustCompile(`\n\n\d+ more do not fit into a comment.\n`).MatchString(text) || !strings.HasSuffix(text, "\n</details>\n") {
		t.Errorf("it ends with\n%s", text[len(text)-300:])
	}
}

// A fence is longer than every run of backticks in the block, not only than the
// first or the last.
func TestFenceIsLongerThanTheLongestRun(t *testing.T) {
	for _, name := range []string{"`", "`````x`", "x```````", "a```b````c``"} {
		text := markdown(t, named(name))
		_, inner, _ := strings.Cut(text, "</summary>\n\n")
		fence, inner, _ := strings.Cut(inner, "text\n")
		longest := 0
		for _, run := range regexp.MustCompile("`+").FindAllString(inner[:strings.LastIndex(inner, fence)], -1) {
			longest = max(longest, len(run))
		}
		if want := max(3, longest+1); len(fence) != want || !strings.HasSuffix(inner, "\n"+fence+"\n\n</details>\n") {
			t.Errorf("%q: the fence %q, want %d backticks", name, fence, want)
		}
	}
}

// GitHub makes a link of #1 and a mention of @me where nothing stands between.
func TestProseHasNoReferences(t *testing.T) {
	text := markdown(t, named("see #1 of @me"))
	if !strings.Contains(text, "| see #\u200b1 of @\u200bme; **not met**") {
		t.Errorf("a reference or a mention is left in\n%s", text)
	}
}

// The note that rows are left out takes room as well: no length of the rows
// makes the comment too long.
func TestMarkdownCountsItsNote(t *testing.T) {
	for length := range 60 {
		a := &analyse.Analysis{Data: &load.Data{}}
		for range 900 {
			a.Rows = append(a.Rows, analyse.Row{Workload: strings.Repeat("n", 10+length), P: 2, Verdict: "scales"})
		}
		if n := len(markdown(t, a)); n > table.MaxComment {
			t.Fatalf("%d bytes for names of %d", n, 10+length)
		}
	}
}
