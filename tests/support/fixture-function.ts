import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LambdaFunction } from '../../local/template/deployment.ts';

/** A temporary folder, and its removal. */
export function temporaryFolder(): { dir: string; remove(): void } {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-'));
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

/** A function resource whose TypeScript source is written to `dir`, as a template with default settings would declare it. */
export function fixtureFunction(dir: string, logicalId: string, source: string, overrides: Partial<LambdaFunction> = {}): LambdaFunction {
  writeFileSync(join(dir, `${logicalId}.ts`), source);
  return {
    logicalId,
    name: `millrace-${logicalId}`,
    arn: `arn:aws:lambda:eu-west-1:000000000000:function:millrace-${logicalId}`,
    runtime: 'nodejs24.x',
    codeDir: dir,
    handler: `${logicalId}.handler`,
    build: { EntryPoints: [`${logicalId}.ts`], Target: 'es2024' },
    environment: {},
    timeoutSeconds: 20,
    memoryMb: 128,
    reservedConcurrency: undefined,
    layerDirs: [],
    roleArn: `arn:aws:iam::000000000000:role/millrace-${logicalId}Role`,
    logGroupName: `/aws/lambda/millrace-${logicalId}`,
    ...overrides,
  };
}
