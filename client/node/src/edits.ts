// Applies a decision's edits to an operation's own state.
//
// A path joins names with dots; a number indexes a list; a backslash makes the next character part
// of the name. Containers on the path are copied, so that what the caller gave stays as it was;
// everything else is shared with it.
import type { Edit } from "./model.js";

const MISSING = Symbol("missing");

/** The names of a path, with escapes resolved. */
export function splitPath(path: string): string[] {
  const names: string[] = [];
  let name = "";
  for (let i = 0; i < path.length; i++) {
    const char = path[i]!;
    if (char === "\\") {
      name += path[++i] ?? "";
    } else if (char === ".") {
      names.push(name);
      name = "";
    } else {
      name += char;
    }
  }
  names.push(name);
  return names;
}

/** The value at a path; undefined where there is none. */
export function getPath(state: unknown, path: string): unknown {
  let node = state;
  for (const name of splitPath(path)) {
    node = child(node, name);
    if (node === MISSING) return undefined;
  }
  return node;
}

/** The state with the edits applied in order. */
export function applyEdits<S>(state: S, edits: readonly Edit[]): S {
  let edited: unknown = state;
  for (const edit of edits) {
    if (edit.operation === "set") edited ??= {};
    edited = apply(edited, splitPath(edit.path), edit);
  }
  return edited as S;
}

/** `fresh`, which came as JSON, in the kind of what stood there: bigints stay bigints. */
export function keepKind(fresh: unknown, old: unknown): unknown {
  return typeof old === "bigint" && typeof fresh === "number" && Number.isInteger(fresh)
    ? BigInt(fresh) : fresh;
}

function apply(node: unknown, names: string[], edit: Edit): unknown {
  const name = names[0]!;
  const held = child(node, name);
  if (names.length === 1) {
    if (edit.operation === "remove") return held === MISSING ? node : without(node, name);
    return put(node, name, held, changed(held, edit));
  }
  if (held !== MISSING && held !== undefined) {
    return put(node, name, held, apply(held, names.slice(1), edit));
  }
  if (edit.operation !== "set") return node;
  return put(node, name, held, apply({}, names.slice(1), edit));
}

function changed(old: unknown, edit: Edit): unknown {
  if (edit.operation === "set") return keepKind(edit.value, old);
  if (edit.operation === "cap") {
    const number = typeof old === "number" || typeof old === "bigint";
    return number && old > edit.value ? keepKind(edit.value, old) : old;
  }
  if (edit.operation === "truncate") {
    if (Array.isArray(old)) return old.length > edit.value ? old.slice(0, edit.value) : old;
    if (typeof old === "string" && old.length > edit.value) {
      return [...old].slice(0, edit.value).join(""); // Characters, not halves of them.
    }
  }
  return old;
}

function child(node: unknown, name: string): unknown {
  if (node instanceof Map) return node.has(name) ? node.get(name) : MISSING;
  if (Array.isArray(node)) return isIndex(node, name) ? node[Number(name)] : MISSING;
  if (typeof node !== "object" || node === null) return MISSING;
  return Object.hasOwn(node, name) ? (node as Record<string, unknown>)[name] : MISSING;
}

function isIndex(list: unknown[], name: string): boolean {
  return /^(0|[1-9]\d*)$/.test(name) && Number(name) < list.length;
}

function put(node: unknown, name: string, held: unknown, value: unknown): unknown {
  if (value === held || value === MISSING) return node;
  if (typeof node !== "object" || node === null) return node; // Nothing is put below them.
  if (node instanceof Map) return new Map(node).set(name, value);
  if (Array.isArray(node)) return isIndex(node, name) ? replaced(node, name, value) : node;
  // Defined, not assigned: a name such as __proto__ is a name like any other.
  return Object.defineProperty(copied(node), name, {
    value, writable: true, enumerable: true, configurable: true,
  });
}

function replaced(list: unknown[], name: string, value: unknown): unknown[] {
  const copy = list.slice();
  copy[Number(name)] = value;
  return copy;
}

function without(node: unknown, name: string): unknown {
  if (node instanceof Map) {
    const copy = new Map(node);
    copy.delete(name);
    return copy;
  }
  if (Array.isArray(node)) return node.filter((_, i) => i !== Number(name));
  const copy = copied(node as object);
  Reflect.deleteProperty(copy, name);
  return copy;
}

function copied(node: object): object {
  const copy = Object.create(Object.getPrototypeOf(node)) as object;
  for (const key of Reflect.ownKeys(node)) {
    const property = Object.getOwnPropertyDescriptor(node, key)!;
    // What is frozen in the original can be changed in the copy.
    Object.defineProperty(copy, key, "value" in property
      ? { ...property, writable: true, configurable: true } : property);
  }
  return copy;
}
