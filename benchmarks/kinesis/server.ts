import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { systemClock } from '../../local/clock.ts';
import { noFaults } from '../../local/faults.ts';
import { startKinesis } from '../../local/services/kinesis/service.ts';
import { startKinesisLocal } from '../../tests/support/kinesis-local.ts';

/**
 * One server in this process, its URL on the first line of standard output:
 * `millrace` (memory), `millrace-files DIR`, `floor` (parses the JSON and answers as many results), `kinesis-local`.
 */
const [variant, argument] = process.argv.slice(2);

if (variant === 'floor') {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const input = JSON.parse(Buffer.concat(chunks).toString() || '{}') as { Records?: unknown[] };
      const results = input.Records?.map(() => ({ SequenceNumber: '4'.repeat(56), ShardId: 'shardId-000000000000' }));
      response.end(JSON.stringify(results ? { FailedRecordCount: 0, Records: results } : { ShardId: 'shardId-000000000000' }));
    });
  });
  server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
} else if (variant === 'kinesis-local') {
  const peer = await startKinesisLocal();
  console.log(peer.url);
  await once(process, 'SIGTERM');
  await peer.stop();
} else {
  const unlimited = { writeRecordsPerSecond: Infinity, writeBytesPerSecond: Infinity, createStreamMs: 0 };
  const dataDir = variant === 'millrace-files' ? argument : undefined;
  const kinesis = await startKinesis({ port: 0, clock: systemClock, faults: noFaults, dataDir, region: 'us-east-1', accountId: '000000000000', settings: unlimited });
  console.log(kinesis.url);
  await once(process, 'SIGTERM');
  await kinesis.stop();
}
