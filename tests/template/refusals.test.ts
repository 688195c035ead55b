import { describe, expect, test } from '@jest/globals';
import { problemsOf } from '../support/template-file.ts';

/** One resource of the type, its properties indented by six. */
function resource(type: string, properties: string): string {
  return `Resources:\n  Thing:\n    Type: ${type}\n    Properties:\n${properties}`;
}

const CASES: { name: string; template: string; problem: string }[] = [
  {
    name: 'an unknown resource type',
    template: resource('AWS::EC2::Instance', '      ImageId: ami-1\n'),
    problem: 'Thing.Type (line 3): the local cloud has no AWS::EC2::Instance; it has ',
  },
  {
    name: 'an unknown property',
    template: resource('AWS::S3::Bucket', '      NotificationConfiguration:\n        QueueConfigurations: []\n'),
    problem: 'Thing.Properties.NotificationConfiguration (line 6): the local cloud does not know this property ({"QueueConfigurations":[]}); it knows ',
  },
  {
    name: 'a misspelt property inside another',
    template: resource('AWS::DynamoDB::Table', '      AttributeDefinitions: []\n      KeySchema: []\n      TimeToLiveSpecification:\n        AttributeName: x\n        Enable: true\n'),
    problem: 'Thing.Properties.TimeToLiveSpecification.Enable (line 9): the local cloud does not know this property (true); it knows AttributeName, Enabled: remove it, or make the local cloud support it',
  },
  {
    name: 'a physical name',
    template: resource('AWS::SQS::Queue', '      QueueName: alerts\n'),
    problem: 'Thing.Properties.QueueName (line 5): the local cloud does not know this property ("alerts"); it knows ',
  },
  {
    name: 'an unknown attribute of a resource',
    template: 'Resources:\n  Thing:\n    Type: AWS::SQS::Queue\n    CreationPolicy: {}\n',
    problem: 'Thing.CreationPolicy (line 4): the local cloud knows the attributes Type, Properties, ',
  },
  {
    name: 'an unknown section',
    template: 'Rules:\n  A: {}\nResources: {}\n',
    problem: 'Rules (line 2): expected a section out of AWSTemplateFormatVersion, ',
  },
  {
    name: 'a number above its limit',
    template: resource('AWS::SQS::Queue', '      VisibilityTimeout: 43201\n'),
    problem: 'Thing.Properties.VisibilityTimeout (line 5): expected 0 to 43200, got 43201',
  },
  {
    name: 'a provisioned stream without shards',
    template: resource('AWS::Kinesis::Stream', '      RetentionPeriodHours: 24\n'),
    problem: 'Thing.Properties.ShardCount (line 5): is required when StreamMode is PROVISIONED; write it',
  },
  {
    name: 'an on-demand stream with shards',
    template: resource('AWS::Kinesis::Stream', '      StreamModeDetails: { StreamMode: ON_DEMAND }\n      ShardCount: 2\n'),
    problem: 'Thing.Properties.ShardCount (line 6): is refused by AWS when StreamMode is ON_DEMAND; remove it',
  },
  {
    name: 'a compression that the local Firehose has not',
    template: resource('AWS::KinesisFirehose::DeliveryStream', '      ExtendedS3DestinationConfiguration:\n        BucketARN: arn:aws:s3:::else\n        CompressionFormat: Snappy\n'),
    problem: 'Thing.Properties.ExtendedS3DestinationConfiguration.CompressionFormat (line 7): expected UNCOMPRESSED or GZIP, got "Snappy"; the local cloud does no other',
  },
  {
    name: 'dynamic partitioning',
    template: resource('AWS::KinesisFirehose::DeliveryStream', '      ExtendedS3DestinationConfiguration:\n        BucketARN: arn:aws:s3:::else\n        Prefix: "a=!{partitionKeyFromLambda:a}/"\n'),
    problem: 'Thing.Properties.ExtendedS3DestinationConfiguration.Prefix (line 7): expected an expression of timestamp or firehose, got !{partitionKeyFromLambda:a}; the local Firehose has no dynamic partitioning',
  },
  {
    name: 'a delivery stream by direct puts',
    template: resource('AWS::KinesisFirehose::DeliveryStream', '      DeliveryStreamType: DirectPut\n'),
    problem: 'Thing.Properties.DeliveryStreamType (line 5): expected KinesisStreamAsSource, got "DirectPut"; the local Firehose reads a stream and takes no puts',
  },
  {
    name: 'a delivery stream by direct puts, which a missing type is',
    template: resource('AWS::KinesisFirehose::DeliveryStream', '      Tags: []\n'),
    problem: 'Thing.Properties.DeliveryStreamType (line 5): expected KinesisStreamAsSource, got "DirectPut"',
  },
  {
    name: 'deduplication in a standard queue',
    template: resource('AWS::SQS::Queue', '      ContentBasedDeduplication: true\n'),
    problem: 'Thing.Properties.ContentBasedDeduplication (line 5): stands with FifoQueue true and only there; correct one of them',
  },
  {
    name: 'a FIFO queue by an intrinsic function',
    template: resource('AWS::SQS::Queue', '      FifoQueue: !Sub "true"\n'),
    problem: 'Thing.Properties.FifoQueue (line 5): expected true or false as it stands, ',
  },
  {
    name: 'a FIFO queue whose dead letters go to a standard one',
    template: `${resource('AWS::SQS::Queue', '      FifoQueue: true\n      RedrivePolicy:\n        deadLetterTargetArn: !GetAtt Other.Arn\n        maxReceiveCount: 2\n')}  Other: { Type: AWS::SQS::Queue }\n`,
    problem: 'Thing.Properties.RedrivePolicy.deadLetterTargetArn (line 7): expected a FIFO queue, as this one is, got "arn:aws:sqs:us-east-1:000000000000:millrace-Other"',
  },
  {
    name: 'batches of a FIFO queue above ten',
    template: mapping('      EventSourceArn: !GetAtt Ordered.Arn\n      BatchSize: 11\n      MaximumBatchingWindowInSeconds: 1\n'),
    problem: 'Thing.Properties.BatchSize (line 7): expected 1 to 10 for a FIFO queue, got 11',
  },
  {
    name: 'a batching window of a FIFO queue',
    template: mapping('      EventSourceArn: !GetAtt Ordered.Arn\n      MaximumBatchingWindowInSeconds: 1\n'),
    problem: 'Thing.Properties.MaximumBatchingWindowInSeconds (line 7): AWS knows no batching window for a FIFO queue, got 1; remove it',
  },
  {
    name: 'failures to a FIFO queue',
    template: mapping('      EventSourceArn: !GetAtt Events.Arn\n      StartingPosition: LATEST\n      DestinationConfig: { OnFailure: { Destination: !GetAtt Ordered.Arn } }\n'),
    problem: 'Thing.Properties.DestinationConfig.OnFailure.Destination (line 8): expected a bucket or a standard queue, got the FIFO queue "arn:aws:sqs:us-east-1:000000000000:millrace-Ordered.fifo"',
  },
  {
    name: 'failures to a topic',
    template: mapping('      EventSourceArn: !GetAtt Events.Arn\n      StartingPosition: LATEST\n      DestinationConfig: { OnFailure: { Type: SNS, Destination: "arn:aws:sns:us-east-1:000000000000:failures" } }\n'),
    problem: 'Thing.Properties.DestinationConfig.OnFailure.Destination (line 8): expected the arn of a bucket or a queue in this template, got "arn:aws:sns:us-east-1:000000000000:failures"; the local cloud makes no topics',
  },
  {
    name: 'a topic',
    template: resource('AWS::SNS::Topic', '      Tags: []\n'),
    problem: 'Thing.Type (line 3): the local cloud has no AWS::SNS::Topic; it has ',
  },
  {
    name: 'Fn::ImportValue',
    template: resource('AWS::SQS::Queue', '      DelaySeconds: !ImportValue other\n'),
    problem: 'Thing.Properties.DelaySeconds (line 5): the intrinsic function Fn::ImportValue is not supported here; use Ref, Fn::GetAtt, ',
  },
  {
    name: 'Ref to nothing',
    template: resource('AWS::SQS::Queue', '      DelaySeconds: !Ref Delay\n'),
    problem: 'Thing.Properties.DelaySeconds (line 5): Ref finds no parameter or resource Delay; correct the name',
  },
  {
    name: 'an attribute that a resource has not',
    template: `${resource('AWS::SQS::Queue', '      DelaySeconds: 0\n')}Outputs:\n  A:\n    Value: !GetAtt Thing.Nothing\n`,
    problem: 'Outputs.A.Value (line 8): Fn::GetAtt finds no Nothing of Thing; a AWS::SQS::Queue has Arn, QueueName, QueueUrl here',
  },
  {
    name: 'Ref to a resource whose condition does not hold',
    template: 'Conditions:\n  Never: !Equals [a, b]\nResources:\n  Thing:\n    Type: AWS::SQS::Queue\n    Condition: Never\nOutputs:\n  A:\n    Value: !Ref Thing\n',
    problem: 'Outputs.A.Value (line 9): Ref finds no parameter or resource Thing; Thing is left out, as the condition Never does not hold',
  },
  {
    name: 'a condition that nobody declared',
    template: 'Resources:\n  Thing:\n    Type: AWS::SQS::Queue\n    Condition: Never\n',
    problem: 'Thing.Condition (line 4): there is no condition Never; declare it under Conditions',
  },
  {
    name: 'conditions in a circle',
    template: 'Conditions:\n  A: !Not [!Condition B]\n  B: !Not [!Condition A]\nResources:\n  Thing:\n    Type: AWS::SQS::Queue\n    Condition: A\n',
    problem: 'Conditions.A (line 2): depends on itself; break the circle',
  },
  {
    name: 'a function that is built in another way',
    template: resource('AWS::Serverless::Function', '      Runtime: nodejs24.x\n      Handler: a.b\n      CodeUri: .\n'),
    problem: 'Thing.Properties.Metadata (line 5): expected Metadata with BuildMethod esbuild and BuildProperties; the local cloud builds no other way',
  },
  {
    name: 'a handler that no entry point makes',
    template: `${resource('AWS::Serverless::Function', '      Runtime: nodejs24.x\n      Handler: index.handler\n      CodeUri: .\n')}    Metadata:\n      BuildMethod: esbuild\n      BuildProperties:\n        EntryPoints: [handler.ts]\n`,
    problem: 'Thing.Properties.Handler (line 6): expected a handler in one of the entry points (handler.ts), got "index.handler"; write e.g. handler.handler',
  },
  {
    name: 'another runtime',
    template: resource('AWS::Serverless::Function', '      Runtime: python3.13\n      Handler: a.b\n      CodeUri: .\n'),
    problem: 'Thing.Properties.Runtime (line 5): expected nodejs24.x or nodejs22.x, got "python3.13"; the local cloud does no other',
  },
  {
    name: 'an event of another source',
    template: resource('AWS::Serverless::Function', '      Runtime: nodejs24.x\n      Handler: a.b\n      CodeUri: .\n      Events:\n        Nightly:\n          Type: Schedule\n          Properties: { Schedule: rate(1 day) }\n'),
    problem: 'Thing.Properties.Events.Nightly.Type (line 10): expected HttpApi or Kinesis or SQS, got "Schedule"; the local cloud does no other',
  },
  {
    name: 'a section of Globals for a type that is not here',
    template: 'Globals:\n  Api:\n    Cors: "*"\nResources: {}\n',
    problem: 'Globals.Api (line 3): expected Function, HttpApi, LayerVersion; the local cloud has no other section: remove it',
  },
  {
    name: 'an account id that YAML 1.2 reads as 0',
    template: 'Outputs:\n  A:\n    Value: 000000000000\nResources: {}\n',
    problem: "Outputs.A.Value (line 3): YAML 1.1 reads 000000000000 as an octal number, and others drop its leading zeros; write '000000000000' in quotes",
  },
  {
    name: 'a yes that YAML 1.1 reads as true',
    template: 'Outputs:\n  A:\n    Value: yes\nResources: {}\n',
    problem: "Outputs.A.Value (line 3): YAML 1.1 reads yes as the boolean true; write 'yes' in quotes",
  },
  {
    name: 'a YAML alias',
    template: 'Outputs:\n  A: &a\n    Value: x\n  B: *a\nResources: {}\n',
    problem: 'Outputs.B (line 4): CloudFormation refuses YAML aliases; repeat the value',
  },
  {
    name: 'the same key twice',
    template: 'Outputs:\n  A:\n    Value: x\n  A:\n    Value: y\nResources: {}\n',
    problem: 'YAML (line 4): Map keys must be unique; correct the YAML',
  },
];

