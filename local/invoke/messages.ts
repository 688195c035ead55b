/** What a new execution environment is told before anything runs. */
export interface EnvironmentData {
  taskRoot: string;
  handler: string;
  functionName: string;
  invokedFunctionArn: string;
  memoryMb: number;
  logGroupName: string;
  logStreamName: string;
  /** Node 24 and later refuse handlers with a callback, as Lambda's runtime does. */
  callbacksAllowed: boolean;
  /** Where V8's code of the bundle is kept between environments and runs. */
  compileCacheDir: string;
  /** Blocks the thread that has crashed until it is terminated. */
  crashed: SharedArrayBuffer;
}

/** Host to environment: run the handler once. */
export interface InvokeMessage {
  requestId: string;
  eventJson: string;
  /** Time left when the message is sent, in milliseconds. */
  remainingMs: number;
  /** The environment dies right before it would make this outgoing call (1: the first). */
  crashAtCall: number | undefined;
}

/** Lambda's error object. */
export interface FunctionErrorPayload {
  errorType: string;
  errorMessage: string;
  trace?: string[];
}

/** Environment to host. Messages arrive in the order they were sent, so logs precede the answer. */
export type EnvironmentMessage =
  | { kind: 'ready'; initMs: number }
  | { kind: 'initFailed'; error: FunctionErrorPayload }
  | { kind: 'log'; text: string }
  | { kind: 'answer'; requestId: string; responseJson: string; heapBytes: number }
  | { kind: 'failed'; requestId: string; error: FunctionErrorPayload; heapBytes: number }
  /** An exception or rejection that no one caught: the environment is not to be used again. */
  | { kind: 'broken'; error: FunctionErrorPayload }
  | { kind: 'crashed' };
