import { AwsError } from '../../../aws-error.ts';
import type { Account } from '../account.ts';
import { invalidArgument } from '../streams/refusals.ts';

/** An opaque token that lets the same listing go on, for five minutes. */
export function nextToken(account: Account, position: object): string {
  return Buffer.from(JSON.stringify({ issuedMs: account.clock.now(), position })).toString('base64url');
}

/** The position in a token; throws ExpiredNextTokenException when it is too old, InvalidArgumentException for any other text. */
export function positionIn<Position>(account: Account, token: string): Position {
  let parsed: { issuedMs: number; position: Position };
  try {
    parsed = JSON.parse(Buffer.from(token, 'base64url').toString()) as typeof parsed;
    if (typeof parsed.issuedMs !== 'number' || typeof parsed.position !== 'object') throw new SyntaxError('not a token');
  } catch {
    throw invalidArgument('NextToken is invalid.');
  }
  if (account.clock.now() - parsed.issuedMs > account.settings.nextTokenExpiryMs) {
    throw new AwsError('ExpiredNextTokenException', 'NextToken has expired.');
  }
  return parsed.position;
}
