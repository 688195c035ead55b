import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { MultipartPart, MultipartUpload, S3Store } from './fauxqs.ts';

/** Keeps the parts of unfinished multipart uploads in files, `<dir>/<upload id>/<part number>`. */
export class MultipartFiles {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
    mkdirSync(dir, { recursive: true });
  }

  create(upload: MultipartUpload): void {
    const { parts: _, ...metadata } = upload;
    mkdirSync(join(this.#dir, upload.uploadId), { recursive: true });
    writeFileSync(join(this.#dir, upload.uploadId, 'upload.json'), JSON.stringify(metadata));
  }

  putPart(uploadId: string, part: MultipartPart): void {
    const path = join(this.#dir, uploadId, String(part.partNumber));
    const { body, ...metadata } = part;
    writeFileSync(`${path}.part`, body);
    writeFileSync(`${path}.new`, JSON.stringify(metadata));
    renameSync(`${path}.new`, `${path}.json`);
  }

  delete(uploadId: string): void {
    rmSync(join(this.#dir, uploadId), { recursive: true, force: true });
  }

  deleteAll(): void {
    for (const uploadId of readdirSync(this.#dir)) this.delete(uploadId);
  }

  load(store: S3Store): void {
    for (const uploadId of readdirSync(this.#dir)) {
      const dir = join(this.#dir, uploadId);
      const names = readdirSync(dir);
      if (!names.includes('upload.json')) continue;
      const upload = JSON.parse(readFileSync(join(dir, 'upload.json'), 'utf8'));
      const parts = names
        .filter((name) => /^\d+\.json$/.test(name))
        .map((name): MultipartPart => {
          const part = JSON.parse(readFileSync(join(dir, name), 'utf8'));
          return { ...part, lastModified: new Date(part.lastModified), body: readFileSync(join(dir, name.replace('.json', '.part'))) };
        });
      store.restoreMultipartUpload({
        ...upload,
        initiated: new Date(upload.initiated),
        parts: new Map(parts.map((part) => [part.partNumber, part])),
      });
    }
  }
}
