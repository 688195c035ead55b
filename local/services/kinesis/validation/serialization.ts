import { AwsError } from '../../../aws-error.ts';
import type { Member, Shape } from './shape.ts';

/**
 * Throws SerializationException, in the words of AWS's Java front end, when a member's JSON type is not the model's.
 * Members that the model does not know are let pass, as AWS does; null counts as absent.
 */
export function checkTypes(input: Record<string, unknown>, shape: Shape): void {
  for (const name in shape) {
    const value = input[name];
    if (value !== undefined && value !== null) checkType(value, shape[name]!);
  }
}

function checkType(value: unknown, member: Member): void {
  switch (member.type) {
    case 'String':
      if (typeof value !== 'string') throw refusal(scalarMessage(value, 'an String'));
      return;
    case 'Blob':
      if (typeof value !== 'string') throw refusal(scalarMessage(value, 'a Blob'));
      checkBase64(value);
      return;
    case 'Integer':
    case 'Long':
      if (typeof value !== 'number') throw refusal(scalarMessage(value, `an ${member.type}`));
      return;
    case 'Timestamp':
      if (typeof value !== 'number') throw refusal(scalarMessage(value, 'an Timestamp'));
      return;
    case 'Boolean':
      if (typeof value === 'string') throw refusal(`'${value.toUpperCase()}' can not be converted to an Boolean`);
      if (typeof value !== 'boolean') throw refusal(scalarMessage(value, 'an Boolean'));
      return;
    case 'List':
      if (!Array.isArray(value)) throw refusal(typeof value === 'object' ? STRUCTURE_FOUND : 'Expected list or null');
      for (const item of value) if (item !== null) checkType(item, member.of);
      return;
    case 'Map':
      if (Array.isArray(value)) throw refusal(LIST_FOUND);
      if (typeof value !== 'object') throw refusal('Expected map or null');
      for (const item of Object.values(value as object)) {
        if (item !== null && typeof item !== 'string') throw refusal(scalarMessage(item, 'an String'));
      }
      return;
    case 'Structure':
      if (Array.isArray(value)) throw refusal(LIST_FOUND);
      if (typeof value !== 'object') throw refusal('Expected null');
      checkTypes(value as Record<string, unknown>, member.members);
  }
}

const LIST_FOUND = 'Start of list found where not expected';
const STRUCTURE_FOUND = 'Start of structure or map found where not expected.';

function scalarMessage(value: unknown, target: string): string {
  if (Array.isArray(value)) return LIST_FOUND;
  if (typeof value === 'object') return STRUCTURE_FOUND;
  const javaClass = {
    boolean: 'java.lang.Boolean',
    number: 'com.amazon.coral.value.json.numbers.TruncatingBigNumber',
    string: 'java.lang.String',
  }[typeof value as 'boolean' | 'number' | 'string'];
  return `class ${javaClass} can not be converted to ${target}`;
}

const BASE64 = /^[a-zA-Z0-9+/]*={0,2}$/;

function checkBase64(text: string): void {
  if (text.length % 4 !== 0) {
    throw refusal(`'${text}' can not be converted to a Blob: Base64 encoded length is expected a multiple of 4 bytes but found: ${text.length}`);
  }
  if (!BASE64.test(text)) {
    const found = /[^a-zA-Z0-9+/=]|=[^=]|===/.exec(text)?.[0][0] ?? '=';
    throw refusal(`'${text}' can not be converted to a Blob: Invalid Base64 character: '${found}'`);
  }
  if (text.endsWith('=') && Buffer.from(text.slice(-4), 'base64').toString('base64') !== text.slice(-4)) {
    // The misspelling is AWS's.
    throw refusal(`'${text}' can not be converted to a Blob: Invalid last non-pad Base64 character dectected`);
  }
}

function refusal(message: string): AwsError {
  return new AwsError('SerializationException', message);
}
