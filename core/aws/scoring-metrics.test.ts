import { expect, it } from '@jest/globals';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { scoringMetrics } from './scoring-metrics.ts';

it('writes the counts to standard output in the embedded metric format, each code as a dimension of its own', () => {
  const written: string[] = [];
  const write = process.stdout.write;
  process.stdout.write = (text: string | Uint8Array) => written.push(String(text)) > 0;
  try {
    scoringMetrics(new Metrics({ namespace: 'Millrace', serviceName: 'score-events' })).record({ applied: 5, duplicate: 0, quarantined: { not_json: 2 } });
  } finally {
    process.stdout.write = write;
  }

  expect(written.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    {
      EventsApplied: 5,
      EventsDuplicate: 0,
      service: 'score-events',
      _aws: { CloudWatchMetrics: [{ Namespace: 'Millrace', Dimensions: [['service']], Metrics: [{ Name: 'EventsApplied', Unit: 'Count' }, { Name: 'EventsDuplicate', Unit: 'Count' }] }] },
    },
    {
      EventsQuarantined: 2,
      code: 'not_json',
      service: 'score-events',
      _aws: { CloudWatchMetrics: [{ Namespace: 'Millrace', Dimensions: [['service', 'code']], Metrics: [{ Name: 'EventsQuarantined', Unit: 'Count' }] }] },
    },
  ]);
});
