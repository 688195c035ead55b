import { describe, expect, test } from '@jest/globals';
import { loadText } from '../support/template-file.ts';

const BASE = `
Parameters:
  Name: { Type: String, Default: mill }
  Many: { Type: CommaDelimitedList, Default: 'a, b,c' }
Mappings:
  Sizes:
    us-east-1: { small: '1' }
Conditions:
  IsMill: !Equals [!Ref Name, mill]
  IsRace: !Equals [!Ref Name, race]
  Both: !And [!Condition IsMill, !Condition IsRace]
  Either: !Or [!Condition IsMill, !Condition IsRace]
  NotMill: !Not [!Condition IsMill]
Resources:
  Alerts: { Type: AWS::SQS::Queue }
  Lake: { Type: AWS::S3::Bucket }
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [{ AttributeName: pk, AttributeType: S }]
      KeySchema: [{ AttributeName: pk, KeyType: HASH }]
Outputs:
  Result: { Value: VALUE }
`;

const CASES: { name: string; value: string; expected: string }[] = [
  { name: 'Ref of a parameter', value: '!Ref Name', expected: 'mill' },
  { name: 'Ref of the account', value: '!Ref AWS::AccountId', expected: '000000000000' },
  { name: 'Ref of the region', value: '!Ref AWS::Region', expected: 'us-east-1' },
  { name: 'Ref of a queue, its url', value: '!Ref Alerts', expected: 'http://127.0.0.1/000000000000/millrace-Alerts' },
  { name: 'Ref of a bucket, in lower case', value: '!Ref Lake', expected: 'millrace-lake' },
  { name: "GetAtt of a bucket's arn", value: '!GetAtt Lake.Arn', expected: 'arn:aws:s3:::millrace-lake' },
  { name: 'GetAtt as a list', value: "{ 'Fn::GetAtt': [Table, Arn] }", expected: 'arn:aws:dynamodb:us-east-1:000000000000:table/millrace-Table' },
  { name: 'Sub with parameter, pseudo parameter and attribute', value: "!Sub '${Name}/${AWS::Region}/${Alerts.QueueName}'", expected: 'mill/us-east-1/millrace-Alerts' },
  { name: 'Sub with names of its own', value: "!Sub ['${A}-${Name}', { A: !Ref AWS::Partition }]", expected: 'aws-mill' },
  { name: 'Sub with an escaped brace', value: "!Sub '${!Name}'", expected: '${Name}' },
  { name: 'Join', value: "!Join ['-', [a, !Ref Name]]", expected: 'a-mill' },
  { name: 'Join of a list parameter, trimmed', value: "!Join ['+', !Ref Many]", expected: 'a+b+c' },
  { name: 'Split and Select', value: "!Select [1, !Split ['/', a/b/c]]", expected: 'b' },
  { name: 'FindInMap', value: '!FindInMap [Sizes, !Ref AWS::Region, small]', expected: '1' },
  { name: 'Base64', value: '!Base64 mill', expected: 'bWlsbA==' },
  { name: 'If that holds', value: '!If [IsMill, yes it is, no]', expected: 'yes it is' },
  { name: 'If that does not hold, whose other branch names nothing', value: "!If [IsRace, !Ref Nothing, 'no']", expected: 'no' },
  { name: 'And', value: '!If [Both, a, b]', expected: 'b' },
  { name: 'Or', value: '!If [Either, a, b]', expected: 'a' },
  { name: 'Not', value: '!If [NotMill, a, b]', expected: 'b' },
  { name: 'a number as it is written', value: '1.0', expected: '1.0' },
];

describe('an intrinsic function', () => {
  test.each(CASES)('gives for $name: $expected', ({ value, expected }) => {
    expect(loadText(BASE.replace('VALUE', value.replaceAll('$', '$$$$').replace('no]', "'no']"))).outputs).toEqual({ Result: expected });
  });

  test('AWS::NoValue takes its property away, and a condition its resource and output', () => {
    const template = `
Parameters: { Long: { Type: String, Default: 'false' } }
Conditions: { IsLong: !Equals [!Ref Long, 'true'] }
Resources:
  Alerts:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: !If [IsLong, 600, !Ref AWS::NoValue]
  More: { Type: AWS::SQS::Queue, Condition: IsLong }
Outputs:
  More: { Condition: IsLong, Value: !Ref More }
`;
    const brief = loadText(template);
    expect(brief.queues.map(({ logicalId, attributes }) => [logicalId, attributes])).toEqual([['Alerts', {}]]);
    expect(brief.outputs).toEqual({});
    const long = loadText(template, { Long: 'true' });
    expect(long.queues.map(({ logicalId, attributes }) => [logicalId, attributes])).toEqual([['Alerts', { VisibilityTimeout: '600' }], ['More', {}]]);
    expect(Object.keys(long.outputs)).toEqual(['More']);
  });

  test("Globals lie under a function's own values: maps by key, lists one after the other", () => {
    const deployment = loadText(`
Globals:
  Function:
    Timeout: 7
    Environment: { Variables: { A: '1', B: '1' } }
    Layers: [!Ref First]
Resources:
  First: { Type: AWS::Serverless::LayerVersion, Properties: { ContentUri: . } }
  Second: { Type: AWS::Serverless::LayerVersion, Properties: { ContentUri: .. } }
  Score:
    Type: AWS::Serverless::Function
    Metadata: { BuildMethod: esbuild, BuildProperties: { EntryPoints: [a.ts] } }
    Properties:
      Runtime: nodejs24.x
      Handler: a.handler
      CodeUri: .
      MemorySize: 256
      Environment: { Variables: { B: '2' } }
      Layers: [!Ref Second]
`);
    const [score] = deployment.functions;
    expect(score).toMatchObject({ timeoutSeconds: 7, memoryMb: 256, environment: { A: '1', B: '2' }, reservedConcurrency: undefined });
    expect(score?.layerDirs.map((dir) => dir.split('/').length)).toEqual([score?.codeDir.split('/').length, (score?.codeDir.split('/').length ?? 0) - 1]);
  });
});
