import type { IncomingMessage } from 'node:http';

/** An HTTP API's largest body. https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
export const BODY_MAX_BYTES = 10 * 1024 * 1024;

/** Resolves with the whole body, or undefined when it is larger than the gateway takes; rejects when the client goes away. */
export function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > BODY_MAX_BYTES) return Promise.resolve(undefined);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > BODY_MAX_BYTES) return resolve(undefined);
      chunks.push(chunk);
    });
    request.once('end', () => resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, size)));
    request.once('error', reject);
  });
}

/** Media types that arrive as text; every other, a missing one and urlencoded forms included, arrives in base64. */
const TEXT_TYPE = /^\s*(?:text\/[^;]*|application\/(?:json|javascript|xml))\s*(?:;|$)/i;

/**
 * A body as the event carries it. AWS does not list what counts as binary; the media types are those that were
 * observed on HTTP APIs (ministackorg/ministack pull request 766). A body with a content encoding is binary;
 * bytes that are no UTF-8 would be lost as text and go as base64 (inferred).
 */
export function eventBody(body: Buffer, contentType: string | undefined, contentEncoding: string | undefined): { body?: string; isBase64Encoded: boolean } {
  if (body.length === 0) return { isBase64Encoded: false };
  const isEncoded = contentEncoding !== undefined && contentEncoding.toLowerCase() !== 'identity';
  if (!isEncoded && contentType !== undefined && TEXT_TYPE.test(contentType)) {
    const text = body.toString('utf8');
    if (!text.includes('\ufffd') || Buffer.from(text).equals(body)) return { body: text, isBase64Encoded: false };
  }
  return { body: body.toString('base64'), isBase64Encoded: true };
}
