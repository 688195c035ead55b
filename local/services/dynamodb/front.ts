import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';

import type { Faults } from '../../faults.ts';
import { askingForCapacity, countWrite, isWrite, type DynamoDbUsage } from './usage.ts';

/** AWS's words when a table's throughput is used up. */
const THROTTLED = {
  __type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException',
  message:
    'The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API.',
};

/** Only these touch items and so can be throttled by a table's throughput. */
const ITEM_OPERATIONS = /^(?:BatchGetItem|BatchWriteItem|DeleteItem|GetItem|PutItem|Query|Scan|UpdateItem)$/;

/**
 * Puts counting and faults in front of a dynalite server, in the same process. `throttle` refuses before any effect;
 * `lostResponse` lets the call take effect and closes the connection. Requests with the header `bypass` pass untouched:
 * the service's own.
 */
export function installFront(server: Server, faults: Faults, usage: DynamoDbUsage, bypass: string): void {
  const [handle] = server.listeners('request') as RequestListener[];
  if (!handle) throw new Error('dynalite: expected its server to have a request listener, it has none');
  server.removeAllListeners('request');
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const operation = request.headers['x-amz-target']?.toString().split('.')[1];
    if (operation === undefined || request.headers[bypass] !== undefined) return handle(request as never, response as never);
    usage.requests[operation] = (usage.requests[operation] ?? 0) + 1;
    if (ITEM_OPERATIONS.test(operation) && faults.strikes('throttle', 'dynamodb')) {
      request.resume();
      return void response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(THROTTLED));
    }
    if (ITEM_OPERATIONS.test(operation) && faults.strikes('lostResponse', 'dynamodb')) {
      response.end = () => {
        request.socket.destroy();
        return response;
      };
    }
    if (isWrite(operation)) void measure(request, response, handle, usage);
    else handle(request as never, response as never);
  });
}

/** Handles a write so that its units are counted; the answer is the one that the client asked for. */
async function measure(request: IncomingMessage, response: ServerResponse, handle: RequestListener, usage: DynamoDbUsage): Promise<void> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk);
  } catch {
    return;
  }
  const body = Buffer.concat(chunks).toString();
  const asking = askingForCapacity(body);
  const { method, url, headers, socket } = request;
  const again = Object.assign(Readable.from([Buffer.from(asking ?? body)]), { method, url, headers, socket });
  const end = response.end.bind(response) as (text: string) => ServerResponse;
  response.end = ((text: string) => {
    const answer = parse(text);
    countWrite(usage, body, response.statusCode, answer);
    if (asking === undefined || answer['ConsumedCapacity'] === undefined) return end(text);
    delete answer['ConsumedCapacity'];
    const shorter = JSON.stringify(answer);
    // The checksum was over the longer answer; the SDK does without.
    response.removeHeader('x-amz-crc32');
    response.setHeader('Content-Length', Buffer.byteLength(shorter));
    return end(shorter);
  }) as typeof response.end;
  handle(again as never, response as never);
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
