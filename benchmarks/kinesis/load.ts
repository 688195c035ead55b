import { connect } from 'node:net';
import type { Socket } from 'node:net';

/** One way to put records. */
export interface Load {
  name: string;
  operation: 'PutRecord' | 'PutRecords';
  recordsPerCall: number;
  inFlight: number;
}

const EVENT_BYTES = 400;
const KEYS = 1000;
const HEAD_END = '\r\n\r\n';

/**
 * One kept-alive HTTP/1.1 connection that has one call in flight. It writes ready-made bytes and reads a length:
 * the SDK's cost, or node:http's, would hide the server's.
 */
export class RawConnection {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #settle: { resolve: (body: string) => void; reject: (error: Error) => void } | undefined;

  constructor(url: string) {
    const { hostname, port } = new URL(url);
    this.#socket = connect({ host: hostname, port: Number(port), noDelay: true });
    this.#socket.on('data', (chunk) => this.#take(chunk));
    this.#socket.on('error', (error) => this.#settle?.reject(error));
  }

  /** Sends a whole request; rejects when the answer is neither 200 nor 202. */
  send(request: Buffer): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const head = this.#received.indexOf(HEAD_END);
    if (head === -1) return;
    const headers = this.#received.toString('latin1', 0, head);
    const length = Number(/content-length: (\d+)/i.exec(headers)?.[1]);
    const start = head + HEAD_END.length;
    if (this.#received.length < start + length) return;
    const body = this.#received.toString('utf8', start, start + length);
    this.#received = this.#received.subarray(start + length);
    if (/^HTTP\/1\.1 20[02]/.test(headers)) this.#settle!.resolve(body);
    else this.#settle!.reject(new Error(`expected 200 or 202, received ${headers.slice(0, 12)}: ${body.slice(0, 200)}`));
  }
}

/** A call as bytes. */
export function requestBytes(operation: string, input: object): Buffer {
  const body = JSON.stringify(input);
  const head = [
    'POST / HTTP/1.1',
    'host: 127.0.0.1',
    'content-type: application/x-amz-json-1.1',
    `content-length: ${Buffer.byteLength(body)}`,
    `x-amz-target: Kinesis_20131202.${operation}`,
    // kinesis-local wants to see these, and checks neither.
    'authorization: AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/kinesis/aws4_request, SignedHeaders=host, Signature=0',
    'x-amz-date: 20260101T000000Z',
  ];
  return Buffer.from(`${head.join('\r\n')}${HEAD_END}${body}`);
}

/** Puts for `seconds` and returns the records a second that the server took. */
export async function measure(url: string, load: Load, seconds: number): Promise<number> {
  const data = Buffer.alloc(EVENT_BYTES, '{"event_type":"page_view"}').toString('base64');
  const requests = Array.from({ length: 20 }, (_, request) => {
    const entries = Array.from({ length: load.recordsPerCall }, (__, index) => ({ Data: data, PartitionKey: `visitor-${(request * load.recordsPerCall + index) % KEYS}` }));
    return requestBytes(load.operation, load.operation === 'PutRecord' ? { StreamName: 'bench', ...entries[0] } : { StreamName: 'bench', Records: entries });
  });
  const connections = Array.from({ length: load.inFlight }, () => new RawConnection(url));
  const started = performance.now();
  const end = started + seconds * 1000;
  let calls = 0;
  await Promise.all(
    connections.map(async (connection) => {
      while (performance.now() < end) {
        await connection.send(requests[calls % requests.length]!);
        calls++;
      }
    }),
  );
  const elapsedMs = performance.now() - started;
  for (const connection of connections) connection.close();
  return (calls * load.recordsPerCall * 1000) / elapsedMs;
}
