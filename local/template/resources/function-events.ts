import { mappingUuid } from '../physical-names.ts';
import type { Properties } from '../properties.ts';
import type { ResourceContext } from './context.ts';
import { readKinesisMapping, readSqsMapping } from './event-source-mapping.ts';

/** Milliseconds that an HTTP API waits for a function, unless told otherwise; the most it ever waits. */
const HTTP_API_TIMEOUT_MS = 30_000;

/** The `Events` of an AWS::Serverless::Function: routes of an HTTP API, and mappings of streams and queues. */
export function readEvents(events: Properties, context: ResourceContext): void {
  for (const name of events.keys()) {
    const event = events.map(name);
    if (event === undefined) continue;
    const type = event.oneOf('Type', ['HttpApi', 'Kinesis', 'SQS']);
    const properties = event.map('Properties');
    event.end();
    if (properties === undefined) {
      event.problem('Properties', 'is required and missing; write it');
      continue;
    }
    // SAM names the mapping it makes after the function and the event.
    const mapping = { logicalId: `${context.logicalId}${name}`, uuid: mappingUuid(context.place.stackName, `${context.logicalId}${name}`), functionLogicalId: context.logicalId };
    if (type === 'HttpApi') readRoute(properties, context);
    else if (type === 'Kinesis') readKinesisMapping(properties, { ...mapping, sourceArn: properties.text('Stream') }, context);
    else readSqsMapping(properties, { ...mapping, queueArn: properties.text('Queue') }, context);
    properties.end();
  }
}

function readRoute(properties: Properties, { logicalId, deployment, find }: ResourceContext): void {
  const apiName = properties.text('ApiId');
  const path = properties.optionalText('Path');
  const method = properties.optionalText('Method') ?? 'ANY';
  properties.oneOf('PayloadFormatVersion', ['2.0'], '2.0');
  const timeoutMs = properties.number('TimeoutInMillis', HTTP_API_TIMEOUT_MS, { min: 50, max: HTTP_API_TIMEOUT_MS });
  const apiLogicalId = find('AWS::Serverless::HttpApi', apiName);
  // Without a path SAM makes the route that takes what no other does.
  const routeKey = path === undefined ? '$default' : `${method.toUpperCase()} ${path}`;
  if (apiLogicalId === undefined) properties.problem('ApiId', `expected the id of an AWS::Serverless::HttpApi in this template, got "${apiName}"`);
  const api = apiLogicalId === undefined ? undefined : deployment.httpApis.find((candidate) => candidate.logicalId === apiLogicalId);
  if (api?.routes.some((route) => route.routeKey === routeKey) === true) properties.problem('Path', `the route ${routeKey} stands twice; remove one`);
  api?.routes.push({ routeKey, functionLogicalId: logicalId, timeoutMs });
}
