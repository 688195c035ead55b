import { readdirSync, readFileSync } from 'node:fs';

/** Ticks a second of the times in /proc, on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/**
 * CPU seconds so far by kind of thread of a process, all its threads together under `all`; undefined where there is no
 * /proc. The threads of functions have their function's name, of which Linux keeps 15 characters.
 */
export function cpuSecondsByThread(pid: number): Record<string, number> | undefined {
  const seconds: Record<string, number> = {};
  let threads: string[];
  try {
    threads = readdirSync(`/proc/${pid}/task`);
    seconds['all'] = cpuSeconds(`/proc/${pid}/stat`);
  } catch {
    return undefined;
  }
  for (const thread of threads) {
    try {
      const kind = kindOf(readFileSync(`/proc/${pid}/task/${thread}/comm`, 'utf8').trim());
      seconds[kind] = (seconds[kind] ?? 0) + cpuSeconds(`/proc/${pid}/task/${thread}/stat`);
    } catch {
      // It ended after it was listed; what it used is in `all`.
    }
  }
  return seconds;
}

function cpuSeconds(statFile: string): number {
  const stat = readFileSync(statFile, 'utf8');
  // The name is in parentheses and may have blanks; user and system time are the 12th and 13th field behind it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

function kindOf(name: string): string {
  if (name === 'MainThread' || name === 'node') return 'main thread';
  if (/^(?:V8Worker|DelayedTask)/.test(name)) return 'V8 (compiler, garbage)';
  if (name.startsWith('libuv')) return 'file system';
  return name;
}
