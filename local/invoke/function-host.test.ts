import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { fixtureFunction, temporaryFolder } from '../../tests/support/fixture-function.ts';
import { systemClock } from '../clock.ts';
import { noFaults, type Faults } from '../faults.ts';
import type { LambdaFunction } from '../template/deployment.ts';
import { startFunctionHost, type FunctionHost, type FunctionHostOptions } from './function-host.ts';

const SOURCE = `
let invocations = 0;
export const handler = async (event: any, context: any) => {
  invocations += 1;
  switch (event.do) {
    case 'echo': return event.value;
    case 'count': return invocations;
    case 'undefined': return undefined;
    case 'environment': return process.env;
    case 'context': return { ...context, remaining: context.getRemainingTimeInMillis() };
    case 'throw': throw new TypeError('no such account');
    case 'throwText': throw 'plain text';
    case 'reject': Promise.reject(new Error('nobody waits')); return new Promise(() => undefined);
    case 'exit': process.exit(event.code);
    case 'hang': for (;;);
    case 'sleep': await new Promise((resolve) => setTimeout(resolve, event.ms)); return invocations;
    case 'hoard': { const all: string[][] = []; for (;;) all.push(Array.from({ length: 100_000 }, (_, i) => 'x' + i + all.length)); }
    case 'big': return 'x'.repeat(event.length);
    case 'circular': { const self: any = {}; self.self = self; return self; }
    case 'log':
      console.log('hello', { a: 1 });
      console.error('two\\nlines');
      process.stdout.write(JSON.stringify({ _aws: { Timestamp: 1, CloudWatchMetrics: [{ Namespace: 'Millrace', Dimensions: [['code']], Metrics: [{ Name: 'EventsQuarantined', Unit: 'Count' }] }] }, code: 'bad_json', EventsQuarantined: 3 }) + '\\n');
      return 'logged';
    case 'layer': return (await import('node:fs')).readFileSync(process.env.REFERENCE_DATA_DIR + '/names.txt', 'utf8');
    case 'calls':
      for (let call = 0; call < event.times; call++) await fetch(process.env.AWS_ENDPOINT_URL_S3 + '/' + call);
      return 'called';
  }
};
`;

const folder = temporaryFolder();
let host: FunctionHost;
let server: Server;
let requests = 0;

const start = (functions: LambdaFunction[], more: Partial<FunctionHostOptions> = {}): Promise<FunctionHost> =>
  startFunctionHost({
    functions,
    endpoints: { s3: `http://127.0.0.1:${(server.address() as AddressInfo).port}` },
    clock: systemClock,
    faults: noFaults,
    buildDir: join(folder.dir, `build-${Math.random()}`),
    region: 'eu-west-1',
    ...more,
  });

/** Strikes every invocation at one moment: 0 before the handler, 0.25 after some ms, 0.5 at a call, 0.75 before the answer. */
const crashingAt = (moment: number, extent: number): Faults => {
  const answers = [moment, extent];
  return { strikes: (kind) => kind === 'crash' && answers.length === 2, fraction: () => answers.shift() ?? 0 };
};

