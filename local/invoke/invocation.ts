/** What one synchronous invocation of a function came to, as Lambda's Invoke answers it, with what it wrote. */
export interface Invocation {
  requestId: string;
  /** The parsed JSON of the response, or of the error object when `functionError` is set; undefined for none. */
  payload: unknown;
  functionError: 'Unhandled' | undefined;
  /** Lines the function wrote to standard output and error, in order, without Lambda's own. */
  logs: string[];
  /** The metrics it wrote in CloudWatch's embedded metric format: sums by metric name, then by dimensions. */
  metrics: EmbeddedMetric[];
  coldStart: boolean;
  durationMs: number;
}

export interface EmbeddedMetric {
  namespace: string;
  name: string;
  dimensions: Record<string, string>;
  unit: string;
  values: number[];
}

/** Invokes functions by logical id; the only way in which sources reach functions. */
export interface FunctionInvoker {
  /**
   * Runs the function once, waiting for its end.
   * Rejects with AwsError `TooManyRequestsException` (429) when its concurrency is used up; what goes wrong inside
   * the function is no rejection but `functionError`.
   */
  invoke(functionLogicalId: string, event: unknown): Promise<Invocation>;
}
