import type { Queue } from '../../template/deployment.ts';
import type { SqsStore } from './fauxqs.ts';

/**
 * Makes the template's queues exist at `endpoint` with the attributes it says now, keeping the messages of those that
 * a data folder already has. Their URLs follow the endpoint, which may have another port than at the last start.
 */
export function createQueues(sqs: SqsStore, queues: readonly Pick<Queue, 'name' | 'arn' | 'attributes'>[], endpoint: string): void {
  for (const queue of queues) {
    const account = queue.arn.split(':')[4] ?? '';
    const url = `${endpoint}/${account}/${queue.name}`;
    const existing = sqs.getQueueByName(queue.name);
    if (existing) {
      existing.setAttributes(queue.attributes);
      Object.assign(existing, { url, arn: queue.arn });
    } else {
      sqs.createQueue(queue.name, url, queue.arn, { ...queue.attributes });
    }
  }
}
