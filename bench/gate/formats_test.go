package gate_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"

	"overlap/bench/gate"
)

// The schema allows no other fields, so a field that it does not describe fails
// here, and so does one that it requires and is gone.
func TestJSONIsAsTheSchemaSays(t *testing.T) {
	var s jsonschema.Schema
	if err := json.Unmarshal([]byte(gate.Schema), &s); err != nil {
		t.Fatal(err)
	}
	valid, err := s.Resolve(nil)
	if err != nil {
		t.Fatal(err)
	}
	odd := sample()
	odd.Changes[0].Layouts = &gate.Layouts{Differ: nan, Low: nan, High: inf, Floor: nan}
	odd.Changes[1].Quantile, odd.Alpha, odd.Threshold = nan, nan, inf
	for name, r := range map[string]*gate.Report{"sample": sample(), "hostile": hostile(), "empty": {}, "odd": odd} {
		var b strings.Builder
		if err := r.WriteJSON(&b); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var value map[string]any
		if err := json.Unmarshal([]byte(b.String()), &value); err != nil {
			t.Fatal(err)
		}
		if err := valid.Validate(value); err != nil {
			t.Errorf("%s: schema.json does not describe what is written: %v\n%s", name, err, b.String())
		}
		value["surprise"] = 1
		if valid.Validate(value) == nil {
			t.Errorf("%s: the schema allows a field that it does not describe", name)
		}
	}
}

func TestSchemaIsOfTheTypes(t *testing.T) {
	text, err := gate.SchemaOfTypes()
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "../schema.json", string(text))
}

func TestSchemaDescribesEveryField(t *testing.T) {
	var s any
	if err := json.Unmarshal([]byte(gate.Schema), &s); err != nil {
		t.Fatal(err)
	}
	fields := 0
	var visit func(path string, v any)
	visit = func(path string, v any) {
		m, _ := v.(map[string]any)
		properties, _ := m["properties"].(map[string]any)
		if properties != nil && m["additionalProperties"] != false {
			t.Errorf("%s allows fields that it does not describe", path)
		}
		for name, p := range properties {
			fields++
			if text, _ := p.(map[string]any)["description"].(string); text == "" {
				t.Errorf("%s/%s has no description", path, name)
			}
		}
		for key, child := range m {
			visit(path+"/"+key, child)
		}
	}
	visit("", s)
	if fields < 40 {
		t.Errorf("only %d fields found", fields)
	}
}

func annotations(t *testing.T, r *gate.Report) []string {
	t.Helper()
	var b strings.Builder
	if err := r.WriteAnnotations(&b); err != nil {
		t.Fatal(err)
	}
	if b.Len() == 0 {
		return nil
	}
	return strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
}

var annotation = regexp.MustCompile(`^::error (file=[^:,]*,line=\d+,)?title=overlap check%3A [a-z ]+::`)

