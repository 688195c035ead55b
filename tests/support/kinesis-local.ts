import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** The package kinesis-local (MIT), a Kinesis written independently of ours, in a process of its own. */
export interface KinesisLocal {
  url: string;
  stop(): Promise<void>;
}

/** Starts it with stream operations that take `operationMs`; it is ready when this resolves. */
export async function startKinesisLocal({ operationMs = 100 } = {}): Promise<KinesisLocal> {
  const main = createRequire(import.meta.url).resolve('kinesis-local/main.js');
  const port = await freePort();
  const duration = `${operationMs}ms`;
  const operations = ['CREATE_STREAM', 'DELETE_STREAM', 'REGISTER_STREAM_CONSUMER', 'DEREGISTER_STREAM_CONSUMER', 'START_STREAM_ENCRYPTION', 'STOP_STREAM_ENCRYPTION', 'MERGE_SHARDS', 'SPLIT_SHARD', 'UPDATE_SHARD_COUNT', 'UPDATE_STREAM_MODE'];
  const child = spawn(process.execPath, [main], {
    // It looks for its certificate in the working directory.
    cwd: dirname(main),
    env: {
      ...process.env,
      ...Object.fromEntries(operations.map((name) => [`${name}_DURATION`, duration])),
      KINESIS_MOCK_PLAIN_PORT: String(port),
      KINESIS_MOCK_TLS_PORT: String(await freePort()),
      LOG_LEVEL: 'ERROR',
      SHARD_LIMIT: '1000',
    },
    stdio: 'ignore',
  });
  const exited = once(child, 'exit');
  const url = `http://127.0.0.1:${port}`;
  for (let ready = false; !ready; ) {
    if (child.exitCode !== null) throw new Error(`kinesis-local: expected it to serve ${url}, but it ended with code ${child.exitCode}.`);
    await delay(50);
    ready = await fetch(`${url}/healthcheck`).then((answer) => answer.ok, () => false);
  }
  return {
    url,
    async stop() {
      child.kill();
      await exited;
    },
  };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
