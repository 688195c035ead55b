import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import type { S3Object, S3PersistenceProvider, S3Store } from './fauxqs.ts';
import { adoptedObject, readMetadata, toMetadata } from './object-metadata.ts';
import { MultipartFiles } from './multipart-files.ts';
import { namedFile } from './named-file.ts';

/**
 * Keeps every object as one plain file under its real name, `<dataDir>/<folder of its bucket>/<key>`, so that people,
 * gunzip and DuckDB read the lake without S3; what S3 knows besides the bytes is beside it in `<dataDir>/s3`.
 *
 * A put writes a temporary file and renames it, first the bytes and then the metadata, so that a kill leaves the old
 * object or the new one. At start the files decide: one without metadata, or newer than it, becomes an object
 * (a put that was never answered may have taken effect); metadata without its file is forgotten.
 */
export class ObjectFiles implements S3PersistenceProvider {
  readonly #dataDir: string;
  readonly #metadataDir: string;
  readonly #temporaryDir: string;
  readonly #folderOf: (bucket: string) => string;
  readonly #multipart: MultipartFiles;
  #temporaryCount = 0;

  constructor(dataDir: string, folderOf: (bucket: string) => string) {
    this.#dataDir = dataDir;
    this.#metadataDir = join(dataDir, 's3', 'metadata');
    this.#temporaryDir = join(dataDir, 's3', 'temporary');
    this.#folderOf = folderOf;
    rmSync(this.#temporaryDir, { recursive: true, force: true });
    for (const dir of [this.#metadataDir, this.#temporaryDir]) mkdirSync(dir, { recursive: true });
    this.#multipart = new MultipartFiles(join(dataDir, 's3', 'multipart'));
  }

  insertBucket(name: string, creationDate: Date, type: 'general-purpose' | 'directory'): void {
    mkdirSync(this.#bucketDir(name), { recursive: true });
    mkdirSync(join(this.#metadataDir, name), { recursive: true });
    this.#replace(join(this.#metadataDir, `${name}.json`), JSON.stringify({ creationDate: creationDate.toISOString(), type }));
  }

  deleteBucket(name: string): void {
    for (const path of [this.#bucketDir(name), join(this.#metadataDir, name), join(this.#metadataDir, `${name}.json`)]) {
      rmSync(path, { recursive: true, force: true });
    }
  }

  saveBucketLifecycleConfiguration(bucket: string, config: string): void {
    this.#replace(join(this.#metadataDir, `${bucket}.lifecycle.xml`), config);
  }

  deleteBucketLifecycleConfiguration(bucket: string): void {
    rmSync(join(this.#metadataDir, `${bucket}.lifecycle.xml`), { force: true });
  }

  upsertObject(bucket: string, object: S3Object): void {
    const plain = namedFile(object.key);
    const file = plain !== undefined && this.#place(bucket, plain, object.body) ? plain : undefined;
    if (file === undefined) this.#replace(this.#unnamedPath(bucket, object.key), object.body);
    this.#replace(this.#metadataPath(bucket, object.key), JSON.stringify(toMetadata(object, file)));
  }

  deleteObject(bucket: string, key: string): void {
    const metadataPath = this.#metadataPath(bucket, key);
    if (!existsSync(metadataPath)) return;
    const path = this.#bodyPath(bucket, key);
    rmSync(path, { force: true });
    rmSync(metadataPath, { force: true });
    this.#removeEmptyFolders(dirname(path), this.#bucketDir(bucket));
  }

  deleteObjectsByBucket(bucket: string): void {
    for (const dir of [this.#bucketDir(bucket), join(this.#metadataDir, bucket)]) {
      rmSync(dir, { recursive: true, force: true });
      mkdirSync(dir, { recursive: true });
    }
  }

  deleteAllObjects(): void {
    for (const bucket of this.#buckets()) this.deleteObjectsByBucket(bucket);
  }

  renameObject(bucket: string, sourceKey: string, destKey: string): void {
    const body = this.readBody(bucket, sourceKey);
    const metadata = readMetadata(this.#metadataPath(bucket, sourceKey));
    if (!metadata) throw new Error(`S3 files: ${bucket}/${sourceKey} has no metadata to rename`);
    this.upsertObject(bucket, { ...metadata.object, key: destKey, body });
    if (sourceKey !== destKey) this.deleteObject(bucket, sourceKey);
  }

  readBody(bucket: string, key: string): Buffer<ArrayBuffer> {
    return readFileSync(this.#bodyPath(bucket, key));
  }

  insertMultipartUpload = (...args: Parameters<S3PersistenceProvider['insertMultipartUpload']>): void => this.#multipart.create(...args);
  upsertMultipartPart = (...args: Parameters<S3PersistenceProvider['upsertMultipartPart']>): void => this.#multipart.putPart(...args);
  deleteMultipartUpload = (uploadId: string): void => this.#multipart.delete(uploadId);
  deleteAllMultipartUploads = (): void => this.#multipart.deleteAll();

  completeMultipartUpload(uploadId: string, bucket: string, object: S3Object): void {
    this.upsertObject(bucket, object);
    this.#multipart.delete(uploadId);
  }

  loadS3(store: S3Store): void {
    for (const bucket of this.#buckets()) {
      const { creationDate, type } = JSON.parse(readFileSync(join(this.#metadataDir, `${bucket}.json`), 'utf8'));
      store.createBucket(bucket, type);
      store.setBucketCreationDate(bucket, new Date(creationDate));
      const lifecycle = join(this.#metadataDir, `${bucket}.lifecycle.xml`);
      if (existsSync(lifecycle)) store.restoreBucketLifecycleConfiguration(bucket, readFileSync(lifecycle, 'utf8'));
      this.#loadObjects(bucket, store);
    }
    this.#multipart.load(store);
  }

  purgeAll(): void {
    for (const bucket of this.#buckets()) this.deleteBucket(bucket);
    this.#multipart.deleteAll();
  }

  close(): void {}

  #loadObjects(bucket: string, store: S3Store): void {
    const known = new Set<string>();
    const metadataDir = join(this.#metadataDir, bucket);
    for (const name of readdirSync(metadataDir)) {
      if (!name.endsWith('.json')) continue;
      const metadataPath = join(metadataDir, name);
      const metadata = readMetadata(metadataPath);
      if (!metadata) continue;
      const bodyPath = metadata.file === undefined ? this.#unnamedPath(bucket, metadata.object.key) : join(this.#bucketDir(bucket), metadata.file);
      const body = statSync(bodyPath, { throwIfNoEntry: false });
      if (!body?.isFile()) {
        rmSync(metadataPath);
        continue;
      }
      const isStale = body.size !== metadata.object.contentLength || body.mtimeMs > statSync(metadataPath).mtimeMs;
      if (metadata.file !== undefined && isStale) continue;
      if (metadata.file !== undefined) known.add(metadata.file);
      store.restoreObject(bucket, metadata.object);
    }
    for (const file of this.#filesUnder(this.#bucketDir(bucket), '')) {
      if (known.has(file)) continue;
      const object = adoptedObject(file, readFileSync(join(this.#bucketDir(bucket), file)), statSync(join(this.#bucketDir(bucket), file)).mtime);
      this.#replace(this.#metadataPath(bucket, file), JSON.stringify(toMetadata(object, file)));
      store.restoreObject(bucket, { ...object, body: Buffer.alloc(0) });
    }
  }

  *#filesUnder(dir: string, prefix: string): Generator<string> {
    for (const entry of readdirSync(dir, { withFileTypes: true })) {
      if (entry.isDirectory()) yield* this.#filesUnder(join(dir, entry.name), `${prefix}${entry.name}/`);
      else if (entry.isFile()) yield `${prefix}${entry.name}`;
    }
  }

  /** Whether the bytes could be written under the object's own name: not when another key's file or folder is in the way. */
  #place(bucket: string, file: string, body: Buffer): boolean {
    try {
      this.#replace(join(this.#bucketDir(bucket), file), body);
      return true;
    } catch (error) {
      if (['ENOTDIR', 'EEXIST', 'EISDIR', 'ENOTEMPTY', 'ENAMETOOLONG'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
      throw error;
    }
  }

  #replace(path: string, data: string | Buffer): void {
    const temporary = join(this.#temporaryDir, String(this.#temporaryCount++));
    writeFileSync(temporary, data);
    try {
      renameSync(temporary, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      mkdirSync(dirname(path), { recursive: true });
      renameSync(temporary, path);
    }
  }

  #removeEmptyFolders(from: string, root: string): void {
    for (let dir = from; dir !== root && dir.startsWith(root); dir = dirname(dir)) {
      try {
        rmdirSync(dir);
      } catch {
        return;
      }
    }
  }

  #bodyPath(bucket: string, key: string): string {
    const file = readMetadata(this.#metadataPath(bucket, key))?.file;
    return file === undefined ? this.#unnamedPath(bucket, key) : join(this.#bucketDir(bucket), file);
  }

  #bucketDir(bucket: string): string {
    return join(this.#dataDir, this.#folderOf(bucket));
  }

  #metadataPath(bucket: string, key: string): string {
    return join(this.#metadataDir, bucket, `${createHash('sha256').update(key).digest('hex')}.json`);
  }

  #unnamedPath(bucket: string, key: string): string {
    return join(this.#metadataDir, bucket, `${createHash('sha256').update(key).digest('hex')}.body`);
  }

  #buckets(): string[] {
    return readdirSync(this.#metadataDir, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  }
}
