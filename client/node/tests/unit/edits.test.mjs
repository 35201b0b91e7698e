import assert from "node:assert/strict";
import { test } from "node:test";
import { applyEdits } from "recourse/testing";

const set = (path, value) => ({ path, operation: "set", value });
const cap = (path, value) => ({ path, operation: "cap", value });
const truncate = (path, value) => ({ path, operation: "truncate", value });
const remove = (path) => ({ path, operation: "remove" });

const ROWS = [
  ["set creates what is missing", {}, [set("a.b", 1)], { a: { b: 1 } }],
  ["set of nothing", undefined, [set("a", 1)], { a: 1 }],
  ["set below null", { a: null }, [set("a.b", 1)], { a: null }],
  ["set of an index that is none", { a: [1, 2] }, [set("a.01", 3)], { a: [1, 2] }],
  ["set replaces", { a: [1, 2] }, [set("a.1", 9)], { a: [1, 9] }],
  ["set does not lengthen lists", { a: [1] }, [set("a.1", 9)], { a: [1] }],
  ["set does not look into texts", { a: "text" }, [set("a.b", 9)], { a: "text" }],
  ["cap lowers", { n: 5.5 }, [cap("n", 2)], { n: 2 }],
  ["cap leaves what is smaller", { n: 1 }, [cap("n", 2)], { n: 1 }],
  ["cap leaves what is no number", { n: "7" }, [cap("n", 2)], { n: "7" }],
  ["cap passes over what is missing", {}, [cap("a.n", 2)], {}],
  ["cap keeps a bigint a bigint", { n: 9n }, [cap("n", 2)], { n: 2n }],
  ["truncate shortens lists", { a: [1, 2, 3] }, [truncate("a", 2)], { a: [1, 2] }],
  ["truncate shortens texts by characters", { a: "äö\u{1F600}x" }, [truncate("a", 3)], { a: "äö\u{1F600}" }],
  ["remove from an object", { a: 1, b: 2 }, [remove("a")], { b: 2 }],
  ["remove from a list", { a: [1, 2, 3] }, [remove("a.1")], { a: [1, 3] }],
  ["remove what is missing", { a: 1 }, [remove("b"), remove("a.x")], { a: 1 }],
  ["a backslash takes the dot", { "a.b": 1 }, [set("a\\.b", 2)], { "a.b": 2 }],
  ["maps", new Map([["a", 1]]), [set("a", 2), set("b", 3)], new Map([["a", 2], ["b", 3]])],
];

for (const [name, state, edits, wanted] of ROWS) {
  test(name, () => assert.deepEqual(applyEdits(state, edits), wanted));
}

test("what was given stays as it was, and what is not touched is shared", () => {
  const state = Object.freeze({ a: Object.freeze({ n: 1 }), b: { m: 1 } });
  const edited = applyEdits(state, [set("a.n", 2)]);
  assert.deepEqual(state.a, { n: 1 });
  assert.deepEqual(edited, { a: { n: 2 }, b: { m: 1 } });
  assert.equal(edited.b, state.b);
  assert.equal(applyEdits(state, [cap("a.n", 5)]), state);
});

test("an object of a class stays one", () => {
  class Request {
    constructor() { this.tokens = 9; }
    get double() { return 2 * this.tokens; }
  }
  const edited = applyEdits(new Request(), [cap("tokens", 4)]);
  assert.ok(edited instanceof Request);
  assert.equal(edited.double, 8);
});

test("no path reaches the prototype", () => {
  applyEdits({}, [set("__proto__.polluted", true), set("constructor.prototype.polluted", true)]);
  assert.equal({}.polluted, undefined);
});
