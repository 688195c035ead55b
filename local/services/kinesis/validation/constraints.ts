import { AwsError } from '../../../aws-error.ts';
import type { Member, Shape } from './shape.ts';

/** AWS lists at most this many violations in one answer. */
const LISTED_VIOLATIONS = 10;

/**
 * Throws ValidationException naming every violated constraint, in AWS's words
 * ("2 validation errors detected: Value '…' at '…' failed to satisfy constraint: …; …").
 * The types must have been checked before.
 */
export function checkConstraints(input: Record<string, unknown>, shape: Shape): void {
  const violations: string[] = [];
  checkMembers(input, shape, '', violations);
  if (violations.length === 0) return;
  const listed = violations.slice(0, LISTED_VIOLATIONS);
  const noun = listed.length === 1 ? 'error' : 'errors';
  throw new AwsError('ValidationException', `${listed.length} validation ${noun} detected: ${listed.join('; ')}`);
}

function checkMembers(input: Record<string, unknown>, shape: Shape, parent: string, violations: string[]): void {
  for (const name in shape) checkMember(input[name], shape[name]!, parent, name, violations);
}

function checkMember(value: unknown, member: Member, parent: string, name: string, violations: string[]): void {
  const violated = (constraint: string, shown = String(value)): void => {
    violations.push(
      `Value '${shown}' at '${parent}${name[0]!.toLowerCase()}${name.slice(1)}' failed to satisfy constraint: ${constraint}`,
    );
  };
  if (value === undefined || value === null) {
    if (member.required) {
      const path = `${parent}${name[0]!.toLowerCase()}${name.slice(1)}`;
      violations.push(`Value null at '${path}' failed to satisfy constraint: Member must not be null`);
    }
    return;
  }
  switch (member.type) {
    case 'String':
      return checkText(value as string, member, violated);
    case 'Integer':
    case 'Long':
      if (member.min !== undefined && (value as number) < member.min) violated(`Member must have value greater than or equal to ${member.min}`);
      if (member.max !== undefined && (value as number) > member.max) violated(`Member must have value less than or equal to ${member.max}`);
      return;
    case 'Blob': {
      if (member.maxBytes === undefined) return;
      const bytes = Buffer.byteLength(value as string, 'base64');
      if (bytes > member.maxBytes) {
        violated(`Member must have length less than or equal to ${member.maxBytes}`, `java.nio.HeapByteBuffer[pos=0 lim=${bytes} cap=${bytes}]`);
      }
      return;
    }
    case 'List': {
      const items = value as unknown[];
      const shown = (): string => `[${items.map((item) => member.shownAs ?? String(item)).join(', ')}]`;
      if (member.min !== undefined && items.length < member.min) violated(`Member must have length greater than or equal to ${member.min}`, shown());
      if (member.max !== undefined && items.length > member.max) violated(`Member must have length less than or equal to ${member.max}`, shown());
      if (member.of.type === 'String') return checkTextItems(items as string[], member.of, violated, shown);
      const path = `${parent}${name[0]!.toLowerCase()}${name.slice(1)}`;
      for (let index = 0; index < items.length; index++) {
        if (member.of.type === 'Structure' && items[index]) {
          checkMembers(items[index] as Record<string, unknown>, member.of.members, `${path}.${index + 1}.member.`, violations);
        } else checkMember(items[index], member.of, `${path}.${index + 1}.`, 'member', violations);
      }
      return;
    }
    case 'Map': {
      const entries = Object.entries(value as Record<string, string>);
      const shown = (): string => `{${entries.map(([key, text]) => `${key}=${text}`).join(', ')}}`;
      if (member.min !== undefined && entries.length < member.min) violated(`Member must have length greater than or equal to ${member.min}`, shown());
      if (member.max !== undefined && entries.length > member.max) violated(`Member must have length less than or equal to ${member.max}`, shown());
      if (entries.some(([key]) => key.length < member.keys.min || key.length > member.keys.max)) {
        violated(`Map keys must satisfy constraint: ${lengths(member.keys)}`, shown());
      }
      if (entries.some(([, text]) => (text ?? '').length < member.values.min || (text ?? '').length > member.values.max)) {
        violated(`Map value must satisfy constraint: ${lengths(member.values)}`, shown());
      }
      return;
    }
    case 'Structure':
      checkMembers(value as Record<string, unknown>, member.members, `${parent}${name[0]!.toLowerCase()}${name.slice(1)}.`, violations);
      return;
    default:
  }
}

function checkText(
  text: string,
  member: Extract<Member, { type: 'String' }>,
  violated: (constraint: string) => void,
): void {
  if (member.pattern && !wholeMatch(member.pattern).test(text)) violated(`Member must satisfy regular expression pattern: ${member.pattern}`);
  if (member.min !== undefined && text.length < member.min) violated(`Member must have length greater than or equal to ${member.min}`);
  if (member.max !== undefined && text.length > member.max) violated(`Member must have length less than or equal to ${member.max}`);
  if (member.oneOf && !member.oneOf.includes(text)) violated(`Member must satisfy enum value set: [${member.oneOf.join(', ')}]`);
}

function checkTextItems(
  items: string[],
  member: Extract<Member, { type: 'String' }>,
  violated: (constraint: string, shown?: string) => void,
  shown: () => string,
): void {
  const constraints: string[] = [];
  const { min, max, oneOf } = member;
  if (max !== undefined && min !== undefined && items.some((item) => item.length < min || item.length > max)) constraints.push(lengths({ min, max }));
  if (oneOf && items.some((item) => !oneOf.includes(item))) constraints.push(`[Member must satisfy enum value set: [${oneOf.join(', ')}]]`);
  for (const constraint of constraints) violated(`Member must satisfy constraint: ${constraint}`, shown());
}

function lengths({ min, max }: { min: number; max: number }): string {
  return `[Member must have length less than or equal to ${max}, Member must have length greater than or equal to ${min}]`;
}

const compiled = new Map<string, RegExp>();

function wholeMatch(pattern: string): RegExp {
  let expression = compiled.get(pattern);
  if (!expression) compiled.set(pattern, (expression = new RegExp(`^(?:${pattern})$`)));
  return expression;
}
