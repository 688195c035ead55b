/** A key whose records fail, and the lanes beside it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { temporaryFolder } from '../../../tests/support/fixture-function.ts';
import { startWorld, type Scene, type World } from '../../../tests/support/mapping-world.ts';

const folder = temporaryFolder();
/** A file that lets StuckUntilReleased go on. */
const RELEASE = join(folder.dir, 'release');
const SOURCES = {
  StuckUntilReleased: `import { existsSync } from 'node:fs';
  export const handler = async (event: any) => {
    if (event.Records.some(({ kinesis }: any) => kinesis.partitionKey === 'stuck') && !existsSync(${JSON.stringify(RELEASE)})) throw new Error('stuck');
  };`,
};

let world: World;
beforeAll(async () => {
  world = await startWorld({ speed: 20, sources: SOURCES });
}, 120_000);
afterAll(async () => {
  await world?.stop();
  folder.remove();
});

/** Puts 500 records each 0.6 s of the clock, which one shard takes; returns how many it took. */
async function putOverTime(scene: Scene, data: string[]): Promise<number> {
  let taken = 0;
  for (let first = 0; first < data.length; first += 500) {
    const Records = data.slice(first, first + 500).map((text, index) => ({ PartitionKey: `key-${index % 50}`, Data: Buffer.from(text).toString('base64') }));
    await world.clock.sleep(600);
    taken += Records.length - (await world.kinesis.call('PutRecords', { StreamName: scene.streamName, Records })).FailedRecordCount;
  }
  return taken;
}

test('reading waits when lanes are 10,000 records ahead of one that fails, and goes on when it passes', async () => {
  const checkpointDir = join(folder.dir, 'checkpoints');
  const checkpoint = () => JSON.parse(readFileSync(join(checkpointDir, 'Stream', 'shardId-000000000000.json'), 'utf8'));
  const scene = await world.scene('StuckUntilReleased', { batchSize: 1_000, parallelizationFactor: 10 }, { before: [{ key: 'stuck', data: 'stuck' }], checkpointDir });
  await scene.until(() => scene.deliveries.length > 0);
  const put = Array.from({ length: 26_000 }, (_, index) => `r${index}`);
  expect(await putOverTime(scene, put)).toBe(put.length);
  const taken = () => new Set(scene.deliveries.filter(({ invocation }) => invocation && !invocation.functionError).flatMap(({ event }) => event.Records.map(({ eventID }) => eventID))).size;
  await scene.until(() => taken() >= 10_000);
  await world.clock.sleep(20_000);
  const held = taken();
  // One answer of GetRecords, 10,000 at most, comes on top.
  expect(held).toBeLessThan(20_000);
  const { position, ahead } = checkpoint();
  expect([position, ahead.length]).toEqual([undefined, held]);

  writeFileSync(RELEASE, '');
  await scene.until(() => taken() === put.length + 1);
  await scene.drained();
  expect(checkpoint().ahead).toEqual([]);
}, 120_000);
