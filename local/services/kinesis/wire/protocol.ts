import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { AwsError } from '../../../aws-error.ts';
import type { Dispatch } from '../dispatch.ts';
import { CBOR_TYPE, fromCbor, toCbor } from './cbor.ts';
import { sendEvents } from './event-stream.ts';
import { readBody } from './exchange.ts';
import type { Exchange } from './exchange.ts';

/** 10 MiB of records are 13.4 MiB of base64; the rest is for keys and JSON. AWS answers 413 to more. */
export const MAX_BODY_BYTES = 20_971_520;
const JSON_TYPE = 'application/x-amz-json-1.1';
const API_VERSION = 'Kinesis_20131202';

/**
 * Answers one request of the JSON 1.1 or the CBOR 1.1 protocol, by its content type;
 * the operation is in the header `x-amz-target`, and the path does not matter.
 */
export async function answerRequest(exchange: Exchange, dispatch: Dispatch): Promise<void> {
  const { request } = exchange;
  // Both kinds of response have the same methods, but no signature that the compiler sees as one.
  const response = exchange.response as ServerResponse;
  response.on('error', () => exchange.socket.destroy());
  const asCbor = request.headers['content-type']?.startsWith(CBOR_TYPE) ?? false;
  const body = await readBody(request, MAX_BODY_BYTES);
  if (!body) {
    if (request.readableEnded) answer(response, 413, undefined, asCbor);
    return;
  }
  try {
    const operation = operationOf(exchange);
    const input = parse(body, asCbor);
    if (operation === 'SubscribeToShard') {
      const left = new AbortController();
      const events = dispatch.subscribe(input, left.signal);
      response.on('close', () => left.abort());
      await sendEvents(response, events, randomUUID());
      return;
    }
    const { answer: output, lost } = await dispatch.run(operation, input);
    if (lost) exchange.socket.destroy();
    else answer(response, 200, output, asCbor);
  } catch (error) {
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const { status, shown } = errorAnswer(error);
    answer(response, status, shown, asCbor);
  }
}

/** The operation that a request's target names; throws UnknownOperationException when it names none of Kinesis. */
function operationOf({ request }: Exchange): string {
  const target = request.headers['x-amz-target'];
  const [version, name] = typeof target === 'string' ? target.split('.') : [];
  if (version !== API_VERSION || !name) throw new AwsError('UnknownOperationException', '');
  return name;
}

function parse(body: Buffer, asCbor: boolean): Record<string, unknown> {
  let input: unknown;
  try {
    input = asCbor ? fromCbor(body) : JSON.parse(body.toString());
  } catch {
    throw new AwsError('SerializationException', '');
  }
  if (input === null || typeof input !== 'object' || Array.isArray(input)) throw new AwsError('SerializationException', '');
  return input as Record<string, unknown>;
}

/** What is not a refusal is InternalFailure, and goes to the log. */
function errorAnswer(error: unknown): { status: number; shown: object } {
  if (!(error instanceof AwsError)) {
    console.error('Kinesis: an operation failed', error);
    return { status: 500, shown: { __type: 'InternalFailure' } };
  }
  // AWS spells the member with a capital in this one error, and leaves it out when there is nothing to say.
  const member = error.name === 'SerializationException' ? 'Message' : 'message';
  return { status: error.statusCode, shown: { __type: error.name, ...(error.message !== '' && { [member]: error.message }) } };
}

function answer(response: ServerResponse, status: number, output: object | undefined, asCbor: boolean): void {
  const body = output === undefined ? Buffer.alloc(0) : asCbor ? toCbor(output) : Buffer.from(JSON.stringify(output));
  response.writeHead(status, {
    'content-type': asCbor ? CBOR_TYPE : JSON_TYPE,
    'content-length': body.length,
    'x-amzn-requestid': randomUUID(),
  });
  response.end(body);
}
