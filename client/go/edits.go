package recourse

import (
	"math"
	"reflect"
	"strconv"

	pb "recourse/v1"
)

// applyEdits returns the state with the edits made in order. Maps and lists on
// a path are copied, so that what the caller gave stays as it was.
func applyEdits(state map[string]any, edits []*pb.StateEdit) map[string]any {
	for _, edit := range edits {
		changed, _ := applyEdit(state, splitPath(edit.Path), edit)
		state, _ = changed.(map[string]any)
	}
	return state
}

// splitPath: dots join names, a backslash makes the next character part of one.
func splitPath(path string) []string {
	names, escaped := []string{""}, false
	for _, char := range path {
		switch last := len(names) - 1; {
		case char == '\\' && !escaped:
			escaped = true
			continue
		case char == '.' && !escaped:
			names = append(names, "")
		default:
			names[last] += string(char)
		}
		escaped = false
	}
	return names
}

// applyEdit returns the node as edited, and whether that changed it.
func applyEdit(node any, names []string, edit *pb.StateEdit) (any, bool) {
	name := names[0]
	old, exists := child(node, name)
	if len(names) == 1 {
		if edit.GetRemove() {
			return without(node, name), exists
		}
		value, changes := newValue(old, exists, edit)
		if !changes {
			return node, false
		}
		return with(node, name, value)
	}
	if !exists {
		if _, sets := edit.Operation.(*pb.StateEdit_Set); !sets {
			return node, false
		}
		old = map[string]any{} // Only `set` creates what is missing.
	}
	value, changes := applyEdit(old, names[1:], edit)
	if !changes {
		return node, false
	}
	return with(node, name, value)
}

func newValue(old any, exists bool, edit *pb.StateEdit) (value any, changes bool) {
	switch operation := edit.Operation.(type) {
	case *pb.StateEdit_Set:
		return keepKind(operation.Set.AsInterface(), old), true
	case *pb.StateEdit_Cap:
		if number, ok := asNumber(old); ok && number > operation.Cap {
			return keepKind(operation.Cap, old), true
		}
	case *pb.StateEdit_Truncate:
		length := int(operation.Truncate)
		switch long := old.(type) {
		case string:
			if characters := []rune(long); len(characters) > length {
				return string(characters[:length]), true
			}
		case []any:
			if len(long) > length {
				return long[:length:length], true
			}
		}
	}
	return old, false
}

func child(node any, name string) (any, bool) {
	switch node := node.(type) {
	case map[string]any:
		value, exists := node[name]
		return value, exists
	case []any:
		if i, ok := index(node, name); ok {
			return node[i], true
		}
	}
	return nil, false
}

func with(node any, name string, value any) (any, bool) {
	switch node := node.(type) {
	case map[string]any:
		copied := make(map[string]any, len(node)+1)
		for key, kept := range node {
			copied[key] = kept
		}
		copied[name] = value
		return copied, true
	case []any:
		if i, ok := index(node, name); ok {
			copied := append([]any(nil), node...)
			copied[i] = value
			return copied, true
		}
	}
	return node, false // Nothing is put below a number, a string or beyond a list.
}

func without(node any, name string) any {
	switch node := node.(type) {
	case map[string]any:
		copied := make(map[string]any, len(node))
		for key, kept := range node {
			if key != name {
				copied[key] = kept
			}
		}
		return copied
	case []any:
		if i, ok := index(node, name); ok {
			return append(append([]any(nil), node[:i]...), node[i+1:]...)
		}
	}
	return node
}

func index(list []any, name string) (int, bool) {
	i, err := strconv.Atoi(name)
	return i, err == nil && i >= 0 && i < len(list) && strconv.Itoa(i) == name // Not "01".
}

// keepKind gives a number that came as JSON, where all are doubles, the type of
// the one that it replaces; a whole number that replaces none becomes an int.
func keepKind(value, old any) any {
	switch value := value.(type) {
	case float64:
		if _, ok := asNumber(old); ok && (isFloat(old) || isWhole(value)) {
			return reflect.ValueOf(value).Convert(reflect.TypeOf(old)).Interface()
		}
		if isWhole(value) {
			return int(value)
		}
	case map[string]any:
		kept := make(map[string]any, len(value))
		for name, item := range value {
			known, _ := child(old, name)
			kept[name] = keepKind(item, known)
		}
		return kept
	case []any:
		kept := make([]any, len(value))
		for i, item := range value {
			known, _ := child(old, strconv.Itoa(i))
			kept[i] = keepKind(item, known)
		}
		return kept
	}
	return value
}

func asNumber(value any) (float64, bool) {
	if number := reflect.ValueOf(value); value != nil {
		switch {
		case number.CanInt():
			return float64(number.Int()), true
		case number.CanUint():
			return float64(number.Uint()), true
		case number.CanFloat():
			return number.Float(), true
		}
	}
	return 0, false
}

func isFloat(value any) bool { return reflect.ValueOf(value).CanFloat() }

func isWhole(value float64) bool {
	const exact = 1 << 53 // Beyond it doubles have gaps.
	return value == math.Trunc(value) && math.Abs(value) <= exact
}
