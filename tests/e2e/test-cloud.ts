import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Account } from '../../local/account/account.ts';
import { Bookkeeper } from '../../local/account/bookkeeper.ts';
import { systemClock } from '../../local/clock.ts';
import { startCloud, type Cloud, type CloudOptions } from '../../local/cloud.ts';
import { SOURCE_IP_HEADER } from '../../local/demo/driver.ts';
import { noFaults } from '../../local/faults.ts';
import { LOCAL_PARAMETERS } from '../../local/parameters.ts';

export const PROJECT = resolve(import.meta.dirname, '../..');

/** The project's template, running on free ports in a folder of its own. */
export interface TestCloud {
  cloud: Cloud;
  dataDir: string;
  /** Where every event is, as `npm start` prints it at its end. */
  account(): Promise<Account>;
  /** Stops it and removes its folder. */
  remove(): Promise<void>;
}

/** Starts the project's template as `npm start` does, without its demo shop. */
export async function startTestCloud(options: Partial<Pick<CloudOptions, 'parameters' | 'faults' | 'kinesisSettings'>> = {}): Promise<TestCloud> {
  const dataDir = await mkdtemp(join(tmpdir(), 'millrace-e2e-'));
  const removeFolder = (): Promise<void> => rm(dataDir, { recursive: true, force: true });
  const books = new Bookkeeper(dataDir, systemClock);
  try {
    const cloud = await startCloud({
      templateFile: join(PROJECT, 'template.yaml'),
      port: 0,
      dataDir,
      buildDir: join(dataDir, 'build'),
      clock: systemClock,
      faults: noFaults,
      sourceIpHeader: SOURCE_IP_HEADER,
      ...books.observers,
      ...options,
      // What waits for a full second buffer would only make a test slower.
      parameters: { ...LOCAL_PARAMETERS, LakeBufferIntervalSeconds: '1', ScoreBatchingWindowSeconds: '0', ...options.parameters },
    });
    return {
      cloud,
      dataDir,
      account: () => books.account(cloud),
      remove: async () => {
        await cloud.stop();
        await removeFolder();
      },
    };
  } catch (error) {
    await removeFolder();
    throw error;
  }
}
