import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { asList, rawTemplate, resourcesOf, statementsOf, type Json } from '../support/raw-template.ts';
import { ROOT } from '../support/source-files.ts';

const template = rawTemplate();
const bundled = resourcesOf(template, 'AWS::Serverless::Function');
const functions = [...bundled, ...resourcesOf(template, 'AWS::Lambda::Function')];
const roles = resourcesOf(template, 'AWS::IAM::Role');
const buckets = resourcesOf(template, 'AWS::S3::Bucket');
const queues = resourcesOf(template, 'AWS::SQS::Queue');
const tables = resourcesOf(template, 'AWS::DynamoDB::Table');
const logGroups = Object.fromEntries(resourcesOf(template, 'AWS::Logs::LogGroup'));
const getAtt = (logicalId: string, attribute: string) => ({ 'Fn::GetAtt': `${logicalId}.${attribute}` });

/** `score-events` as `ScoreEventsFunction`. */
const logicalIdOf = (folder: string) => `${folder.split('-').map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')}Function`;

describe('functions', () => {
  test.each(functions)('%s runs on nodejs24.x and arm64, and says in one sentence what it does', (_name, { Properties }) => {
    const settings = { ...template.Globals.Function, ...Properties };
    expect([settings.Runtime, settings.Architectures]).toEqual(['nodejs24.x', ['arm64']]);
    expect(settings.Description).toMatch(/^[A-Z][^.]*\.$/);
  });

  test.each(functions)('%s has a role of its own', (name, { Properties }) => {
    expect(Properties.Role).toEqual(getAtt(`${name}Role`, 'Arn'));
    expect(Properties.Policies).toBeUndefined();
    expect(template.Resources[`${name}Role`]?.Type).toBe('AWS::IAM::Role');
  });

  test.each(functions)('%s writes to a log group of its own, and may write to no other', (name, { Properties }) => {
    expect(Properties.LoggingConfig.LogGroup).toEqual({ Ref: `${name}LogGroup` });
    expect(logGroups[`${name}LogGroup`]).toBeDefined();
    const logging = statementsOf(template.Resources[`${name}Role`]).filter(({ Action }) => asList(Action).some((action) => action.startsWith('logs:')));
    expect(logging).toEqual([{ Effect: 'Allow', Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: getAtt(`${name}LogGroup`, 'Arn') }]);
  });

  test('have one name each: functions/verb-noun and VerbNounFunction', () => {
    const folders = readdirSync(join(ROOT, 'functions')).sort();
    expect(bundled.map(([name, { Properties }]) => [name, Properties.CodeUri]).sort()).toEqual(folders.map((folder) => [logicalIdOf(folder), `functions/${folder}`]));
  });

  test('are bundled with the same settings', () => {
    const [[, first] = ['', {}], ...others] = bundled;
    for (const [, { Metadata }] of others) expect(Metadata).toEqual((first as Json).Metadata);
  });

  test('leave out of their bundles what the layers hold, and nothing else', () => {
    const packages = resourcesOf(template, 'AWS::Serverless::LayerVersion').flatMap(([, { Properties }]) => {
      const folder = join(ROOT, Properties.ContentUri, 'nodejs/node_modules');
      return existsSync(folder) ? readdirSync(folder) : [];
    });
    const externals = bundled.flatMap(([, { Metadata }]) => Metadata.BuildProperties.External ?? []);
    expect([...new Set(externals)].sort()).toEqual(packages.sort());
  });

  // Init without any variable names each one that it needs, and the function is told of no others but the library's.
  test.each(bundled)('%s is given the variables that it reads', (_name, { Properties }) => {
    const declared = Object.keys({ ...template.Globals.Function.Environment.Variables, ...Properties.Environment.Variables });
    const handler = join(ROOT, Properties.CodeUri, 'handler.ts');
    const { stderr } = spawnSync(process.execPath, ['--experimental-strip-types', '--disable-warning=ExperimentalWarning', handler], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH },
    });
    const read = [...stderr.matchAll(/^- ([A-Z0-9_]+) is missing/gm)].map(([, name]) => name);
    expect(read.length).toBeGreaterThan(0);
    expect(declared.filter((name) => !name.startsWith('POWERTOOLS_')).sort()).toEqual(read.sort());
  });
});

