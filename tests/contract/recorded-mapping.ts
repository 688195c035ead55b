/** `npm run conformance -- FILE`: replays recordings of AWS against the local event source mapping. */
import { readFileSync } from 'node:fs';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { UsageError } from '../../local/commands/errors.ts';
import { command } from '../../local/commands/options.ts';
import { runCommand } from '../../local/commands/run-command.ts';
import { ACCOUNT_ID, REGION, startWorld, type Scene, type World } from '../support/mapping-world.ts';
import { Placeholders } from './placeholders.ts';
import { NotUnderstood, understand, type RecordedCase, type UnderstoodCase } from './recorded-case.ts';

/** A case whose records have not all passed after so long, on the machine's time, is compared as it stands. */
const PATIENCE_MS = 60_000;

const spec = command({
  name: 'conformance',
  summary: 'Replays recorded event source mappings of AWS against the local one, and compares.',
  positionals: [{ name: 'FILE', help: 'JSON list of cases: name, mapping, records, function, observed' }],
  options: { speed: { type: 'number', value: 'N', default: 20, min: 1, max: 30, help: 'how many times as fast as the machine the clock runs' } },
  examples: [{ line: 'npm run conformance -- recorded.json', does: 'tells for each case whether the local mapping did the same' }],
  notes: 'A case that says what this command does not understand counts as failed. The exit code is 1 when any case failed.',
});

await runCommand(spec, async ({ positionals: [file = ''], options }) => {
  const cases = readCases(file);
  const understood = cases.map((recorded) => {
    try {
      return understand(recorded);
    } catch (error) {
      if (error instanceof NotUnderstood) return error;
      throw error;
    }
  });
  const sources = Object.fromEntries(understood.flatMap((one, index) => (one instanceof NotUnderstood ? [] : [[`Case${index}`, one.source]])));
  const world = await startWorld({ speed: options.speed, sources });
  let failed = 0;
  try {
    for (const [index, recorded] of cases.entries()) {
      const one = understood[index] as UnderstoodCase | NotUnderstood;
      const problems = one instanceof NotUnderstood ? [`not understood: ${one.message}`] : await replay(world, `Case${index}`, one, recorded);
      if (problems.length > 0) failed += 1;
      console.log([`${problems.length > 0 ? 'FAIL' : 'ok  '} ${recorded.name}`, ...problems.map((problem) => `     ${problem}`)].join('\n'));
    }
  } finally {
    await world.stop();
  }
  console.log(`${cases.length - failed} of ${cases.length} cases as recorded on AWS`);
  return failed > 0 ? 1 : 0;
});

function readCases(file: string): RecordedCase[] {
  try {
    const cases: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (Array.isArray(cases)) return cases as RecordedCase[];
  } catch (error) {
    throw new UsageError(`${file} is not a JSON file that can be read: ${(error as Error).message}`);
  }
  throw new UsageError(`${file}: expected a list of cases with name, mapping, records, function and observed`);
}

async function replay(world: World, functionLogicalId: string, one: UnderstoodCase, recorded: RecordedCase): Promise<string[]> {
  const isEarly = one.ageMs > 0;
  const scene = await world.scene(functionLogicalId, one.mapping, {
    shards: one.shards,
    ...(one.destination && { destination: one.destination }),
    ...(isEarly && { before: one.records, ageMs: one.ageMs }),
  });
  if (!isEarly) await scene.put(one.records);
  const isOver = await Promise.race([
    scene.drained().then(() => true),
    new Promise<boolean>((resolve) => setTimeout(() => resolve(false), PATIENCE_MS).unref()),
  ]);
  await scene.mapping.stop();

  const placeholders = new Placeholders();
  const problems: string[] = [];
  for (const [name, expected] of Object.entries(recorded.observed)) {
    const actual = await seen(world, scene, expected);
    problems.push(...(actual === undefined ? [`not understood: observed.${name}`] : placeholders.differences(comparable(expected), actual, name)));
  }
  return isOver ? problems : [...problems, `its records had not all passed after ${PATIENCE_MS / 1000} s`];
}

/** What was seen here in the form of a recorded observation, by its shape; undefined when the shape is unknown. */
async function seen(world: World, scene: Scene, expected: unknown): Promise<unknown> {
  const events = scene.deliveries.map(({ event }) => event);
  const isObject = typeof expected === 'object' && expected !== null;
  if (!isObject) return undefined;
  if (Array.isArray(expected)) return withAccount(events);
  if ('Messages' in expected) return withAccount(scene.failures().map((body) => body));
  if ('Records' in expected) return withAccount(events.flatMap(({ Records }) => Records));
  if ('KinesisBatchInfo' in expected) return withAccount((await failureObjects(world, scene))[0] ?? scene.failures()[0] ?? null);
  return undefined;
}

/** The part of an observation that the mapping decides: of messages their bodies, without SQS's own fields. */
function comparable(expected: unknown): unknown {
  if (Array.isArray(expected)) return expected;
  const { Messages, Records } = expected as { Messages?: { Body: unknown }[]; Records?: unknown };
  if (Messages) return Messages.map(({ Body }) => documentOf(Body));
  return Records ?? expected;
}

/** A body as JSON, as text, or inside the envelope of SNS. */
function documentOf(body: unknown): unknown {
  const document: unknown = typeof body === 'string' ? JSON.parse(body) : body;
  const { Type, Message } = document as { Type?: unknown; Message?: unknown };
  return Type === 'Notification' ? documentOf(Message) : document;
}

/** The recordings' account number in place of the local one. */
function withAccount(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).replaceAll(`:${ACCOUNT_ID}:`, ':111111111111:'));
}

async function failureObjects(world: World, { bucketName }: Scene): Promise<unknown[]> {
  const s3 = new S3Client({ endpoint: world.storageUrl, region: REGION, forcePathStyle: true, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } });
  try {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucketName }));
    return await Promise.all(
      Contents.map(async ({ Key }) => JSON.parse((await (await s3.send(new GetObjectCommand({ Bucket: bucketName, Key }))).Body?.transformToString()) ?? 'null')),
    );
  } catch {
    return [];
  } finally {
    s3.destroy();
  }
}
