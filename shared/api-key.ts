/**
 * An API key is `cwk_`, 32 random bytes as 43 characters of base62, and the CRC-32 of all before as 6 more. So scanners
 * find one that was committed by mistake, and a mistyped one is told from an unknown one without asking anybody.
 */
const prefix = "cwk_";
const randomBytes = 32;
const bodyLength = 43;
const checksumLength = 6;

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const wholeKey = new RegExp(`^${prefix}[0-9A-Za-z]{${bodyLength + checksumLength}}$`);

/** The key of 32 random bytes; other bytes make another key. Throws a RangeError for any other number of bytes. */
export function formatApiKey(bytes: Uint8Array): string {
  if (bytes.length !== randomBytes) throw new RangeError(`An API key is made of ${randomBytes} bytes.`);
  const value = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const unchecked = prefix + base62(value, bodyLength);
  return unchecked + checksum(unchecked);
}

/** Whether this means to be an API key, right or not. */
export function looksLikeApiKey(text: string): boolean {
  return text.startsWith(prefix);
}

/** Whether nothing was lost or mistyped: any one changed character is noticed, and any two swapped neighbours. */
export function isApiKeyWhole(text: string): boolean {
  return wholeKey.test(text) && text.endsWith(checksum(text.slice(0, -checksumLength)));
}

function checksum(ascii: string): string {
  return base62(BigInt(crc32(ascii)), checksumLength);
}

function base62(value: bigint, length: number): string {
  let digits = "";
  for (let rest = value; digits.length < length; rest /= 62n)
    digits = alphabet.charAt(Number(rest % 62n)) + digits;
  return digits;
}

/** CRC-32 as in zip and Ethernet (reflected polynomial 0xEDB88320). */
function crc32(ascii: string): number {
  let crc = 0xffff_ffff;
  for (let at = 0; at < ascii.length; at += 1) {
    crc ^= ascii.charCodeAt(at);
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb8_8320 : 0);
  }
  return ~crc >>> 0;
}
