/**
 * The candidate that `name` was most likely meant to be: equal but for case and punctuation, one that begins with it,
 * or the one with the fewest edits, at most a third of its length (and two for short names). Undefined when none is near.
 */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  const wanted = plain(name);
  if (wanted === '') return undefined;
  let best: { candidate: string; distance: number } | undefined;
  for (const candidate of candidates) {
    const offered = plain(candidate);
    const begins = wanted.length >= 2 && (offered.startsWith(wanted) || wanted.startsWith(offered));
    const distance = offered === wanted ? 0 : begins ? 1 : edits(wanted, offered);
    const allowed = Math.max(2, Math.floor(offered.length / 3));
    if (distance <= allowed && distance < offered.length && (!best || distance < best.distance)) best = { candidate, distance };
  }
  return best?.candidate;
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}

/** Levenshtein's distance, one row at a time. */
function edits(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const substituted = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(substituted, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
