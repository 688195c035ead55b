import { describe, expect, it } from '@jest/globals';
import { ConfigurationError, readConfig, text, url } from './config.ts';

describe('readConfig', () => {
  it('gives the values of all variables', () => {
    expect(readConfig({ NAME: text, ENDPOINT: url }, { NAME: 'a', ENDPOINT: 'https://sqs.example/queue' })).toEqual({
      NAME: 'a',
      ENDPOINT: 'https://sqs.example/queue',
    });
  });

  it('names every missing, empty and malformed variable in one error', () => {
    expect(readBadly).toThrow(ConfigurationError);
    expect(readBadly).toThrow(
      'The environment of this function is not usable:\n' +
        '- MISSING is missing: set it under Environment.Variables of the function in template.yaml\n' +
        '- EMPTY: expected text, got an empty value\n' +
        '- MALFORMED: expected an http or https URL, got "queue"',
    );
  });
});

function readBadly(): unknown {
  return readConfig({ MISSING: text, EMPTY: text, MALFORMED: url, FINE: text }, { EMPTY: '', MALFORMED: 'queue', FINE: 'x' });
}
