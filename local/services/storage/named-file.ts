/** The longest name of a folder or file that common file systems take, in bytes. */
const NAME_MAX_BYTES = 255;

/**
 * The path of an object's file inside its bucket's folder: its key itself, or undefined when the key is no safe path
 * (an empty, `.` or `..` part, a backslash, a control character, an overlong part), so that no key escapes the folder.
 */
export function namedFile(key: string): string | undefined {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u001f\\]/.test(key)) return undefined;
  return key.split('/').every(isPlain) ? key : undefined;
}

function isPlain(part: string): boolean {
  return part !== '' && part !== '.' && part !== '..' && Buffer.byteLength(part) <= NAME_MAX_BYTES;
}

/**
 * The folder of a template's bucket in the data folder: `LakeBucket` is `lake`, `RawFramesBucket` is `raw-frames`.
 */
export function folderName(logicalId: string): string {
  const words = logicalId.replace(/Bucket$/, '') || logicalId;
  return words.replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase();
}
