export interface DifferenceLine {
  kind: "same" | "added" | "removed";
  text: string;
}

const linesMax = 400;

/** The shortest way from one text to another, line by line (longest common subsequence). */
export function lineDifference(before: string, after: string): DifferenceLine[] {
  const a = before.split("\n");
  const b = after.split("\n");
  // The table below grows with the product of both: very long texts are shown whole, one after the other.
  if (a.length > linesMax || b.length > linesMax) return [...marked(a, "removed"), ...marked(b, "added")];
  const lengths = commonLengths(a, b);
  const lines: DifferenceLine[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) {
      lines.push({ kind: "same", text: a[i] ?? "" });
      i++;
      j++;
    } else if ((lengths[i + 1]?.[j] ?? 0) >= (lengths[i]?.[j + 1] ?? 0))
      lines.push({ kind: "removed", text: a[i++] ?? "" });
    else lines.push({ kind: "added", text: b[j++] ?? "" });
  }
  return [...lines, ...marked(a.slice(i), "removed"), ...marked(b.slice(j), "added")];
}

/** `lengths[i][j]`: how many lines a from i and b from j have in common, in order. */
function commonLengths(a: string[], b: string[]): number[][] {
  const lengths = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  for (let i = a.length - 1; i >= 0; i--) {
    const row = lengths[i] ?? [];
    const below = lengths[i + 1] ?? [];
    for (let j = b.length - 1; j >= 0; j--)
      row[j] = a[i] === b[j] ? (below[j + 1] ?? 0) + 1 : Math.max(below[j] ?? 0, row[j + 1] ?? 0);
  }
  return lengths;
}

function marked(lines: string[], kind: DifferenceLine["kind"]): DifferenceLine[] {
  return lines.map((text) => ({ kind, text }));
}