beforeAll(async () => {
  server = createServer((_request, response) => {
    requests += 1;
    response.end('ok');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  for (const [layer, text] of [['one', 'first'], ['two', 'second']] as const) {
    mkdirSync(join(folder.dir, layer, 'reference-data'), { recursive: true });
    writeFileSync(join(folder.dir, layer, 'reference-data', 'names.txt'), text);
  }
  mkdirSync(join(folder.dir, 'functions'));
  symlinkSync(join(import.meta.dirname, '../../node_modules'), join(folder.dir, 'node_modules'));
  host = await start(
    [
      fixtureFunction(folder.dir, 'Behave', SOURCE, {
        environment: { STAGE: 'test', REFERENCE_DATA_DIR: '/opt/reference-data' },
        layerDirs: [join(folder.dir, 'one'), join(folder.dir, 'two')],
      }),
      fixtureFunction(folder.dir, 'Short', SOURCE, { timeoutSeconds: 1 }),
      // Filling the memory takes a loaded machine its time.
      fixtureFunction(folder.dir, 'Patient', SOURCE, { timeoutSeconds: 300 }),
      fixtureFunction(folder.dir, 'Reserved', SOURCE, { reservedConcurrency: 1 }),
      fixtureFunction(folder.dir, 'NoHandler', 'export const other = 1;'),
      fixtureFunction(folder.dir, 'NoModule', `export const handler = require('not-there');`, {
        build: { EntryPoints: ['NoModule.ts'], External: ['not-there'] },
      }),
      fixtureFunction(folder.dir, 'BadScope', `throw new RangeError('EVENT_STREAM_NAME is missing'); export const handler = 1;`),
      fixtureFunction(folder.dir, 'BadName', SOURCE, { handler: 'handler' }),
      fixtureFunction(folder.dir, 'Callback', `export const handler = (event, context, callback) => callback(null, event.value);`),
      fixtureFunction(folder.dir, 'OldCallback', `export const handler = (event, context, callback) => { setTimeout(() => callback(event.fail ? new Error('no') : null, event.value), 5); };`, { runtime: 'nodejs22.x' }),
      fixtureFunction(folder.dir, 'Module', `await Promise.resolve(); export const handler = async () => import.meta.url.slice(-10);`, {
        build: { EntryPoints: ['Module.ts'], Target: 'es2024', Format: 'esm', OutExtension: ['.js=.mjs'] },
      }),
      fixtureFunction(join(folder.dir, 'functions'), 'Sdk', `import { S3Client } from '@aws-sdk/client-s3'; export const handler = async () => typeof S3Client;`, {
        build: { EntryPoints: ['Sdk.ts'], External: ['@aws-sdk/*'] },
      }),
    ],
    { logDir: join(folder.dir, 'logs') },
  );
}, 60_000);

afterAll(async () => {
  await host?.stop();
  server.close();
  folder.remove();
});

describe('answers', () => {
  test('the handler gets the event and its return value comes back', async () => {
    const invocation = await host.invoke('Behave', { do: 'echo', value: { nested: ['é', 1, null] } });
    expect(invocation).toMatchObject({ payload: { nested: ['é', 1, null] }, functionError: undefined });
    expect(invocation.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('undefined comes back as null', async () => {
    expect((await host.invoke('Behave', { do: 'undefined' })).payload).toBeNull();
  });

  test('an ES module with top-level await runs', async () => {
    expect((await host.invoke('Module', {})).payload).toBe('Module.mjs');
  });

  test('an external package is found among the packages of the code or of a folder above it', async () => {
    expect((await host.invoke('Sdk', {})).payload).toBe('function');
  });

  test('a callback answers on Node 22, and Node 24 refuses the handler as Lambda does', async () => {
    expect((await host.invoke('OldCallback', { value: 7 })).payload).toBe(7);
    expect((await host.invoke('OldCallback', { fail: true })).payload).toMatchObject({ errorType: 'Error', errorMessage: 'no' });
    expect((await host.invoke('Callback', {})).payload).toMatchObject({ errorType: 'Runtime.CallbackHandlerDeprecated' });
  });

  test('an unknown function is refused by name', async () => {
    await expect(host.invoke('Nobody', {})).rejects.toMatchObject({ name: 'ResourceNotFoundException', statusCode: 404 });
  });
});

describe('environment', () => {
  test('it holds what the template declares and what Lambda sets, and nothing of the shell', async () => {
    process.env['MILLRACE_SECRET_OF_THE_SHELL'] = 'x';
    const { payload } = await host.invoke('Behave', { do: 'environment' });
    delete process.env['MILLRACE_SECRET_OF_THE_SHELL'];
    expect(payload).toMatchObject({
      STAGE: 'test',
      AWS_LAMBDA_FUNCTION_NAME: 'millrace-Behave',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
      AWS_REGION: 'eu-west-1',
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      _HANDLER: 'Behave.handler',
      TZ: ':UTC',
      AWS_ENDPOINT_URL_S3: expect.stringMatching(/^http:\/\/127\.0\.0\.1:/),
    });
    expect(Object.keys(payload as object)).not.toEqual(expect.arrayContaining(['MILLRACE_SECRET_OF_THE_SHELL']));
    expect(Object.keys(payload as object)).not.toEqual(expect.arrayContaining(['PATH']));
    expect(Object.keys(payload as object)).not.toEqual(expect.arrayContaining(['HOME']));
  });

  test('the context tells what the function is and how much time is left', async () => {
    const { payload, requestId } = await host.invoke('Behave', { do: 'context' });
    expect(payload).toMatchObject({
      awsRequestId: requestId,
      functionName: 'millrace-Behave',
      functionVersion: '$LATEST',
      invokedFunctionArn: 'arn:aws:lambda:eu-west-1:000000000000:function:millrace-Behave',
      memoryLimitInMB: '128',
      logGroupName: '/aws/lambda/millrace-Behave',
      logStreamName: expect.stringMatching(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/),
      callbackWaitsForEmptyEventLoop: true,
    });
    const { remaining } = payload as { remaining: number };
    expect(remaining).toBeGreaterThan(10_000);
    expect(remaining).toBeLessThanOrEqual(20_000);
  });

  test('layers lie over each other, the later one on top, behind values that start with /opt/', async () => {
    expect((await host.invoke('Behave', { do: 'layer' })).payload).toBe('second');
  });
});

describe('failures', () => {
  const cases: [name: string, fn: string, event: object, expected: object][] = [
    ['a thrown error', 'Behave', { do: 'throw' }, { errorType: 'TypeError', errorMessage: 'no such account', trace: expect.arrayContaining(['TypeError: no such account']) }],
    ['a thrown text', 'Behave', { do: 'throwText' }, { errorType: 'string', errorMessage: 'plain text', trace: [] }],
    ['a rejection nobody handles', 'Behave', { do: 'reject' }, { errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: 'Error: nobody waits' }],
    ['process.exit(3)', 'Behave', { do: 'exit', code: 3 }, { errorType: 'Runtime.ExitError', errorMessage: expect.stringMatching(/^RequestId: [0-9a-f-]{36} Error: Runtime exited with error: exit status 3$/) }],
    ['process.exit(0)', 'Behave', { do: 'exit', code: 0 }, { errorType: 'Runtime.ExitError', errorMessage: expect.stringMatching(/Runtime exited without providing a reason$/) }],
    ['an endless loop', 'Short', { do: 'hang' }, { errorType: 'Sandbox.Timedout', errorMessage: expect.stringMatching(/^RequestId: [0-9a-f-]{36} Error: Task timed out after 1\.00 seconds$/) }],
    ['memory that is used up', 'Patient', { do: 'hoard' }, { errorType: 'Runtime.OutOfMemory', errorMessage: expect.stringMatching(/signal: killed$/) }],
    ['an answer without JSON', 'Behave', { do: 'circular' }, { errorType: 'Runtime.JSONStringifyError', errorMessage: 'Unable to stringify response body' }],
    ['an answer above 6 MB', 'Behave', { do: 'big', length: 6_291_555 }, { errorType: 'Function.ResponseSizeTooLarge', errorMessage: 'Response payload size exceeded maximum allowed payload size (6291556 bytes).' }],
    ['a missing export', 'NoHandler', {}, { errorType: 'Runtime.HandlerNotFound', errorMessage: 'NoHandler.handler is undefined or not exported' }],
    ['a missing module', 'NoModule', {}, { errorType: 'Runtime.ImportModuleError', errorMessage: expect.stringMatching(/^Error: Cannot find module 'not-there'/) }],
    ['a module that throws', 'BadScope', {}, { errorType: 'RangeError', errorMessage: 'EVENT_STREAM_NAME is missing' }],
    ['a handler name without an export', 'BadName', {}, { errorType: 'Runtime.MalformedHandlerName', errorMessage: 'Bad handler' }],
  ];
  test.each(cases)('%s is answered with Lambda\'s error', async (_name, fn, event, expected) => {
    expect(await host.invoke(fn, event)).toMatchObject({ functionError: 'Unhandled', payload: expected });
  }, 120_000);

  test('the next invocation after each kind of end finds a working environment', async () => {
    for (const event of [{ do: 'throw' }, { do: 'exit', code: 1 }, { do: 'reject' }]) {
      await host.invoke('Behave', event);
      expect((await host.invoke('Behave', { do: 'echo', value: 'well' })).payload).toBe('well');
    }
  });

  test('an answer of exactly the limit passes, a request above it is refused', async () => {
    expect((await host.invoke('Behave', { do: 'big', length: 6_291_554 })).functionError).toBeUndefined();
    const event = { do: 'undefined', value: '' };
    event.value = 'x'.repeat(6_291_456 - JSON.stringify(event).length);
    expect((await host.invoke('Behave', event)).functionError).toBeUndefined();
    event.value += 'x';
    await expect(host.invoke('Behave', event)).rejects.toMatchObject({ name: 'RequestEntityTooLargeException', statusCode: 413 });
  });
});

describe('starts', () => {
  test('an environment is reused when idle, and another starts when it is busy', async () => {
    const own = await start([fixtureFunction(folder.dir, 'Starts', SOURCE)]);
    const first = await own.invoke('Starts', { do: 'count' });
    const second = await own.invoke('Starts', { do: 'count' });
    expect([first.coldStart, first.payload, second.coldStart, second.payload]).toEqual([true, 1, false, 2]);
    const both = await Promise.all([own.invoke('Starts', { do: 'sleep', ms: 200 }), own.invoke('Starts', { do: 'sleep', ms: 200 })]);
    expect(both.map(({ coldStart }) => coldStart)).toEqual([false, true]);
    expect(own.environments('Starts')).toBe(2);
    await own.stop();
  });

  test("the code that an environment compiled is kept for the next one", async () => {
    const buildDir = join(folder.dir, 'build-kept');
    const own = await start([fixtureFunction(folder.dir, 'Kept', SOURCE)], { buildDir });
    await own.invoke('Kept', { do: 'count' });
    const keptFiles = () => readdirSync(join(buildDir, 'compile-cache'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    while (keptFiles().length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    await own.stop();
    expect(keptFiles()).not.toEqual([]);
  });

  test('idle environments end', async () => {
    const own = await start([fixtureFunction(folder.dir, 'Idle', SOURCE)], { idleMs: 50 });
    await own.invoke('Idle', { do: 'count' });
    while (own.environments('Idle') > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    expect((await own.invoke('Idle', { do: 'count' })).coldStart).toBe(true);
    await own.stop();
  });

  test('above its reserved concurrency an invocation is refused as throttled', async () => {
    const running = host.invoke('Reserved', { do: 'sleep', ms: 100 });
    await expect(host.invoke('Reserved', { do: 'count' })).rejects.toMatchObject({ name: 'TooManyRequestsException', statusCode: 429 });
    await running;
    expect((await host.invoke('Reserved', { do: 'echo', value: 1 })).payload).toBe(1);
  });

  test('with all its threads busy an invocation waits', async () => {
    const own = await start([fixtureFunction(folder.dir, 'Waits', SOURCE)], { environmentsPerFunction: 1 });
    const all = await Promise.all([1, 2, 3].map(() => own.invoke('Waits', { do: 'sleep', ms: 20 })));
    expect(all.map(({ payload }) => payload)).toEqual([1, 2, 3]);
    await own.stop();
  });
});

describe('logs', () => {
  test('console lines carry time, request id and level; metrics are read from embedded documents', async () => {
    const { logs, metrics, requestId } = await host.invoke('Behave', { do: 'log' });
    expect(logs.slice(0, 2).map((line) => line.split('\t').slice(1))).toEqual([
      [requestId, 'INFO', 'hello { a: 1 }'],
      [requestId, 'ERROR', 'two\rlines'],
    ]);
    expect(metrics).toEqual([{ namespace: 'Millrace', name: 'EventsQuarantined', dimensions: { code: 'bad_json' }, unit: 'Count', values: [3] }]);
  });

  test('the log file has START, the lines, END and REPORT', async () => {
    const { requestId } = await host.invoke('Short', { do: 'log' });
    const lines = readFileSync(join(folder.dir, 'logs', 'Short.log'), 'utf8').split('\n');
    const from = lines.indexOf(`START RequestId: ${requestId} Version: $LATEST`);
    expect(lines[from + 4]).toBe(`END RequestId: ${requestId}`);
    expect(lines[from + 5]).toMatch(/^REPORT RequestId: \S+\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\tMax Memory Used: \d+ MB\t/);
  });
});

describe('crashes on purpose', () => {
  test.each([
    ['before the handler', 0, 0, 0],
    ['before its third call', 0.5, 2 / 12, 2],
    ['after its effects, before its answer', 0.75, 0, 5],
    ['at a moment that comes after the end', 0.25, 0.999, 5],
  ])('%s', async (_name, moment, extent, madeCalls) => {
    const own = await start([fixtureFunction(folder.dir, 'Crash', SOURCE)], { faults: crashingAt(moment, extent) });
    requests = 0;
    const crashed = await own.invoke('Crash', { do: 'calls', times: 5 });
    expect(crashed).toMatchObject({ functionError: 'Unhandled', payload: { errorType: 'Runtime.ExitError', errorMessage: expect.stringMatching(/signal: killed$/) } });
    expect(moment === 0.25 || requests === madeCalls).toBe(true);
    expect(await own.invoke('Crash', { do: 'echo', value: 1 })).toMatchObject({ payload: 1, coldStart: true });
    await own.stop();
  });
});
