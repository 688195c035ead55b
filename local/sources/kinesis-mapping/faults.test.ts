/** With crashes and duplicates by seed: every record is taken in the end, in the order of its key, and the tally agrees. */
import { afterAll, expect, test } from '@jest/globals';
import { startWorld, type World } from '../../../tests/support/mapping-world.ts';
import { seededFaults } from '../../faults.ts';

const faults = seededFaults(7, { throttle: 0, lostResponse: 0, crash: 0.3, duplicate: 0.2 });
let world: World | undefined;
afterAll(() => world?.stop());

test('crashes before, during and after the handler, and duplicates, lose nothing and break no order', async () => {
  world = await startWorld({
    speed: 20,
    faults,
    sources: { Works: `export const handler = async () => { await new Promise((resolve) => setTimeout(resolve, 2)); return null; };` },
  });
  const passed = { processed: 0, repeated: 0, discarded: 0, filtered: 0 };
  const records = Array.from({ length: 200 }, (_, index) => ({ key: `key-${index % 5}`, data: `${index % 5}:${index}` }));
  const scene = await world.scene('Works', { batchSize: 10, parallelizationFactor: 2 }, {
    faults, before: records, observer: { onProgress: ({ outcome, records: { length } }) => void (passed[outcome] += length) },
  });
  await scene.drained();

  const taken = scene.deliveries.filter(({ invocation }) => invocation && !invocation.functionError)
    .flatMap(({ event }) => event.Records.map(({ kinesis }) => Buffer.from(kinesis.data, 'base64').toString()));
  const firstTimes = [...new Set(taken)];
  for (let key = 0; key < 5; key++) {
    const ofKey = (text: string) => text.startsWith(`${key}:`);
    expect(firstTimes.filter(ofKey)).toEqual(records.map(({ data }) => data).filter(ofKey));
  }
  expect(passed).toEqual({ processed: 200, repeated: taken.length - 200, discarded: 0, filtered: 0 });
  expect(scene.deliveries.filter(({ invocation }) => invocation?.functionError).length).toBeGreaterThan(0);
  expect(passed.repeated).toBeGreaterThan(0);
});
