import type { FastifyReply, FastifyRequest } from 'fastify';

import type { Faults } from '../../faults.ts';
import { S3Error, type buildApp, type S3Store } from './fauxqs.ts';

/** S3's largest single put; fauxqs stops at 11 MiB, a Firehose object may have 128. */
const PUT_OBJECT_MAX_BYTES = 5 * 1024 ** 3;

type App = ReturnType<typeof buildApp>;

/**
 * Puts in front of fauxqs, in the same process and as hooks of its own server, what it lacks:
 * conditional puts, and faults. `throttle` refuses a call in the service's words before it has an effect;
 * `lostResponse` lets it take effect and closes the connection instead of answering.
 */
export function installFront(app: App, s3: S3Store, faults: Faults): void {
  app.removeContentTypeParser('*');
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: PUT_OBJECT_MAX_BYTES }, (_request, body, done) => done(null, body));

  app.addHook('onRequest', (request, reply, done) => {
    const service = serviceOf(request);
    if (!faults.strikes('throttle', service)) return done();
    refuse(reply, service);
  });

  app.addHook('preHandler', (request, reply, done) => {
    const refusal = serviceOf(request) === 's3' ? failedCondition(request, s3) : undefined;
    if (!refusal) return done();
    reply.status(refusal.statusCode).header('content-type', 'application/xml').send(refusal.toXml());
  });

  app.addHook('onSend', (request, reply, payload, done) => {
    if (reply.statusCode < 300 && faults.strikes('lostResponse', serviceOf(request))) request.raw.socket.destroy();
    done(null, payload);
  });
}

/** S3's refusal of a write whose If-None-Match or If-Match does not hold; undefined when it may go on. */
export function failedCondition(request: Pick<FastifyRequest, 'method' | 'headers' | 'params' | 'query'>, s3: S3Store): S3Error | undefined {
  const isPut = request.method === 'PUT' && !Object.hasOwn((request.query ?? {}) as object, 'partNumber');
  const isCompletion = request.method === 'POST' && Object.hasOwn((request.query ?? {}) as object, 'uploadId');
  const { bucket, '*': key } = (request.params ?? {}) as Record<string, string | undefined>;
  if (!(isPut || isCompletion) || !bucket || !key || !s3.hasBucket(bucket)) return undefined;
  const { 'if-none-match': ifNoneMatch, 'if-match': ifMatch } = request.headers;
  if (ifNoneMatch !== undefined && ifNoneMatch !== '*') {
    return new S3Error('NotImplemented', 'A header you provided implies functionality that is not implemented', 501);
  }
  const etag = etagOf(s3, bucket, key);
  if (ifNoneMatch === '*' && etag !== undefined) return preconditionFailed();
  if (ifMatch === undefined) return undefined;
  if (etag === undefined) return new S3Error('NoSuchKey', 'The specified key does not exist.', 404, `/${bucket}/${key}`);
  return ifMatch.replaceAll('"', '') === etag.replaceAll('"', '') ? undefined : preconditionFailed();
}

function etagOf(s3: S3Store, bucket: string, key: string): string | undefined {
  try {
    return s3.headObject(bucket, key).etag;
  } catch (error) {
    if (error instanceof S3Error) return undefined;
    throw error;
  }
}

function preconditionFailed(): S3Error {
  return new S3Error('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412);
}

function serviceOf(request: Pick<FastifyRequest, 'method' | 'headers'>): 's3' | 'sqs' | 'sns' {
  if (request.headers['x-amz-target']?.toString().startsWith('AmazonSQS.')) return 'sqs';
  if (request.method === 'POST' && request.headers['content-type']?.startsWith('application/x-www-form-urlencoded')) return 'sns';
  return 's3';
}

function refuse(reply: FastifyReply, service: 's3' | 'sqs' | 'sns'): void {
  if (service === 'sqs') {
    reply
      .status(400)
      .header('content-type', 'application/x-amz-json-1.0')
      .header('x-amzn-query-error', 'RequestThrottled;Sender')
      .send({ __type: 'com.amazonaws.sqs#RequestThrottled', message: 'The request was denied due to request throttling.' });
  } else if (service === 'sns') {
    reply
      .status(400)
      .header('content-type', 'text/xml')
      .send('<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>');
  } else {
    const slowDown = new S3Error('SlowDown', 'Please reduce your request rate.', 503);
    reply.status(503).header('content-type', 'application/xml').send(slowDown.toXml());
  }
}
