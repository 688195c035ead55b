import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { AwsError } from '../../../aws-error.ts';
import type { Dispatch } from '../dispatch.ts';
import { sendEvents } from './event-stream.ts';
import { readBody } from './exchange.ts';
import type { Exchange } from './exchange.ts';

/** 10 MiB of records are 13.4 MiB of base64; the rest is for keys and JSON. AWS answers 413 to more. */
export const MAX_BODY_BYTES = 20_971_520;
const JSON_TYPE = 'application/x-amz-json-1.1';
const API_VERSION = 'Kinesis_20131202';

/** Answers one request of the JSON 1.1 protocol, whatever its path: the operation is in the header `x-amz-target`. */
export async function answerRequest(exchange: Exchange, dispatch: Dispatch): Promise<void> {
  const { request } = exchange;
  const body = await readBody(request, MAX_BODY_BYTES);
  if (!body) {
    if (request.readableEnded) answer(exchange, 413, '');
    return;
  }
  try {
    const operation = operationOf(exchange);
    const input = parse(body);
    if (operation === 'SubscribeToShard') {
      const left = new AbortController();
      const events = dispatch.subscribe(input, left.signal);
      exchange.response.on('close', () => left.abort());
      await sendEvents(exchange.response as ServerResponse, events, randomUUID());
      return;
    }
    const { answer: output, lost } = await dispatch.run(operation, input);
    if (lost) exchange.socket.destroy();
    else answer(exchange, 200, output === undefined ? '' : JSON.stringify(output));
  } catch (error) {
    if (exchange.response.headersSent) {
      exchange.response.destroy();
      return;
    }
    const { status, text } = errorBody(error);
    answer(exchange, status, text);
  }
}

/** The operation that a request's target names; throws UnknownOperationException when it names none of Kinesis. */
export function operationOf({ request }: Exchange): string {
  const target = request.headers['x-amz-target'];
  const [version, name] = typeof target === 'string' ? target.split('.') : [];
  if (version !== API_VERSION || !name) throw new AwsError('UnknownOperationException', '');
  return name;
}

function parse(body: Buffer): Record<string, unknown> {
  let input: unknown;
  try {
    input = JSON.parse(body.toString());
  } catch {
    throw new AwsError('SerializationException', '');
  }
  if (input === null || typeof input !== 'object' || Array.isArray(input)) throw new AwsError('SerializationException', '');
  return input as Record<string, unknown>;
}

/** An error as JSON 1.1 shows it; what is not a refusal is InternalFailure, and goes to the log. */
export function errorBody(error: unknown): { status: number; text: string } {
  if (!(error instanceof AwsError)) {
    console.error('Kinesis: an operation failed', error);
    return { status: 500, text: JSON.stringify({ __type: 'InternalFailure' }) };
  }
  // AWS spells the member with a capital in this one error, and leaves it out when there is nothing to say.
  const member = error.name === 'SerializationException' ? 'Message' : 'message';
  return {
    status: error.statusCode,
    text: JSON.stringify({ __type: error.name, ...(error.message !== '' && { [member]: error.message }) }),
  };
}

function answer(exchange: Exchange, status: number, text: string): void {
  // Both kinds of response have the same methods, but no signature that the compiler sees as one.
  const response = exchange.response as ServerResponse;
  const body = Buffer.from(text);
  response.writeHead(status, {
    'content-type': JSON_TYPE,
    'content-length': body.length,
    'x-amzn-requestid': randomUUID(),
  });
  response.end(body);
}