/** A mapping with a stream and a FIFO queue beside it, its properties from line 6 on. */
function mapping(properties: string): string {
  return `${resource('AWS::Lambda::EventSourceMapping', `      FunctionName: Thing\n${properties}`)}  Events: { Type: AWS::Kinesis::Stream, Properties: { ShardCount: 1 } }\n  Ordered: { Type: AWS::SQS::Queue, Properties: { FifoQueue: true } }\n`;
}

/** A template that declares the parameter P. */
function declare(definition: string): string {
  return `Parameters:\n  P: { ${definition} }\nResources: {}\n`;
}

describe('a template that the local cloud cannot run', () => {
  test.each(CASES)('is refused for $name', ({ template, problem }) => {
    const problems = problemsOf(template);
    expect(problems.filter((found) => found.startsWith(problem))).toHaveLength(1);
  });

  test('is refused with all its problems at once, in the order of the lines', () => {
    const problems = problemsOf(
      'Resources:\n  B:\n    Type: AWS::SQS::Queue\n    Properties:\n      QueueName: b\n      DelaySeconds: 901\n  A:\n    Type: AWS::Cognito::UserPool\n',
    );
    expect(problems.map((problem) => problem.split(':', 1)[0])).toEqual(['B.Properties.QueueName (line 5)', 'B.Properties.DelaySeconds (line 6)', 'A.Type (line 8)']);
  });

  test('is refused in one error that names the file and counts the problems', () => {
    expect(() => problemsOf('Resources: {}\n')).toThrow('expected the template to be refused, and it was loaded');
  });
});

