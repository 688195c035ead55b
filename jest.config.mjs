export default {
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': './tests/support/strip-types.mjs' },
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/.millrace/', '/.aws-sam/'],
  modulePathIgnorePatterns: ['<rootDir>/.aws-sam/', '<rootDir>/.millrace/'],
  coverageProvider: 'v8',
  testTimeout: 30_000,
  maxWorkers: 2,
};
