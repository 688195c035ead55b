import { AwsError } from '../../aws-error.ts';
import { OPERATIONS } from './operations/all.ts';
import type { Context, Operation } from './operations/operation.ts';
import { SUBSCRIBE_TO_SHARD_INPUT, Subscriptions } from './operations/subscribe-to-shard.ts';
import type { SubscribeToShardEvent, SubscribeToShardInput } from './operations/subscribe-to-shard.ts';
import { TokenBucket } from './streams/token-bucket.ts';
import { limitExceeded } from './streams/refusals.ts';
import { checkConstraints } from './validation/constraints.ts';
import { checkTypes } from './validation/serialization.ts';

/** What became of a call. A lost one took effect, and its caller must not hear of it. */
export interface Outcome {
  answer: object | undefined;
  lost: boolean;
}

/** Checks and runs operations by name, within their calls a second; throws AwsError, as the wire and `call` show it. */
export class Dispatch {
  readonly #context: Context;
  readonly #subscriptions: Subscriptions;
  readonly #calls = new Map<string, TokenBucket>();

  constructor(context: Context) {
    this.#context = context;
    this.#subscriptions = new Subscriptions(context.account, context.lifecycle.stopped);
  }

  async run(name: string, input: Record<string, unknown>): Promise<Outcome> {
    const operation = OPERATIONS.get(name) as Operation<Record<string, unknown>> | undefined;
    if (!operation) throw new AwsError('UnknownOperationException', '');
    checkTypes(input, operation.input);
    checkConstraints(input, operation.input);
    if (operation.rate) this.#admit(name, operation.rate, input);
    const answer = await operation.run(this.#context, input);
    const lost = operation.data === true && this.#context.account.faults.strikes('lostResponse', 'kinesis');
    return { answer, lost };
  }

  /** SubscribeToShard; its refusals are thrown here, before the first event. It ends when `ended` aborts, at the latest. */
  subscribe(input: Record<string, unknown>, ended?: AbortSignal): AsyncGenerator<SubscribeToShardEvent, void, undefined> {
    checkTypes(input, SUBSCRIBE_TO_SHARD_INPUT);
    checkConstraints(input, SUBSCRIBE_TO_SHARD_INPUT);
    return this.#subscriptions.open(input as unknown as SubscribeToShardInput, ended);
  }

  #admit(name: string, rate: 'stream' | 'account', input: Record<string, unknown>): void {
    const { settings, clock, accountId } = this.#context.account;
    const perSecond = settings.callsPerSecond[name];
    if (perSecond === undefined) return;
    const stream = rate === 'stream' ? String(input.StreamName ?? input.StreamARN ?? '') : '';
    const key = `${name}/${stream}`;
    let bucket = this.#calls.get(key);
    if (!bucket) this.#calls.set(key, (bucket = new TokenBucket(perSecond, clock)));
    if (!bucket.holds(1)) throw limitExceeded(stream ? `Rate exceeded for stream ${stream} under account ${accountId}.` : `Rate exceeded for account ${accountId}.`);
    bucket.take(1);
  }
}
