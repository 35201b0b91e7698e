package recourse;

import com.google.protobuf.ListValue;
import com.google.protobuf.NullValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import recourse.v1.StateEdit;

/** Edits of an operation's state, and the state as JSON. What the caller gave stays as it was: changes are copies. */
public final class Edits {
  private static final double EXACT = 0x1p53; // Beyond it doubles have gaps.

  /** The state with the edits made in order. */
  static Map<String, Object> apply(Map<String, Object> state, List<StateEdit> edits) {
    Object edited = state == null ? Map.of() : state;
    for (var edit : edits) {
      edited = apply(edited, splitPath(edit.getPath()), edit);
    }
    return edits.isEmpty() ? state : asMap(edited);
  }

  /** Dots join names; a backslash makes the next character part of one. */
  static List<String> splitPath(String path) {
    var names = new ArrayList<String>();
    var name = new StringBuilder();
    for (int i = 0; i < path.length(); ++i) {
      if (path.charAt(i) == '.') {
        names.add(name.toString());
        name.setLength(0);
      } else if (path.charAt(i) != '\\') {
        name.append(path.charAt(i));
      } else if (++i < path.length()) {
        name.append(path.charAt(i));
      }
    }
    names.add(name.toString());
    return names;
  }

  private static Object apply(Object node, List<String> names, StateEdit edit) {
    var name = names.get(0);
    var exists = has(node, name);
    if (names.size() == 1) {
      if (edit.getOperationCase() == StateEdit.OperationCase.REMOVE) {
        return exists ? without(node, name) : node;
      }
      if (!exists && !edit.hasSet()) {
        return node;
      }
      return with(node, name, changed(exists ? child(node, name) : null, edit));
    }
    if (!exists && !edit.hasSet()) {
      return node; // Only `set` creates what is missing.
    }
    var below = exists ? child(node, name) : Map.of();
    return with(node, name, apply(below, names.subList(1, names.size()), edit));
  }

  private static Object changed(Object old, StateEdit edit) {
    if (edit.hasSet()) {
      return toNative(edit.getSet(), old);
    }
    if (edit.hasCap() && old instanceof Number number && number.doubleValue() > edit.getCap()) {
      return keepKind(edit.getCap(), old);
    }
    if (edit.hasTruncate() && old instanceof String text) {
      var characters = Math.min(Integer.toUnsignedLong(edit.getTruncate()), text.codePointCount(0, text.length()));
      return text.substring(0, text.offsetByCodePoints(0, (int) characters));
    }
    if (edit.hasTruncate() && old instanceof List<?> list) {
      return list.subList(0, (int) Math.min(Integer.toUnsignedLong(edit.getTruncate()), list.size()));
    }
    return old;
  }

  private static boolean has(Object node, String name) {
    return node instanceof Map<?, ?> map
        ? map.containsKey(name)
        : node instanceof List<?> list && index(list, name) >= 0;
  }

  private static Object child(Object node, String name) {
    return node instanceof Map<?, ?> map ? map.get(name) : ((List<?>) node).get(index((List<?>) node, name));
  }

  private static Object with(Object node, String name, Object value) {
    if (node instanceof Map<?, ?>) {
      var copy = new LinkedHashMap<>(asMap(node));
      copy.put(name, value);
      return copy;
    }
    if (node instanceof List<?> list && index(list, name) >= 0) {
      var copy = new ArrayList<Object>(list);
      copy.set(index(list, name), value);
      return copy;
    }
    return node; // Nothing is put below a number, a string or beyond a list.
  }

  private static Object without(Object node, String name) {
    if (node instanceof Map<?, ?>) {
      var copy = new LinkedHashMap<>(asMap(node));
      copy.remove(name);
      return copy;
    }
    var copy = new ArrayList<Object>((List<?>) node);
    copy.remove(index(copy, name));
    return copy;
  }

  /** The item that the name means, or -1; "01" means none. */
  private static int index(List<?> list, String name) {
    if (!name.matches("0|[1-9][0-9]{0,8}")) {
      return -1;
    }
    var index = Integer.parseInt(name);
    return index < list.size() ? index : -1;
  }

  /** A JSON value in Java's own types; a number has the type of the one that it replaces, a whole new one is a Long. */
  public static Object toNative(Value value, Object old) {
    return switch (value.getKindCase()) {
      case STRING_VALUE -> value.getStringValue();
      case BOOL_VALUE -> value.getBoolValue();
      case NUMBER_VALUE -> keepKind(value.getNumberValue(), old);
      case STRUCT_VALUE -> toNative(value.getStructValue(), old);
      case LIST_VALUE -> {
        var items = new ArrayList<Object>();
        for (var item : value.getListValue().getValuesList()) {
          var name = Integer.toString(items.size());
          items.add(toNative(item, has(old, name) ? child(old, name) : null));
        }
        yield items;
      }
      default -> null;
    };
  }

  static Map<String, Object> toNative(Struct struct, Object old) {
    var fields = new LinkedHashMap<String, Object>();
    struct.getFieldsMap().forEach(
        (name, value) -> fields.put(name, toNative(value, has(old, name) ? child(old, name) : null)));
    return fields;
  }

  private static Object keepKind(double number, Object old) {
    if (old instanceof Double || old instanceof Float || number != Math.rint(number) || Math.abs(number) > EXACT) {
      return number;
    }
    return old instanceof Integer && number == (int) number ? (Object) (int) number : (Object) (long) number;
  }

  static Struct toStruct(Map<?, ?> state) {
    var struct = Struct.newBuilder();
    state.forEach((name, value) -> struct.putFields(name.toString(), toValue(value)));
    return struct.build();
  }

  private static Value toValue(Object value) {
    var json = Value.newBuilder();
    if (value instanceof Map<?, ?> map) {
      return json.setStructValue(toStruct(map)).build();
    }
    if (value instanceof Iterable<?> items) {
      var list = ListValue.newBuilder();
      items.forEach(item -> list.addValues(toValue(item)));
      return json.setListValue(list).build();
    }
    if (value instanceof Number number) {
      return json.setNumberValue(number.doubleValue()).build();
    }
    if (value instanceof Boolean truth) {
      return json.setBoolValue(truth).build();
    }
    return value == null
        ? json.setNullValue(NullValue.NULL_VALUE).build()
        : json.setStringValue(value.toString()).build();
  }

  @SuppressWarnings("unchecked") // Names are strings: it was given, or came, as JSON.
  private static Map<String, Object> asMap(Object node) {
    return (Map<String, Object>) node;
  }

  private Edits() {}
}
