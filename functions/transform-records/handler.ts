import { Logger } from '@aws-lambda-powertools/logger';
import type { Context, FirehoseTransformationEvent, FirehoseTransformationResult } from 'aws-lambda';
import { readConfig, text } from '../../core/config.ts';
import { crawlerMatcher } from '../../core/domain/crawlers.ts';
import { readCrawlerList } from '../../core/reference-data.ts';
import { run, type TransformDeps } from './run.ts';

const config = readConfig({ MILLRACE_ENVIRONMENT: text, REFERENCE_DATA_DIR: text }, process.env);
const log = new Logger();

const deps: TransformDeps = {
  environment: config.MILLRACE_ENVIRONMENT,
  isDeclaredCrawler: crawlerMatcher(readCrawlerList(config.REFERENCE_DATA_DIR)),
  clock: Date,
  log,
};

export const handler = async (event: FirehoseTransformationEvent, context: Context): Promise<FirehoseTransformationResult> => {
  log.addContext(context);
  return run(deps, event);
};