describe('permissions', () => {
  /** Resources that end in a wildcard, and why no narrower one will do. */
  const WILDCARDS: Record<string, string> = {
    '${FailuresBucket.Arn}/quarantine/score-events/*': 'one object for each quarantined event',
    '${FailuresBucket.Arn}/aws/lambda/*': "Lambda chooses the keys of a mapping's failures",
    '${LakeBucket.Arn}/events/*': 'one object for each hour and buffer',
    '${LakeBucket.Arn}/errors/*': 'one object for each failed buffer',
    'arn:${AWS::Partition}:kinesis:${AWS::Region}:${AWS::AccountId}:stream/${AWS::StackName}-EventStream-*': 'CloudFormation ends the name with letters of its own choice',
  };
  const statements = roles.flatMap(([name, role]) => statementsOf(role).map((statement) => [name, statement] as const));

  test('name the actions', () => {
    expect(statements.flatMap(([name, { Action }]) => asList(Action).filter((action) => action.includes('*')).map((action) => `${name}: ${action}`))).toEqual([]);
  });

  test('name the resources, but for keys and names that are chosen later', () => {
    const written = statements.flatMap(([, { Resource }]) => asList(Resource)).map((resource) => (typeof resource === 'string' ? resource : resource['Fn::Sub'])).filter((text) => text?.includes('*'));
    expect([...new Set(written)].sort()).toEqual(Object.keys(WILDCARDS).sort());
  });

  test('come from no managed policy', () => {
    expect(roles.filter(([, { Properties }]) => Properties.ManagedPolicyArns !== undefined)).toEqual([]);
  });

  test('are given to one service by each role, which one resource uses', () => {
    for (const [name, { Properties }] of roles) {
      const [trust, ...others] = Properties.AssumeRolePolicyDocument.Statement;
      expect(others).toEqual([]);
      expect(asList(trust.Principal.Service)).toHaveLength(1);
      const users = Object.entries(template.Resources).filter(([id, resource]) => id !== name && JSON.stringify(resource).includes(`"${name}.Arn"`));
      expect(users.map(([id]) => `${id}Role`)).toEqual([name]);
    }
  });

  test('of Firehose cannot be borrowed by another account', () => {
    expect(template.Resources.DeliveryStreamRole.Properties.AssumeRolePolicyDocument.Statement[0].Condition).toEqual({ StringEquals: { 'sts:ExternalId': { Ref: 'AWS::AccountId' } } });
  });
});

describe('stores', () => {
  test.each(buckets)('%s is closed to the public, owned by the account, encrypted, tidied and kept', (_name, bucket) => {
    expect([bucket.DeletionPolicy, bucket.UpdateReplacePolicy]).toEqual(['Retain', 'Retain']);
    expect(bucket.Properties.PublicAccessBlockConfiguration).toEqual({ BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true });
    expect(bucket.Properties.OwnershipControls).toEqual({ Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] });
    expect(bucket.Properties.BucketEncryption.ServerSideEncryptionConfiguration).toEqual([{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }]);
    expect(bucket.Properties.LifecycleConfiguration.Rules).toContainEqual({ Id: 'AbortUnfinishedUploads', Status: 'Enabled', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } });
  });

  test.each(buckets)('%s refuses requests without TLS', (name) => {
    const policies = resourcesOf(template, 'AWS::S3::BucketPolicy').filter(([, { Properties }]) => Properties.Bucket.Ref === name);
    expect(policies.flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement)).toEqual([
      { Sid: 'RefuseUnencryptedTransport', Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: [getAtt(name, 'Arn'), { 'Fn::Sub': `\${${name}.Arn}/*` }], Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
    ]);
  });

  test.each(tables)('%s is on demand, expires items, can be restored, is encrypted and kept', (_name, table) => {
    expect([table.DeletionPolicy, table.UpdateReplacePolicy]).toEqual(['Retain', 'Retain']);
    expect(table.Properties).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      TimeToLiveSpecification: { Enabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      SSESpecification: { SSEEnabled: true },
    });
  });

  const isDeadLetterQueue = (name: string) => queues.some(([, { Properties }]) => Properties.RedrivePolicy?.deadLetterTargetArn['Fn::GetAtt'] === `${name}.Arn`);
  test.each(queues)('%s is encrypted, refuses requests without TLS, and has a dead-letter queue or is one', (name, { Properties }) => {
    expect(Properties.SqsManagedSseEnabled).toBe(true);
    const policies = resourcesOf(template, 'AWS::SQS::QueuePolicy').filter(([, policy]) => policy.Properties.Queues.some((queue: Json) => queue.Ref === name));
    expect(policies.flatMap(([, policy]) => policy.Properties.PolicyDocument.Statement)).toEqual([
      { Sid: 'RefuseUnencryptedTransport', Effect: 'Deny', Principal: '*', Action: 'sqs:*', Resource: getAtt(name, 'Arn'), Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
    ]);
    expect(Properties.RedrivePolicy !== undefined || isDeadLetterQueue(name)).toBe(true);
  });

  // "Each policy must cover only a single queue" (SQS, access policy): another queue's arn in it fails the deployment.
  test.each(resourcesOf(template, 'AWS::SQS::QueuePolicy'))('%s is on one queue and names that one alone', (_name, { Properties }) => {
    expect(Properties.Queues).toHaveLength(1);
    const named = Properties.PolicyDocument.Statement.flatMap(({ Resource }: Json) => asList(Resource));
    expect(named).toEqual([getAtt(Properties.Queues[0].Ref, 'Arn')]);
  });

  test('a dead-letter queue keeps messages as long as SQS can', () => {
    for (const [, { Properties }] of queues.filter(([name]) => isDeadLetterQueue(name))) expect(Properties.MessageRetentionPeriod).toBe(1_209_600);
  });

  test('log groups are kept for as long as the parameter says', () => {
    for (const group of Object.values(logGroups)) expect(group.Properties.RetentionInDays).toEqual({ Ref: 'LogRetentionDays' });
    expect(Object.keys(logGroups).sort()).toEqual([...functions.map(([name]) => `${name}LogGroup`), 'DeliveryStreamLogGroup', 'HttpApiLogGroup'].sort());
  });
});

