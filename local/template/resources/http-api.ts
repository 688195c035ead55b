import type { HttpApi } from '../deployment.ts';
import type { Properties } from '../properties.ts';
import type { ReadResource } from './context.ts';

/** AWS::Serverless::HttpApi; its routes are the HttpApi events of functions. */
export const readHttpApi: ReadResource = ({ logicalId, names, properties, place, deployment }) => {
  const cors = properties.map('CorsConfiguration');
  const settings = properties.map('DefaultRouteSettings');
  deployment.httpApis.push({
    logicalId,
    name: names.name,
    arn: `arn:aws:apigateway:${place.region}::/apis/${names.name}`,
    stageName: properties.optionalText('StageName') ?? '$default',
    cors: cors && readCors(cors),
    throttling: settings && readThrottling(settings),
    routes: [],
  });
  properties.withoutEffect('AccessLogSettings', 'Description', 'FailOnWarnings', 'Name', 'Tags');
};

function readCors(cors: Properties): HttpApi['cors'] {
  const allowOrigins = cors.texts('AllowOrigins');
  const allowCredentials = cors.flag('AllowCredentials', false);
  if (allowCredentials && allowOrigins.includes('*')) cors.problem('AllowCredentials', 'AWS refuses true with the origin *; name the origins');
  const configuration = {
    allowOrigins,
    allowMethods: cors.texts('AllowMethods'),
    allowHeaders: cors.texts('AllowHeaders'),
    exposeHeaders: cors.texts('ExposeHeaders'),
    maxAgeSeconds: cors.optionalNumber('MaxAge', { min: -1, max: 86_400 }),
    allowCredentials,
  };
  cors.end();
  return configuration;
}

function readThrottling(settings: Properties): HttpApi['throttling'] {
  const rateLimit = settings.optionalNumber('ThrottlingRateLimit', { min: 0 });
  const burstLimit = settings.optionalNumber('ThrottlingBurstLimit', { min: 0 });
  settings.withoutEffect('DetailedMetricsEnabled');
  settings.end();
  if (rateLimit === undefined && burstLimit === undefined) return undefined;
  if (rateLimit === undefined || burstLimit === undefined) {
    settings.problem(rateLimit === undefined ? 'ThrottlingRateLimit' : 'ThrottlingBurstLimit', 'rate and burst stand together; write both');
    return undefined;
  }
  return { rateLimit, burstLimit };
}
