import net, { type AddressInfo } from 'node:net';
import { afterEach, expect, it } from '@jest/globals';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { systemClock } from '../../local/clock.ts';
import { noFaults } from '../../local/faults.ts';
import { startKinesis } from '../../local/services/kinesis/service.ts';
import { kinesisEventStream } from './kinesis-event-stream.ts';

const stops: (() => Promise<unknown> | void)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

/** A way to `url` whose connections go silent when told to, as behind a NAT or after a freeze; new ones are served. */
async function silencingProxy(url: string) {
  const connections: net.Socket[] = [];
  const silent = new Set<net.Socket>();
  const proxy = net.createServer((near) => {
    connections.push(near);
    const far = net.connect(Number(new URL(url).port), '127.0.0.1');
    const close = () => [near, far].forEach((socket) => socket.destroy());
    for (const [from, to] of [[near, far], [far, near]] as const) {
      from.on('data', (data) => silent.has(near) || to.write(data)).on('error', close).on('close', close);
    }
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  stops.push(() => void proxy.close(), () => connections.forEach((socket) => socket.destroy()));
  return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, connections, silence: () => connections.forEach((socket) => silent.add(socket)) };
}

it('puts again over a new connection when the one it has went silent', async () => {
  const kinesis = await startKinesis({ port: 0, clock: systemClock, faults: noFaults, region: 'us-east-1', accountId: '123456789012', settings: { createStreamMs: 0 } });
  stops.push(() => kinesis.stop());
  await kinesis.call('CreateStream', { StreamName: 'events', ShardCount: 1 });
  const proxy = await silencingProxy(kinesis.url);
  const client = new KinesisClient({ endpoint: proxy.url, region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' }, maxAttempts: 1, requestHandler: { disableConcurrentStreams: false } });
  stops.push(() => client.destroy());
  const stream = kinesisEventStream({ client, streamName: 'events', clock: systemClock, random: Math.random, log: { info: () => undefined, warn: () => undefined } });
  const put = async (budgetMs: number) => stream.put([{ partitionKey: 'k', data: Buffer.from('e') }], systemClock.now() + budgetMs);

  expect(await put(8_000)).toEqual([true]);
  expect(await put(8_000)).toEqual([true]);
  expect(proxy.connections).toHaveLength(1);

  proxy.silence();
  expect(await put(600)).toEqual([false]);
  expect(await put(8_000)).toEqual([true]);
  expect(proxy.connections).toHaveLength(2);
});
