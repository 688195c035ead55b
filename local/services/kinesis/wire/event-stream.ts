import type { ServerResponse } from 'node:http';
import { once } from 'node:events';
import { EventStreamCodec } from '@smithy/core/event-streams';
import type { SubscribeToShardEvent } from '../operations/subscribe-to-shard.ts';

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes as Uint8Array).toString(),
  (text) => Buffer.from(text),
);

/** One frame of `application/vnd.amazon.eventstream`. botocore insists on an `initial-response` before all others. */
function frame(eventType: string, body: object): Uint8Array {
  return codec.encode({
    headers: {
      ':message-type': { type: 'string', value: 'event' },
      ':event-type': { type: 'string', value: eventType },
      ':content-type': { type: 'string', value: 'application/json' },
    },
    body: Buffer.from(JSON.stringify(body)),
  });
}

/** Sends events as they come, as fast as the reader takes them, and ends the response when they end or the reader leaves. */
export async function sendEvents(
  response: ServerResponse,
  events: AsyncIterable<SubscribeToShardEvent>,
  requestId: string,
): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream', 'x-amzn-requestid': requestId });
  response.write(frame('initial-response', {}));
  for await (const event of events) {
    if (response.destroyed || response.writableEnded) return;
    if (!response.write(frame('SubscribeToShardEvent', event))) {
      await Promise.race([once(response, 'drain'), once(response, 'close')]);
    }
  }
  if (!response.destroyed) response.end();
}
