import { delimiter, dirname, join } from 'node:path';
import type { LambdaFunction } from '../template/deployment.ts';
import type { BuiltFunction } from './build.ts';

/** What all functions of a host share. */
export interface HostSettings {
  region: string;
  /** Base URLs by service; each becomes AWS_ENDPOINT_URL_<SERVICE>. */
  endpoints: Record<string, string>;
  /** A path at which nothing lies. */
  nowhere: string;
}

/**
 * The whole environment of a function: what its resource declares, what Lambda sets ("Defined runtime environment
 * variables"), and where the local services are. Nothing of the developer's own environment gets in.
 * Values that start with /opt/ point into the merged layers.
 */
export function functionEnvironment(
  fn: LambdaFunction,
  built: BuiltFunction,
  settings: HostSettings,
  logStreamName: string,
): Record<string, string> {
  const opt = built.optDir ?? settings.nowhere;
  const declared = Object.entries(fn.environment).map(([name, value]) => [
    name,
    value.startsWith('/opt/') ? join(opt, value.slice('/opt/'.length)) : value,
  ]);
  const endpoints = Object.entries(settings.endpoints).map(([service, url]) => [
    `AWS_ENDPOINT_URL_${service.toUpperCase()}`,
    url,
  ]);
  return {
    ...Object.fromEntries(endpoints),
    ...Object.fromEntries(declared),
    _HANDLER: fn.handler,
    TZ: ':UTC',
    LANG: 'en_US.UTF-8',
    AWS_REGION: settings.region,
    AWS_DEFAULT_REGION: settings.region,
    AWS_EXECUTION_ENV: `AWS_Lambda_${fn.runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: fn.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(fn.memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: fn.logGroupName,
    AWS_LAMBDA_LOG_STREAM_NAME: logStreamName,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_SESSION_TOKEN: 'local',
    // The SDK would otherwise read the developer's ~/.aws; a function on Lambda has no such files.
    AWS_CONFIG_FILE: settings.nowhere,
    AWS_SHARED_CREDENTIALS_FILE: settings.nowhere,
    LAMBDA_TASK_ROOT: built.taskRoot,
    LAMBDA_RUNTIME_DIR: settings.nowhere,
    // As on Lambda, layers come first; the code's own packages stand for those that the runtime brings (the SDK).
    NODE_PATH: [join(opt, 'nodejs', 'node_modules'), ...packageFolders(fn.codeDir)].join(delimiter),
    ...(fn.environment['NODE_OPTIONS'] ? { NODE_OPTIONS: fn.environment['NODE_OPTIONS'] } : {}),
  };
}

/** Where Node would look for packages from a folder, nearest first. */
function packageFolders(dir: string): string[] {
  const parent = dirname(dir);
  return [join(dir, 'node_modules'), ...(parent === dir ? [] : packageFolders(parent))];
}