describe('a parameter', () => {
  const cases: { name: string; definition: string; value?: string; problem: string }[] = [
    { name: 'below its least value', definition: 'Type: Number, MinValue: 24', value: '23', problem: 'expected at least 24, got "23"; give another value' },
    { name: 'above its greatest value', definition: 'Type: Number, MaxValue: 8760', value: '8761', problem: 'expected at most 8760, got "8761"; give another value' },
    { name: 'that is no number', definition: 'Type: Number', value: 'many', problem: 'expected a number, got "many"; give another value' },
    { name: 'outside its allowed values', definition: 'Type: String, AllowedValues: [a, b]', value: 'c', problem: 'expected one of a, b, got "c"; give another value' },
    { name: 'that matches its pattern in part only', definition: "Type: String, AllowedPattern: '[a-z]+'", value: 'ab1', problem: 'expected a value that matches [a-z]+, got "ab1"; give another value' },
    { name: 'with one list item against the pattern', definition: "Type: CommaDelimitedList, AllowedPattern: '[a-z]+'", value: 'a,1', problem: 'expected a value that matches [a-z]+, got "a,1"; give another value' },
    { name: 'that is too long', definition: 'Type: String, MaxLength: 2', value: 'abc', problem: 'expected at most 2 characters, got 3, got "abc"; give another value' },
    { name: 'without default and value', definition: 'Type: String', problem: 'has no default and no value was given; give one' },
  ];
  test.each(cases)('$name is refused', ({ definition, value, problem }) => {
    expect(problemsOf(declare(definition), value === undefined ? {} : { P: value })).toEqual([`Parameters.P (line 2): ${problem}`]);
  });

  test('that the template does not declare is refused', () => {
    expect(problemsOf(declare('Type: String, Default: x'), { Q: '1' })).toEqual([
      'Parameters.Q (line undefined): a value was given, but the template declares P; remove it or correct its name',
    ]);
  });
});
