// Patterns in RE2's syntax as regular expressions of JavaScript's.

const FLAGS = /^\(\?([imsU]+)\)/;

/** The expression, or undefined for what JavaScript has no counterpart of. */
export function toRegExp(pattern: string): RegExp | undefined {
  const found = FLAGS.exec(pattern);
  const flags = found?.[1] ?? "";
  if (flags.includes("U")) return undefined;
  const source = (found ? pattern.slice(found[0].length) : pattern)
    .replace(/\(\?P</g, "(?<")
    .replace(/\[\[:alpha:\]\]/g, "[A-Za-z]").replace(/\[\[:digit:\]\]/g, "\\d")
    .replace(/\[\[:space:\]\]/g, "\\s").replace(/\[\[:alnum:\]\]/g, "[A-Za-z0-9]")
    .replace(/\\A/g, flags.includes("m") ? "(?<![\\s\\S])" : "^")
    .replace(/\\z/g, "(?![\\s\\S])");
  try {
    return new RegExp(source, flags + "g");
  } catch {
    return undefined;
  }
}

/** Whether the pattern is found in the text; undefined: it cannot be told here. */
export function found(pattern: string, text: string): boolean | undefined {
  return toRegExp(pattern)?.test(text);
}

/** Every match replaced; \0-\9 are groups. */
export function replaceAll(expression: RegExp, text: string, replacement: string): string {
  return text.replace(expression, (...groups: unknown[]) =>
    replacement.replace(/\\(\d|\\)/g, (_, which: string) =>
      which === "\\" ? "\\" : String(groups[Number(which)] ?? "")));
}