describe('the access log', () => {
  const { Format } = template.Resources.HttpApi.Properties.AccessLogSettings;

  // API Gateway writes - for what a request has not, and puts texts in as they are.
  test.each(['-', '202', 'INTEGRATION_FAILURE'])('is one JSON object a line when each variable is %s', (value) => {
    const line = JSON.parse(Format.replaceAll(/\$context(\.\w+)+/g, value)) as Json;
    expect(new Set(Object.values(line))).toEqual(new Set([value]));
  });

  test('takes no free text, whose quotes would break the JSON', () => {
    expect(Format).not.toMatch(/message/i);
  });

  test('does not say who the visitor was', () => {
    expect(Format).not.toMatch(/identity|authorizer/);
  });
});

describe('the stream', () => {
  const { ShardCount, ...others } = template.Resources.EventStream.Properties;

  test('takes its shard count from what it has', () => {
    expect(ShardCount).toEqual({ 'Fn::If': ['IsProvisioned', getAtt('CurrentShardCount', 'ShardCount'), { Ref: 'AWS::NoValue' }] });
  });

  test('has its count read whenever CloudFormation would update it: each other property is repeated where it is read', () => {
    expect(template.Resources.CurrentShardCount.Properties.StreamProperties).toEqual(others);
  });

  test('is encrypted, and measured by the shard', () => {
    expect(others.StreamEncryption).toEqual({ EncryptionType: 'KMS', KeyId: 'alias/aws/kinesis' });
    expect(others.DesiredShardLevelMetrics).toHaveLength(7);
  });

  // Waits of at most a minute add up to some 43 minutes by 50 attempts: any such number would give up long before the age.
  test('is given up by the age of its records and not by a number of attempts, and before it loses them', () => {
    const { ScoreMaximumRetryAttempts, ScoreMaximumRecordAgeSeconds, RetentionHours } = template.Parameters;
    expect(ScoreMaximumRetryAttempts.Default).toBe(-1);
    expect(ScoreMaximumRecordAgeSeconds.Default).toBeLessThan(RetentionHours.Default * 3600);
  });

  test('hands what it gives up to a bucket, which gets the records themselves', () => {
    const { Stream } = template.Resources.ScoreEventsFunction.Properties.Events;
    expect(Stream.Properties.DestinationConfig.OnFailure).toEqual({ Type: 'S3', Destination: getAtt('FailuresBucket', 'Arn') });
    expect(Stream.Properties.FunctionResponseTypes).toEqual(['ReportBatchItemFailures']);
  });
});

describe('the template', () => {
  const parameters = Object.entries(template.Parameters as Record<string, Json>);

  test.each(parameters)('parameter %s has a default, limits and a description, and is used', (name, definition) => {
    expect(definition.Default).toBeDefined();
    expect(definition.Description).toMatch(/\.$/);
    const limits = definition.AllowedValues ?? (definition.Type === 'Number' ? definition.MinValue !== undefined && definition.MaxValue : definition.AllowedPattern);
    expect(limits).toBeTruthy();
    const { Parameters: _, Metadata: __, ...rest } = template;
    expect(JSON.stringify(rest)).toContain(`{"Ref":"${name}"}`);
  });

  test('says in the console where each parameter belongs', () => {
    const grouped = template.Metadata['AWS::CloudFormation::Interface'].ParameterGroups.flatMap((group: Json) => group.Parameters);
    expect(grouped.sort()).toEqual(parameters.map(([name]) => name).sort());
  });

  test('gives no physical names, so that two stacks stand side by side and a resource can be replaced', () => {
    const NAMES = ['Name', 'FunctionName', 'BucketName', 'QueueName', 'TableName', 'RoleName', 'DeliveryStreamName', 'LayerName', 'StageName'];
    const named = Object.entries(template.Resources as Record<string, Json>).flatMap(([id, { Type, Properties }]) =>
      NAMES.filter((name) => Properties?.[name] !== undefined).concat(Type === 'AWS::Logs::LogGroup' && Properties.LogGroupName !== undefined ? ['LogGroupName'] : []).map((name) => `${id}.${name}`),
    );
    expect(named).toEqual([]);
  });

  test('has a description for each output', () => {
    for (const output of Object.values(template.Outputs as Record<string, Json>)) expect(output.Description).toMatch(/\.$/);
  });
});
