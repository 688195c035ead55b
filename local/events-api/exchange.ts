import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

export interface Answer {
  status: number;
  retryAfterMs: number;
  body: string;
}

/** Above the 30 s after which the gateway itself answers. */
const TIMEOUT_MS = 35_000;
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

/** Posts JSON over kept connections, at most `maxSockets` at a time; `close` ends those that are idle. */
export function keepAlivePoster(url: URL, maxSockets: number): {
  /** Rejects when the connection is refused, lost or silent for 35 s. */
  post(body: string, headers: Record<string, string>): Promise<Answer>;
  close(): void;
} {
  const secure = url.protocol === 'https:';
  const agent = secure ? new HttpsAgent({ keepAlive: true, maxSockets }) : new HttpAgent({ keepAlive: true, maxSockets });
  const request = secure ? httpsRequest : httpRequest;
  return {
    post: (body, headers) =>
      new Promise((resolve, reject) => {
        const bytes = Buffer.from(body);
        const options = { method: 'POST', agent, timeout: TIMEOUT_MS, headers: { ...headers, 'content-type': 'application/json', 'content-length': bytes.length } };
        const sent = request(url, options, (response) => {
          const chunks: Buffer[] = [];
          let size = 0;
          response.on('data', (chunk: Buffer) => {
            size += chunk.length;
            if (size > MAX_ANSWER_BYTES) response.destroy(new Error(`an answer of more than ${MAX_ANSWER_BYTES} bytes`));
            else chunks.push(chunk);
          });
          response.on('error', reject);
          response.on('end', () => {
            const seconds = Number(response.headers['retry-after']);
            const retryAfterMs = seconds > 0 && seconds < 3600 ? seconds * 1000 : 0;
            resolve({ status: response.statusCode ?? 0, retryAfterMs, body: Buffer.concat(chunks).toString('utf8') });
          });
        });
        sent.on('timeout', () => sent.destroy(new Error(`no answer for ${TIMEOUT_MS / 1000} s`)));
        sent.on('error', reject);
        sent.end(bytes);
      }),
    close: () => agent.destroy(),
  };
}
