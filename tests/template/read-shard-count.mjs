// Runs the inline code of ReadShardCountFunction as Lambda would: the code comes from the file named first, the time that
// the invocation has left, in milliseconds, second, and the event from standard input. Lambda's runtime brings the SDK,
// so the code says `require`.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';

const require = createRequire(import.meta.url);
const cloudFormation = require('@aws-sdk/client-cloudformation');
const kinesis = require('@aws-sdk/client-kinesis');

// The Kinesis client speaks HTTP/2, and moto HTTP/1 only: it gets the handler of a client that speaks it.
class Kinesis extends kinesis.Kinesis {
  constructor() {
    super({ requestHandler: new cloudFormation.CloudFormation().config.requestHandler });
  }
}

const packages = { '@aws-sdk/client-cloudformation': cloudFormation, '@aws-sdk/client-kinesis': { ...kinesis, Kinesis } };
const [file, remaining] = process.argv.slice(2);
const endsAt = Date.now() + Number(remaining);
const module = { exports: {} };
new Function('require', 'exports', 'module', readFileSync(file, 'utf8'))((name) => packages[name], module.exports, module);
await module.exports.handler(JSON.parse(await text(process.stdin)), { getRemainingTimeInMillis: () => endsAt - Date.now() });