// A name cannot end its command and begin another.
func TestAnnotationsAreOneCommandEach(t *testing.T) {
	for name, r := range map[string]*gate.Report{"regressions": hostile(), "problems": {NotCompared: gate.NotCompared{Problems: hostile().Problems}}} {
		for _, line := range annotations(t, r) {
			if !annotation.MatchString(line) || strings.ContainsAny(line, "\r\x1b") || strings.Contains(line, "b`<script>@everyone\u202e") {
				t.Errorf("%s: %q", name, line)
			}
			if strings.Contains(line, ",:%0A#") {
				t.Errorf("%s: a per cent sign is not escaped: %q", name, line)
			}
		}
	}
	broken := &gate.Report{NotCompared: gate.NotCompared{Problems: []gate.Problem{{Name: "m", Why: "100% broken\nx.go:1"}}}}
	if got, want := annotations(t, broken), "::error title=overlap check%3A could not measure::not compared: m: 100%25 broken%0Ax.go:1"; len(got) != 1 || got[0] != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAnnotationsAreFew(t *testing.T) {
	worse := func(n int) *gate.Report {
		r := &gate.Report{Complete: true}
		for i := range n {
			r.Changes = append(r.Changes, gate.Change{Benchmark: fmt.Sprint("B", i), Quantity: gate.Time, Ratio: 1.2, Low: 1.1, High: 1.3, Verdict: gate.Worse})
		}
		return r
	}
	for n, want := range map[int]int{1: 1, 10: 10, 11: 10, 500: 10} {
		got := annotations(t, worse(n))
		if len(got) != want || n > 10 && !strings.HasSuffix(got[9], fmt.Sprintf("::and %d more", n-9)) {
			t.Errorf("%d regressions: %q", n, got)
		}
	}
	if got := annotations(t, &gate.Report{Complete: true, NotCompared: gate.NotCompared{Identical: []string{"m"}}}); got != nil {
		t.Errorf("nothing to say: %q", got)
	}
	open := &gate.Report{Complete: true, Changes: []gate.Change{{Benchmark: "B", Quantity: gate.Time, Verdict: gate.CannotTell}}}
	if got := annotations(t, open); len(got) != 1 || !strings.HasPrefix(got[0], "::warning title=overlap check%3A inconclusive::") {
		t.Errorf("inconclusive: %q", got)
	}
}

// What a hundred benchmarks share is printed once, and each of them is in the JSON.
func TestOneReasonIsToldOnce(t *testing.T) {
	r := &gate.Report{NotCompared: gate.NotCompared{Problems: []gate.Problem{{Name: "m/a", Why: "no database"}, {Name: "m/b", Why: "it panics"}, {Name: "m/c", Why: "no database"}}}}
	want := []string{"not compared: m/a, m/c: no database", "not compared: m/b: it panics"}
	var markdown, all strings.Builder
	if err := errors.Join(r.WriteMarkdown(&markdown, ""), r.WriteJSON(&all)); err != nil {
		t.Fatal(err)
	}
	got := annotations(t, r)
	if len(got) != len(want) {
		t.Errorf("annotations: %q", got)
	}
	for _, line := range want {
		for name, said := range map[string]string{"text": text(t, r, gate.Form{}), "markdown": markdown.String(), "annotations": strings.Join(got, "\n")} {
			if strings.Count(said, line) != 1 {
				t.Errorf("%s lacks %q:\n%s", name, line, said)
			}
		}
	}
	if n := strings.Count(all.String(), `"why": "no database"`); n != 2 {
		t.Errorf("%d of 2 in\n%s", n, all.String())
	}
}

func TestMarkdownFitsIntoAComment(t *testing.T) {
	r := hostile()
	for len(r.Changes) < 1000 {
		r.Changes = append(r.Changes, r.Changes...)
		r.Notes = append(r.Notes, strings.Repeat(evil, 50))
		for range len(r.Problems) {
			r.Problems = append(r.Problems, gate.Problem{Name: evil, Why: fmt.Sprint(len(r.Problems), r.Problems[0].Why)})
		}
		r.Demands = append(r.Demands, r.Demands...)
	}
	var b strings.Builder
	if err := r.WriteMarkdown(&b, ""); err != nil {
		t.Fatal(err)
	}
	if b.Len() > 65536 || b.Len() < 30000 {
		t.Errorf("%d bytes", b.Len())
	}
	if n := strings.Count(b.String(), " more do not fit into a comment."); n != 3 {
		t.Errorf("%d parts say that they are cut, want 3:\n%s", n, b.String())
	}
}

// A character without width takes room in bytes, and none in columns.
func TestMarkdownOfLongNamesFits(t *testing.T) {
	long := "e" + strings.Repeat("\u0301", 40000) + "&"
	for _, v := range []gate.Verdict{gate.Better, gate.Worse, gate.CannotTell} {
		r := &gate.Report{Complete: true, Changes: []gate.Change{{Benchmark: long, Quantity: gate.Time, Ratio: 1, Verdict: v}}}
		r.Base.Name, r.Where = long, map[string][]gate.Place{long: {{File: long, Function: long, Grew: long}}}
		var b strings.Builder
		if err := r.WriteMarkdown(&b, ""); err != nil {
			t.Fatal(err)
		}
		if b.Len() > 65536 {
			t.Errorf("%s: %d bytes", v, b.Len())
		}
	}
}

// What names hold is in code or escaped, so that it is neither a mention nor
// markup, and ends no cell.
func TestMarkdownHoldsNamesInCode(t *testing.T) {
	var b strings.Builder
	better := &gate.Report{Complete: true, Changes: []gate.Change{{Benchmark: evil, Quantity: gate.Time, Ratio: .5, Verdict: gate.Better, Layouts: &gate.Layouts{}}}}
	if err := errors.Join(hostile().WriteMarkdown(&b, ""), better.WriteMarkdown(&b, "")); err != nil {
		t.Fatal(err)
	}
	fence := ""
	for line := range strings.Lines(b.String()) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, "```") {
			if fence == "" {
				fence = strings.TrimSuffix(line, "text")
			} else if line == fence {
				fence = ""
			}
			continue
		}
		if strings.ContainsAny(line, "\x1b\r\u202e") {
			t.Errorf("control characters: %q", line)
		}
		if fence != "" {
			continue
		}
		outside := outsideCode(line)
		if strings.Contains(outside, "<script") || strings.Contains(outside, "@everyone") {
			t.Errorf("markup: %q, outside of code: %q", line, outside)
		}
		if cells := strings.Count(strings.ReplaceAll(line, `\|`, ""), "|"); strings.HasPrefix(line, "|") && cells != 7 {
			t.Errorf("%d cells: %q", cells-1, line)
		}
	}
	if fence != "" {
		t.Error("a block of code does not end")
	}
}

// outsideCode is a line without its code spans (CommonMark 0.31, 6.1).
func outsideCode(line string) string {
	var out strings.Builder
	for {
		from := strings.IndexByte(line, '`')
		if from < 0 || from > 0 && line[from-1] == '\\' {
			return out.String() + line
		}
		out.WriteString(line[:from])
		line = line[from:]
		run := len(line) - len(strings.TrimLeft(line, "`"))
		rest, end := line[run:], -1
		for i := 0; i < len(rest); {
			n := len(rest[i:]) - len(strings.TrimLeft(rest[i:], "`"))
			if n == run {
				end = i
				break
			}
			i += max(n, 1)
		}
		if end < 0 {
			return out.String() + line
		}
		line = rest[end+run:]
	}
}
