import type { EmbeddedMetric } from './invocation.ts';

interface MetricDirective {
  Namespace: string;
  Dimensions?: string[][];
  Metrics?: { Name: string; Unit?: string }[];
}

/**
 * The metrics that one log line carries in CloudWatch's embedded metric format, also behind Lambda's own prefix of
 * time, request id and level. A line without them, or with a broken document, has none.
 * A metric comes once for each of its dimension sets, as CloudWatch counts it.
 */
export function embeddedMetrics(line: string): EmbeddedMetric[] {
  if (!line.includes('"_aws"') || !line.includes('"CloudWatchMetrics"')) return [];
  let document: Record<string, unknown>;
  try {
    document = JSON.parse(line.slice(line.indexOf('{')));
  } catch {
    return [];
  }
  const directives = (document['_aws'] as { CloudWatchMetrics?: MetricDirective[] } | undefined)?.CloudWatchMetrics;
  if (!Array.isArray(directives)) return [];
  return directives.flatMap((directive) =>
    (directive.Metrics ?? []).flatMap((metric) => {
      const value = document[metric.Name];
      const values = (Array.isArray(value) ? value : [value]).filter((item): item is number => typeof item === 'number');
      if (values.length === 0) return [];
      const sets = directive.Dimensions?.length ? directive.Dimensions : [[]];
      return sets.map((names) => ({
        namespace: directive.Namespace,
        name: metric.Name,
        dimensions: Object.fromEntries(names.map((name) => [name, String(document[name])])),
        unit: metric.Unit ?? 'None',
        values,
      }));
    }),
  );
}
