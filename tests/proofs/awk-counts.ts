import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { isbot } from 'isbot';

const run = promisify(execFile);

/** Output of awk over a log may be large; the proof's own limit, in bytes. */
const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;

/** Lines by group, as `group<TAB>count` says them. */
export type Counts = Map<string, number>;

export interface AwkReading {
  lines: number;
  /** Of agents that declare themselves crawlers. */
  droppedLines: number;
  /** Of the other agents. */
  byPath: Counts;
  byStatus: Counts;
  /** Groups such as `17/May/2015:10`, in the log's own zone. */
  byHour: Counts;
  /** Groups are agents as they are written in the log. */
  byAgent: Counts;
  /** Lines whose zone is not UTC, so that their hours cannot be compared. */
  otherZones: number;
}

const AGENTS = `BEGIN { FS = "\\"" } { agents[$6] } END { for (agent in agents) print agent }`;

/** Reads a combined log by its quotes; the first file lists dropped agents, one a line. */
const COUNTS = `
BEGIN { FS = "\\"" }
FILENAME == ARGV[1] { dropped[$0]; next }
{
  total++
  if ($1 !~ / \\+0000\\] $/) zones++
  if ($6 in dropped) { crawled++; next }
  split($2, request, " "); path = request[2]; sub(/\\?.*/, "", path)
  split($3, answer, " ")
  hour = substr($1, index($1, "[") + 1, 14)
  paths[path]++; statuses[answer[1]]++; hours[hour]++; agents[$6]++
}
END {
  print "lines\\t\\t" total + 0; print "crawled\\t\\t" crawled + 0; print "zones\\t\\t" zones + 0
  for (path in paths) print "path\\t" path "\\t" paths[path]
  for (status in statuses) print "status\\t" status "\\t" statuses[status]
  for (hour in hours) print "hour\\t" hour "\\t" hours[hour]
  for (agent in agents) print "agent\\t" agent "\\t" agents[agent]
}`;

/**
 * Counts an unpacked combined log by awk alone, without the lines of agents that declare themselves crawlers: those that
 * npm's `isbot` names, but for plain HTTP clients. `folder` is for its own files. Nothing of Millrace has a part in it.
 */
export async function countByAwk(log: string, folder: string): Promise<AwkReading> {
  const agents = (await awk(AGENTS, log)).split('\n').slice(0, -1);
  const droppedFile = join(folder, 'dropped-agents');
  await writeFile(droppedFile, agents.filter(isCrawler).map((agent) => `${agent}\n`).join(''), 'latin1');
  const rows = (await awk(COUNTS, droppedFile, log)).split('\n').slice(0, -1).map((line) => line.split('\t'));
  const of = (kind: string): Counts => new Map(rows.filter((row) => row[0] === kind).map(([, group = '', count]) => [group, Number(count)]));
  return {
    lines: of('lines').get('') ?? 0,
    droppedLines: of('crawled').get('') ?? 0,
    otherZones: of('zones').get('') ?? 0,
    byPath: of('path'),
    byStatus: of('status'),
    byHour: of('hour'),
    byAgent: of('agent'),
  };
}

/** `-` is no agent, and a library or a tool for HTTP requests may be anybody's. */
function isCrawler(agent: string): boolean {
  const isPlainClient = /^(curl|wget|python-urllib|python-requests|lwp::simple|libwww-perl|ruby|java|go-http-client|okhttp)([/ ]|$)/i.test(agent);
  return agent !== '-' && agent !== '' && isbot(agent) && !(isPlainClient && !/bot|crawl|spider|https?:/i.test(agent));
}

/** Bytes stay bytes: the log is read as a character a byte, by awk and here. */
async function awk(program: string, ...files: string[]): Promise<string> {
  const { stdout } = await run('awk', [program, ...files], { encoding: 'latin1', maxBuffer: MAX_OUTPUT_BYTES, env: { ...process.env, LC_ALL: 'C' } });
  return stdout;
}
