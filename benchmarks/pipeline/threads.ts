import { readdirSync, readFileSync } from 'node:fs';

/** Ticks a second of the times in /proc, on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** How the names of the functions' threads begin, and the functions. */
const FUNCTION_THREADS = [
  ['millrace-Ingest', 'ingest-events'],
  ['millrace-ScoreE', 'score-events'],
  ['millrace-Transf', 'transform-records'],
] as const;

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

/** CPU seconds that all programs of the machine used so far; undefined where there is no /proc. */
export function machineCpuSeconds(): number | undefined {
  try {
    const [user, nice, system, , , irq, softIrq] = readFileSync('/proc/stat', 'utf8').split('\n', 1)[0]!.split(/ +/).slice(1).map(Number);
    return (user! + nice! + system! + irq! + softIrq!) / TICKS_PER_SECOND;
  } catch {
    return undefined;
  }
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
  const fn = FUNCTION_THREADS.find(([start]) => name.startsWith(start));
  if (fn) return fn[1];
  return name;
}
