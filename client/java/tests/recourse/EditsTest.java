package recourse;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.ToNumberPolicy;
import com.google.gson.reflect.TypeToken;
import com.google.protobuf.Value;
import java.util.List;
import java.util.Map;
import recourse.v1.StateEdit;

/** What one edit of a state does; ends with 1 when a row differs. */
public final class EditsTest {
  private static final Gson GSON =
      new GsonBuilder().serializeNulls().setObjectToNumberStrategy(ToNumberPolicy.LONG_OR_DOUBLE).create();

  private record Row(String name, String before, StateEdit.Builder edit, String path, String after) {}

  private static final List<Row> ROWS = List.of(
      new Row("new field", "{}", set(7), "a.b", "{\"a\":{\"b\":7}}"),
      new Row("list item", "{\"a\":[1,2]}", set(7), "a.1", "{\"a\":[1,7]}"),
      new Row("never a new list item", "{\"a\":[1]}", set(7), "a.1", "{\"a\":[1]}"),
      new Row("leading zero", "{\"a\":[1,2]}", set(7), "a.01", "{\"a\":[1,2]}"),
      new Row("nothing below a number", "{\"a\":1}", set(7), "a.b", "{\"a\":1}"),
      new Row("nothing below null", "{\"a\":null}", set(7), "a.b", "{\"a\":null}"),
      new Row("escaped dot", "{\"a.b\":1}", set(7), "a\\.b", "{\"a.b\":7}"),
      new Row("a float stays one", "{\"a\":1.5}", set(7), "a", "{\"a\":7.0}"),
      new Row("larger", "{\"a\":10}", cap(4.5), "a", "{\"a\":4.5}"),
      new Row("larger, an integer", "{\"a\":10}", cap(4), "a", "{\"a\":4}"),
      new Row("smaller", "{\"a\":-4}", cap(4), "a", "{\"a\":-4}"),
      new Row("no number", "{\"a\":\"10\"}", cap(4), "a", "{\"a\":\"10\"}"),
      new Row("cap of what is missing", "{}", cap(4), "a.b", "{}"),
      new Row("characters, not halves", "{\"a\":\"ä😀x\"}", truncate(2), "a", "{\"a\":\"ä😀\"}"),
      new Row("list", "{\"a\":[1,2,3]}", truncate(2), "a", "{\"a\":[1,2]}"),
      new Row("longer than any list", "{\"a\":[1]}", truncate(-1), "a", "{\"a\":[1]}"),
      new Row("object", "{\"a\":{\"b\":1}}", truncate(0), "a", "{\"a\":{\"b\":1}}"),
      new Row("field", "{\"a\":1,\"b\":2}", remove(), "a", "{\"b\":2}"),
      new Row("item", "{\"a\":[1,2,3]}", remove(), "a.1", "{\"a\":[1,3]}"),
      new Row("missing", "{\"a\":1}", remove(), "b.c", "{\"a\":1}"));

  public static void main(String[] args) {
    var differ = 0;
    for (var row : ROWS) {
      Map<String, Object> state = GSON.fromJson(row.before, new TypeToken<Map<String, Object>>() {}.getType());
      var edited = GSON.toJson(Edits.apply(state, List.of(row.edit.setPath(row.path).build())));
      if (!edited.equals(row.after) || !GSON.toJson(state).equals(row.before)) {
        System.out.printf("%s: became %s, wanted %s; the caller's own is %s%n", row.name, edited, row.after, state);
        ++differ;
      }
    }
    System.out.printf("%d rows, %d differ%n", ROWS.size(), differ);
    System.exit(differ == 0 ? 0 : 1);
  }

  private static StateEdit.Builder set(double number) {
    return StateEdit.newBuilder().setSet(Value.newBuilder().setNumberValue(number));
  }

  private static StateEdit.Builder cap(double number) {
    return StateEdit.newBuilder().setCap(number);
  }

  private static StateEdit.Builder truncate(int length) {
    return StateEdit.newBuilder().setTruncate(length);
  }

  private static StateEdit.Builder remove() {
    return StateEdit.newBuilder().setRemove(true);
  }

  private EditsTest() {}
}
