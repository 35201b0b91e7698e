package recourse

import (
	"encoding/json"
	"fmt"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"
	pb "recourse/v1"
)

func TestEdits(t *testing.T) {
	for _, row := range []struct{ name, before, edit, after string }{
		{"new field", `{}`, `{"path": "a.b", "set": 7}`, `{"a":{"b":7}}`},
		{"list item", `{"a":[1,2]}`, `{"path": "a.1", "set": 7}`, `{"a":[1,7]}`},
		{"never a new list item", `{"a":[1]}`, `{"path": "a.1", "set": 7}`, `{"a":[1]}`},
		{"leading zero", `{"a":[1,2]}`, `{"path": "a.01", "set": 7}`, `{"a":[1,2]}`},
		{"nothing below a number", `{"a":1}`, `{"path": "a.b", "set": 7}`, `{"a":1}`},
		{"nothing below null", `{"a":null}`, `{"path": "a.b", "set": 7}`, `{"a":null}`},
		{"escaped dot", `{"a.b":1}`, `{"path": "a\\.b", "set": 7}`, `{"a.b":7}`},
		{"larger", `{"a":10}`, `{"path": "a", "cap": 4.5}`, `{"a":4.5}`},
		{"smaller", `{"a":-4}`, `{"path": "a", "cap": 4}`, `{"a":-4}`},
		{"no number", `{"a":"10"}`, `{"path": "a", "cap": 4}`, `{"a":"10"}`},
		{"cap of what is missing", `{}`, `{"path": "a.b", "cap": 4}`, `{}`},
		{"characters, not bytes", `{"a":"äöü€x"}`, `{"path": "a", "truncate": 4}`, `{"a":"äöü€"}`},
		{"list", `{"a":[1,2,3]}`, `{"path": "a", "truncate": 2}`, `{"a":[1,2]}`},
		{"object", `{"a":{"b":1}}`, `{"path": "a", "truncate": 0}`, `{"a":{"b":1}}`},
		{"field", `{"a":1,"b":2}`, `{"path": "a", "remove": true}`, `{"b":2}`},
		{"item", `{"a":[1,2,3]}`, `{"path": "a.1", "remove": true}`, `{"a":[1,3]}`},
		{"missing", `{"a":1}`, `{"path": "b.c", "remove": true}`, `{"a":1}`},
	} {
		var state map[string]any
		var edit pb.StateEdit
		if err := json.Unmarshal([]byte(row.before), &state); err != nil {
			t.Fatal(row.name, err)
		}
		if err := protojson.Unmarshal([]byte(row.edit), &edit); err != nil {
			t.Fatal(row.name, err)
		}
		edited, _ := json.Marshal(applyEdits(state, []*pb.StateEdit{&edit}))
		kept, _ := json.Marshal(state)
		if string(edited) != row.after || string(kept) != row.before {
			t.Errorf("%s: became %s, wanted %s; the caller's own is %s", row.name, edited, row.after, kept)
		}
	}
}

func TestNumbersKeepTheirKind(t *testing.T) {
	for _, row := range []struct {
		new, old any
		wanted   string
	}{
		{100.0, 4000, "int 100"}, {100.0, int64(4000), "int64 100"}, {4.5, 10, "float64 4.5"},
		{100.0, 4000.5, "float64 100"}, {7.0, nil, "int 7"}, {7.0, "text", "int 7"},
		{1e300, 1, "float64 1e+300"}, {"text", 1, "string text"},
	} {
		kept := keepKind(row.new, row.old)
		if got := fmt.Sprintf("%T %v", kept, kept); got != row.wanted {
			t.Errorf("%v in place of %v became %s, wanted %s", row.new, row.old, got, row.wanted)
		}
	}
}
