import { randomUUID } from 'node:crypto';
import { DEMO_SERVER_KEY, DEMO_WRITE_KEY } from '../../local/parameters.ts';
import { seededRandom } from '../../local/random.ts';
import { RawConnection } from '../kinesis/load.ts';

/**
 * Posts requests of 20 events without pause, a fixed number in flight, until its parent process tells it to stop.
 * Arguments: URL, who an event of a request is of (`browser`: all of one visitor's, `server`: each of another's),
 * requests in flight. To the message `report` it answers a LoadReport.
 */
const [url = '', sender = 'browser', inFlight = '4'] = process.argv.slice(2);

/** What was posted so far. */
export interface LoadReport {
  accepted: number;
  refusedRequests: number;
  cpuSeconds: number;
  /** Of requests since the last report, in milliseconds. */
  latencies: number[];
}

const EVENTS_PER_REQUEST = 20;
const VISITORS = 5_000;
/** The n-th visitor comes n^-0.7 as often as the first: the busiest one sends 2 % of the events. */
const ZIPF_EXPONENT = 0.7;

const random = seededRandom(1);
const cumulative: number[] = [];
for (let rank = 1, sum = 0; rank <= VISITORS; rank++) cumulative.push((sum += rank ** -ZIPF_EXPONENT));

function drawVisitor(): number {
  const at = random() * cumulative.at(-1)!;
  let [low, high] = [0, VISITORS - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cumulative[middle]! < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

function event(visitor: number): object {
  const product = Math.floor(random() * 400);
  const base = {
    event_id: randomUUID(),
    event_time: new Date().toISOString(),
    anonymous_id: `visitor-${visitor}`,
    session_id: `session-${visitor}`,
    page: `https://shop.example/products/${product}?utm_source=newsletter`,
    referrer: 'https://shop.example/',
    ...(sender === 'server' && { ip: `192.0.2.${visitor % 256}`, user_agent: AGENT }),
  };
  const kind = random();
  if (kind < 0.7) return { ...base, event_type: 'page_view', properties: { title: `Product ${product}` } };
  const properties = { product_id: `p-${product}`, category: 'shoes', price_minor: 4900 + product, currency: 'EUR' };
  if (kind < 0.92) return { ...base, event_type: 'product_view', properties };
  return { ...base, event_type: 'add_to_cart', properties: { ...properties, quantity: 1 } };
}

const AGENT = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

function request(): Buffer {
  const visitor = drawVisitor();
  const events = Array.from({ length: EVENTS_PER_REQUEST }, () => event(sender === 'server' ? drawVisitor() : visitor));
  const body = Buffer.from(JSON.stringify({ events }));
  const head = [
    'POST /events HTTP/1.1',
    'host: 127.0.0.1',
    'content-type: application/json',
    `x-write-key: ${sender === 'server' ? DEMO_SERVER_KEY : DEMO_WRITE_KEY}`,
    `user-agent: ${AGENT}`,
    `content-length: ${body.length}`,
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]);
}

let [accepted, refusedRequests, stopping] = [0, 0, false];
let latencies: number[] = [];

async function post(connection: RawConnection): Promise<void> {
  while (!stopping) {
    const bytes = request();
    const startedAt = performance.now();
    try {
      const answer = JSON.parse(await connection.send(bytes)) as { accepted: number };
      accepted += answer.accepted;
      latencies.push(performance.now() - startedAt);
    } catch (error) {
      if (refusedRequests++ === 0) console.error(`A request was refused: ${(error as Error).message}`);
    }
  }
  connection.close();
}

const posting = Array.from({ length: Number(inFlight) }, () => post(new RawConnection(url)));

process.on('message', (message: 'report' | 'stop') => void (message === 'stop' ? stop() : report()));

function report(): void {
  const { user, system } = process.cpuUsage();
  process.send?.({ accepted, refusedRequests, cpuSeconds: (user + system) / 1e6, latencies } satisfies LoadReport);
  latencies = [];
}

async function stop(): Promise<void> {
  stopping = true;
  await Promise.all(posting);
  report();
  process.disconnect?.();
}
