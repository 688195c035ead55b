/**
 * What we use of fauxqs beyond its front door. `startFauxqs` listens on every address of the machine and keeps its
 * stores to itself; `buildApp` takes stores but cannot persist them. So its parts are put together here, by path,
 * which is why package.json pins the exact version.
 */
export { buildApp } from 'fauxqs';
export { PersistenceManager } from '../../../node_modules/fauxqs/dist/persistence.js';
export { S3Store } from '../../../node_modules/fauxqs/dist/s3/s3Store.js';
export { SqsStore } from '../../../node_modules/fauxqs/dist/sqs/sqsStore.js';
export { SnsStore } from '../../../node_modules/fauxqs/dist/sns/snsStore.js';
export { S3Error } from '../../../node_modules/fauxqs/dist/common/errors.js';
export type { S3PersistenceProvider } from '../../../node_modules/fauxqs/dist/s3/s3Persistence.js';
export type { MultipartPart, MultipartUpload, S3Object } from '../../../node_modules/fauxqs/dist/s3/s3Types.js';
