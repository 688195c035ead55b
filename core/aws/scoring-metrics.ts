import { MetricUnit, type Metrics } from '@aws-lambda-powertools/metrics';
import type { ScoringMetrics } from '../ports.ts';

/** Writes an invocation's counts in CloudWatch's embedded metric format; EventsQuarantined has the dimension `code`. */
export function scoringMetrics(metrics: Metrics): ScoringMetrics {
  return {
    record({ applied, duplicate, quarantined }) {
      metrics.addMetric('EventsApplied', MetricUnit.Count, applied);
      metrics.addMetric('EventsDuplicate', MetricUnit.Count, duplicate);
      metrics.publishStoredMetrics();
      for (const [code, count] of Object.entries(quarantined)) {
        metrics.singleMetric().addDimension('code', code).addMetric('EventsQuarantined', MetricUnit.Count, count);
      }
    },
  };
}
