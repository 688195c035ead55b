import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** The lake's objects under `events/` in the order of their keys, each with its key and its bytes. */
export async function lakeObjects(dataDir: string): Promise<{ key: string; bytes: Buffer }[]> {
  const lake = join(dataDir, 'lake');
  const files = await readdir(join(lake, 'events'), { recursive: true, withFileTypes: true }).catch(() => []);
  const paths = files.flatMap((file) => (file.isFile() && file.name.endsWith('.json.gz') ? [join(file.parentPath, file.name)] : []));
  return Promise.all(paths.toSorted().map(async (path) => ({ key: path.slice(lake.length + 1), bytes: await readFile(path) })));
}

/** Every line of the lake as it was delivered; one that was delivered twice is there twice. */
export async function lakeEvents(dataDir: string): Promise<Record<string, unknown>[]> {
  const objects = await lakeObjects(dataDir);
  return objects.flatMap(({ bytes }) => gunzipSync(bytes).toString().trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>));
}
