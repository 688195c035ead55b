import { readFileSync, renameSync, writeFileSync } from 'node:fs';

/** Replaces a JSON file as a whole: a reader, or a start after a kill, sees the old text or the new. */
export function writeDocument(file: string, value: unknown): void {
  const text = JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? { $bigint: item.toString() } : item));
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

/** What `writeDocument` wrote. */
export function readDocument<Document>(file: string): Document {
  return JSON.parse(readFileSync(file, 'utf8'), (_, item: unknown) =>
    item !== null && typeof item === 'object' && '$bigint' in item ? BigInt(item.$bigint as string) : item,
  ) as Document;
}
