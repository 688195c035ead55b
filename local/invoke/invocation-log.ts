import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** One invocation, for the log. Times in milliseconds. */
export interface LoggedInvocation {
  requestId: string;
  lines: string[];
  durationMs: number;
  /** undefined for a warm start. */
  initMs: number | undefined;
  memoryMb: number;
  heapBytes: number;
}

export interface InvocationLog {
  write(invocation: LoggedInvocation): void;
  close(): void;
}

/** Appends to `<logDir>/<functionLogicalId>.log` what Lambda would send to CloudWatch Logs: START, the lines, END, REPORT. */
export function openLog(logDir: string, functionLogicalId: string): InvocationLog {
  mkdirSync(logDir, { recursive: true });
  const file = openSync(join(logDir, `${functionLogicalId}.log`), 'a');
  return {
    write: (invocation) => void writeSync(file, `${logLines(invocation).join('\n')}\n`),
    close: () => closeSync(file),
  };
}

/** Lambda's own lines around the function's. Memory used is the JavaScript heap's, since threads share the process. */
export function logLines({ requestId, lines, durationMs, initMs, memoryMb, heapBytes }: LoggedInvocation): string[] {
  const report = [
    `REPORT RequestId: ${requestId}`,
    `Duration: ${durationMs.toFixed(2)} ms`,
    `Billed Duration: ${Math.ceil(durationMs + (initMs ?? 0))} ms`,
    `Memory Size: ${memoryMb} MB`,
    `Max Memory Used: ${Math.ceil(heapBytes / 2 ** 20)} MB`,
    ...(initMs === undefined ? [] : [`Init Duration: ${initMs.toFixed(2)} ms`]),
  ];
  return [`START RequestId: ${requestId} Version: $LATEST`, ...lines, `END RequestId: ${requestId}`, `${report.join('\t')}\t`];
}
