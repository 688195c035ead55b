import type { Account } from '../account.ts';
import type { Lifecycle } from '../lifecycle.ts';
import type { Shape } from '../validation/shape.ts';

/** What an operation works on. */
export interface Context {
  account: Account;
  lifecycle: Lifecycle;
}

/** One operation of the API: what its input must be, and what it does with an input that is. */
export interface Operation<Input> {
  input: Shape;
  /** Which bucket its calls a second are counted in; data operations have their limits per shard. */
  rate?: 'stream' | 'account';
  /** Whether injected faults (throttles, lost responses) can strike it. */
  data?: true;
  /** Undefined is an answer with an empty body. Throws AwsError to refuse. */
  run(context: Context, input: Input): object | undefined | Promise<object | undefined>;
}

/** Declares an operation; the input's type is what the shape has let through. */
export function operation<Input>(definition: Operation<Input>): Operation<Input> {
  return definition;
}
