import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { KinesisService } from '../../local/services/kinesis/service.ts';
import { activeStream, manualClock, startTestKinesis } from '../support/kinesis-service.ts';
import { rawTemplate } from '../support/raw-template.ts';
import { ROOT } from '../support/source-files.ts';

const STREAM = 'millrace-EventStream-1';
/** Milliseconds of the clock below that a split takes. */
const STEP_MS = 60_000;
/** Remaining time of an invocation, in milliseconds: too short to wait in, and long enough. */
const SHORT_MS = 5_000;
const LONG_MS = 60_000;

interface Answer {
  Status: string;
  Reason?: string;
  Data?: { ShardCount: number };
}

/** The template's inline code, run as Lambda would against the local Kinesis and a CloudFormation that names the stream. */
describe('the reader of the shard count', () => {
  let kinesis: KinesisService;
  let code: string;
  const clock = manualClock();
  const answers: Answer[] = [];
  const server = createServer((request, response) => {
    void respond(request).then((body) => response.setHeader('content-type', 'text/xml').end(body));
  });

  /** Takes the answer by PUT, as the ResponseURL does; a POST is DescribeStackResource. */
  async function respond(request: IncomingMessage): Promise<string> {
    const body = await text(request);
    if (request.method === 'PUT') answers.push(JSON.parse(body) as Answer);
    return `<DescribeStackResourceResponse><DescribeStackResourceResult><StackResourceDetail><ResourceStatus>UPDATE_COMPLETE</ResourceStatus><PhysicalResourceId>${STREAM}</PhysicalResourceId></StackResourceDetail></DescribeStackResourceResult></DescribeStackResourceResponse>`;
  }

  async function read(remainingMs: number): Promise<Answer | undefined> {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const child = spawn(process.execPath, [join(ROOT, 'tests/template/read-shard-count.mjs'), code, String(remainingMs)], {
      env: {
        PATH: process.env.PATH, AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'testing', AWS_SECRET_ACCESS_KEY: 'testing',
        AWS_ENDPOINT_URL_KINESIS: kinesis.url, AWS_ENDPOINT_URL_CLOUDFORMATION: url,
      },
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    child.stdin.end(JSON.stringify({
      RequestType: 'Update', ResponseURL: url, StackId: 'stack', RequestId: 'request', LogicalResourceId: 'CurrentShardCount',
      ResourceProperties: { StackName: 'millrace', StreamLogicalId: 'EventStream', ShardCount: '7' },
    }));
    expect(await once(child, 'exit')).toEqual([0, null]);
    return answers.pop();
  }

  beforeAll(async () => {
    code = join(mkdtempSync(join(tmpdir(), 'millrace-shard-count-')), 'index.cjs');
    writeFileSync(code, rawTemplate().Resources.ReadShardCountFunction.Properties.Code.ZipFile);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    kinesis = await startTestKinesis({ clock, settings: { updateShardCountStepMs: STEP_MS } });
    await activeStream(kinesis, STREAM);
  });

  afterAll(async () => {
    await kinesis.stop();
    server.close();
  });

  test('answers with the open shards of a stream that is ACTIVE, whatever the parameter says', async () => {
    expect(await read(SHORT_MS)).toMatchObject({ Status: 'SUCCESS', Data: { ShardCount: 1 } });
  });

  test('fails while the stream is resharded and its own time runs out', async () => {
    await kinesis.call('UpdateShardCount', { StreamName: STREAM, TargetShardCount: 2, ScalingType: 'UNIFORM_SCALING' });
    const answer = await read(SHORT_MS);
    expect(answer?.Status).toBe('FAILED');
    expect(answer?.Reason).toContain(`${STREAM} is UPDATING, and its count is in between; deploy again when it is ACTIVE`);
  });

  test('waits for the end of the resharding while it has time', async () => {
    const answer = read(LONG_MS);
    await once(server, 'request');
    // It has asked for the stream's name. Time for its first look at the stream, which is UPDATING then.
    await delay(500);
    await clock.advance(STEP_MS);
    expect(await answer).toMatchObject({ Status: 'SUCCESS', Data: { ShardCount: 2 } });
  });
});
