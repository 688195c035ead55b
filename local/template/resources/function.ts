import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Properties } from '../properties.ts';
import { toJson } from '../node.ts';
import type { ReadResource, ResourceContext } from './context.ts';
import { readEvents } from './function-events.ts';

/** Lambda's own values for what a template leaves out. */
const DEFAULT_TIMEOUT_SECONDS = 3;
const DEFAULT_MEMORY_MB = 128;

/** The settings that SAM hands to esbuild, and those of its own. */
const BUILD_PROPERTIES = [
  'Alias', 'Banner', 'Conditions', 'Define', 'EntryPoints', 'External', 'Footer', 'Format', 'KeepNames', 'Loader',
  'MainFields', 'Minify', 'OutExtension', 'Sourcemap', 'SourcesContent', 'Target', 'TreeShaking', 'UseNpmCi',
];

/** AWS::Serverless::Function that SAM bundles with esbuild, with the events that start it. */
export const readFunction: ReadResource = (context) => {
  const { logicalId, names, properties, place, baseDir, deployment, layerDir } = context;
  const handler = properties.text('Handler');
  const codeDir = resolve(baseDir, properties.text('CodeUri'));
  if (!existsSync(codeDir)) properties.problem('CodeUri', `there is no folder ${codeDir}; correct the path, which starts from the template's folder`);
  const environment = properties.map('Environment');
  const variables = environment?.textMap('Variables') ?? {};
  environment?.end();
  const logging = properties.map('LoggingConfig');
  const logGroupName = logging?.optionalText('LogGroup') ?? `/aws/lambda/${names.name}`;
  logging?.withoutEffect('LogFormat', 'ApplicationLogLevel', 'SystemLogLevel');
  logging?.end();
  const layerDirs = properties.texts('Layers').flatMap((reference) => {
    const dir = layerDir(reference);
    if (dir === undefined) properties.problem('Layers', `expected a layer of this template, got "${reference}"; a layer of elsewhere cannot be had here`);
    return dir ?? [];
  });
  deployment.functions.push({
    logicalId,
    name: names.name,
    arn: names.attributes.Arn ?? '',
    runtime: properties.oneOf('Runtime', ['nodejs24.x', 'nodejs22.x']),
    codeDir,
    handler,
    build: readBuild(context, handler),
    environment: variables,
    timeoutSeconds: properties.number('Timeout', DEFAULT_TIMEOUT_SECONDS, { min: 1, max: 900 }),
    memoryMb: properties.number('MemorySize', DEFAULT_MEMORY_MB, { min: 128, max: 10_240 }),
    reservedConcurrency: properties.optionalNumber('ReservedConcurrentExecutions', { min: 0 }),
    layerDirs,
    roleArn: properties.optionalText('Role') ?? `arn:aws:iam::${place.accountId}:role/${names.name}Role`,
    logGroupName,
  });
  properties.oneOf('PackageType', ['Zip'], 'Zip');
  properties.withoutEffect('Architectures', 'Description', 'Policies', 'PermissionsBoundary', 'Tags', 'Tracing');
  const events = properties.map('Events');
  if (events !== undefined) readEvents(events, context);
};

/** esbuild's settings in SAM's names; the handler must be what they produce. */
function readBuild({ metadata, properties }: ResourceContext, handler: string): Record<string, unknown> {
  const method = metadata?.optionalText('BuildMethod');
  const build = metadata?.map('BuildProperties');
  if (method !== 'esbuild' || build === undefined) {
    properties.problem('Metadata', 'expected Metadata with BuildMethod esbuild and BuildProperties; the local cloud builds no other way');
    return {};
  }
  const settings: Record<string, unknown> = {};
  for (const key of BUILD_PROPERTIES) {
    const node = build.node(key);
    if (node !== undefined) settings[key] = toJson(node);
  }
  build.end();
  checkHandler(handler, build, properties);
  return settings;
}

/** `handler.handler` is the export `handler` of what the entry point `handler.ts` becomes. */
function checkHandler(handler: string, build: Properties, properties: Properties): void {
  const entryPoints = build.texts('EntryPoints');
  const modules = entryPoints.map((entryPoint) => entryPoint.replace(/\.[cm]?[jt]sx?$/, ''));
  const module = handler.slice(0, handler.lastIndexOf('.'));
  if (!modules.includes(module)) {
    properties.problem('Handler', `expected a handler in one of the entry points (${entryPoints.join(', ') || 'none'}), got "${handler}"; write e.g. ${modules[0] ?? 'handler'}.handler`);
  }
}

/**
 * AWS::Lambda::Function with inline code, which serves a custom resource while CloudFormation deploys; nothing calls
 * it here. One with code of its own must be an AWS::Serverless::Function, so that it is built.
 */
export const readDeploymentFunction: ReadResource = ({ properties }) => {
  const code = properties.map('Code');
  code?.text('ZipFile');
  code?.end();
  if (code === undefined) properties.problem('Code', 'expected inline code (ZipFile); write other functions as AWS::Serverless::Function');
  properties.withoutEffect(
    'Architectures', 'Description', 'Handler', 'LoggingConfig', 'MemorySize', 'Role', 'Runtime', 'Timeout', 'Tags',
  );
};
