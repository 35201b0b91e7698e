"""Edits of native state."""
import types
import unittest

from recourse.edits import apply_edits, get_path, keep_kind, split_path
from recourse.model import Edit


class EditsTest(unittest.TestCase):

    def test_paths(self):
        for path, names in [("a.b", ["a", "b"]), (r"a\.b.c", ["a.b", "c"]), ("", [""]),
                            (r"a\\.b", ["a\\", "b"])]:
            with self.subTest(path=path):
                self.assertEqual(split_path(path), names)

    def test_each_operation(self):
        rows = [
            ({"n": 9}, Edit("n", "cap", 5.0), {"n": 5}),
            ({"n": 4}, Edit("n", "cap", 5.0), {"n": 4}),
            ({"n": 9.0}, Edit("n", "cap", 5.0), {"n": 5.0}),
            ({"n": True}, Edit("n", "cap", 0.0), {"n": True}),
            ({"s": "abcd"}, Edit("s", "truncate", 2), {"s": "ab"}),
            ({"s": (1, 2, 3)}, Edit("s", "truncate", 2), {"s": (1, 2)}),
            ({"s": [1]}, Edit("s", "truncate", 2), {"s": [1]}),
            ({"s": 7}, Edit("s", "truncate", 2), {"s": 7}),
            ({"a": {"b": 1}}, Edit("a.b", "remove", True), {"a": {}}),
            ({"a": [1, 2]}, Edit("a.0", "remove", True), {"a": [2]}),
            ({"a": [1, 2]}, Edit("a.7", "remove", True), {"a": [1, 2]}),
            ({}, Edit("a.b", "set", 2.0), {"a": {"b": 2}}),
            (None, Edit("a", "set", "x"), {"a": "x"}),
            ({"a": [1, {"b": 2}]}, Edit("a.1.b", "set", "x"), {"a": [1, {"b": "x"}]}),
            ({"a": (1, 2)}, Edit("a.1", "set", 3.0), {"a": (1, 3)}),
            ({"a": "text"}, Edit("a.b", "set", 1.0), {"a": "text"}),
            ({"a": 1}, Edit("x.y", "cap", 1.0), {"a": 1}),
            ({"a": None}, Edit("a.b", "set", 1.0), {"a": None}),
            ({"a": [1, 2]}, Edit("a.01", "set", 3.0), {"a": [1, 2]}),
            ({"a": [1, 2]}, Edit("a.²", "set", 3.0), {"a": [1, 2]}),
            (None, Edit("a", "cap", 1.0), None),
        ]
        for state, edit, wanted in rows:
            with self.subTest(state=state, edit=edit):
                got = apply_edits(state, [edit])
                self.assertEqual(got, wanted)
                self.assertEqual(repr(got), repr(wanted))

    def test_what_the_caller_gave_stays_as_it_was(self):
        state = {"a": {"b": [1, 2, 3]}, "other": {"c": 1}}
        edited = apply_edits(state, [Edit("a.b", "truncate", 1), Edit("a.x", "set", 1.0)])
        self.assertEqual(state, {"a": {"b": [1, 2, 3]}, "other": {"c": 1}})
        self.assertEqual(edited["a"], {"b": [1], "x": 1})
        self.assertIs(edited["other"], state["other"])

    def test_objects_are_state_too(self):
        state = types.SimpleNamespace(options=types.SimpleNamespace(tokens=900), name="n")
        edited = apply_edits(state, [Edit("options.tokens", "cap", 100.0)])
        self.assertEqual((edited.options.tokens, state.options.tokens), (100, 900))
        self.assertEqual(get_path(edited, "options.tokens"), 100)
        self.assertEqual(get_path(edited, "options.none.x", "away"), "away")

    def test_numbers_keep_their_kind(self):
        for new, old, wanted in [(2.0, 1, "2"), (2.0, 1.5, "2.0"), (2.5, 1, "2.5"),
                                 ({"a": 1.0, "b": [2.0]}, {"a": 3.0}, "{'a': 1.0, 'b': [2]}")]:
            with self.subTest(new=new, old=old):
                self.assertEqual(repr(keep_kind(new, old)), wanted)


if __name__ == "__main__":
    unittest.main()
