/**
 * Plain (unquoted) scalars that CloudFormation's YAML 1.1 reads otherwise than YAML 1.2, each with what 1.1 makes of
 * it (https://yaml.org/type/). Both readers see the same once it is quoted.
 */
const TRAPS: { pattern: RegExp; reading: string }[] = [
  { pattern: /^(?:y|Y|yes|Yes|YES|on|On|ON)$/, reading: 'the boolean true' },
  { pattern: /^(?:n|N|no|No|NO|off|Off|OFF)$/, reading: 'the boolean false' },
  { pattern: /^[-+]?0[0-9_]+$/, reading: 'an octal number, and others drop its leading zeros' },
  { pattern: /^0o[0-7]+$/, reading: 'a string, and YAML 1.2 an octal number' },
  { pattern: /^[-+]?0b[01_]+$/, reading: 'a binary number' },
  { pattern: /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/, reading: 'a number to the base 60' },
  { pattern: /^[-+]?[0-9]+(?:_[0-9]+)+$/, reading: 'a number without its underscores' },
  { pattern: /^[-+]?[0-9]+[eE][-+]?[0-9]+$/, reading: 'a string, and YAML 1.2 a number' },
  { pattern: /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt ].*)?$/, reading: 'a date' },
];

/** What is wrong with a plain scalar that two YAML versions read differently, or undefined for a harmless one. */
export function yamlTrap(plain: string): string | undefined {
  const trap = TRAPS.find(({ pattern }) => pattern.test(plain));
  return trap && `YAML 1.1 reads ${plain} as ${trap.reading}; write '${plain}' in quotes`;
}
